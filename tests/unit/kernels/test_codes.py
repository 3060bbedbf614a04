"""The list of rejection codes is complete, and none is there for nothing."""

from __future__ import annotations

import re
from pathlib import Path

from mesh_etl.kernels.codes import CODES

KERNELS = Path(__file__).resolve().parents[3] / "mesh_etl/kernels"
# Faults of a whole file are errors, not rejections.
ERRORS = {"HEADER_UNREADABLE", "LINE_ENDS", "PARTITION_EMPTY", "PARTITION_FORM", "VALUE_LOSS"}


def test_every_code_is_listed() -> None:
    sources = [path.read_text() for path in KERNELS.glob("*.py") if path.name != "codes.py"]
    used = {code for text in sources for code in re.findall(r'"([A-Z]{2,}(?:_[A-Z]+)+|ENCODING)"', text)}
    assert used - ERRORS == set(CODES)
