"""The list of rejection codes is complete, and none is there for nothing."""

from __future__ import annotations

import re
from pathlib import Path

from mesh_etl.kernels.codes import CODES, FILE_CODES

KERNELS = Path(__file__).resolve().parents[3] / "mesh_etl/kernels"
MESH = Path(__file__).resolve().parents[3] / "mesh_etl"
LIST = Path(__file__).resolve().parents[3] / "docs/codes.md"
# Faults of the write are neither, nor is an encoding of Parquet.
ERRORS = {"PARTITION_EMPTY", "PARTITION_FORM", "DELTA_BINARY_PACKED"}


def test_every_code_is_listed() -> None:
    sources = [path.read_text() for path in KERNELS.rglob("*.py") if path.name != "codes.py"]
    used = {code for text in sources for code in re.findall(r'"([A-Z]{2,}(?:_[A-Z]+)+|ENCODING)"', text)}
    assert used - ERRORS - set(FILE_CODES) == set(CODES)


def test_every_file_code_is_used() -> None:
    sources = [path.read_text() for path in MESH.rglob("*.py") if path.name != "codes.py"]
    assert [code for code in FILE_CODES if not any(f'"{code}"' in text for text in sources)] == []


def test_users_find_every_code_in_the_list() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*) \|$", LIST.read_text(), re.MULTILINE)
    assert rows == [*CODES.items(), *FILE_CODES.items()]
