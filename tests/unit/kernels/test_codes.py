"""The list of rejection codes is complete, and none is there for nothing."""

from __future__ import annotations

import re
from pathlib import Path

from mesh_etl.kernels.codes import CODES, FILE_CODES

KERNELS = Path(__file__).resolve().parents[3] / "mesh_etl/kernels"
MESH = Path(__file__).resolve().parents[3] / "mesh_etl"
LIST = Path(__file__).resolve().parents[3] / "docs/codes.md"
WRITING = {"write", "join", "compact"}  # their faults end a run, and they name Parquet's encodings


def test_every_code_is_listed() -> None:
    reading = [path for path in KERNELS.rglob("*.py") if WRITING.isdisjoint(path.relative_to(KERNELS).parts)]
    sources = [path.read_text() for path in reading if path.name != "codes.py"]
    used = {code for text in sources for code in re.findall(r'"([A-Z]{2,}(?:_[A-Z]+)+|ENCODING)"', text)}
    assert used - set(FILE_CODES) == set(CODES)


def test_every_file_code_is_used() -> None:
    sources = [path.read_text() for path in MESH.rglob("*.py") if path.name != "codes.py"]
    assert [code for code in FILE_CODES if not any(f'"{code}"' in text for text in sources)] == []


def test_users_find_every_code_in_the_list() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*) \|$", LIST.read_text().partition("\n## Governance\n")[0], re.MULTILINE)
    assert rows == [*CODES.items(), *FILE_CODES.items()]
