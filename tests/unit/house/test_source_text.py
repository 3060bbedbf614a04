"""What no source file of this project may contain."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.house.source import ROOT, modules, name_of, nodes, text

CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
BEYOND_CONNECT = re.compile(r"\b_jvm\b|\b_jsc\b|\bsparkContext\b|\.rdd\b")
FILE_CALL = re.compile(r"open|(Pure)?Path|(os|shutil|pathlib)\..+")
BELOW_TABLE = re.compile(r"\b(layout|ledger)\b|\btable_root\b")
MACHINE_PATH = re.compile(r"(?<![\w.~/}])/(?:work|tmp|root|Users)/")
BINARY = {".parquet", ".gz", ".png", ".zip", ".zst"}


def project_files() -> list[Path]:
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if Path(name).suffix not in BINARY and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_stays_within_spark_connect(path: Path) -> None:
    assert BEYOND_CONNECT.findall(text(path)) == []


def test_only_the_storage_touches_what_lies_below_a_table() -> None:
    """A path that a layout has made is nothing to Python's own ways to files: the table may be in S3.

    A crash test works on copies in folders of this machine.
    """
    found = []
    for path in modules():
        for call in nodes(path, ast.Call):
            if FILE_CALL.fullmatch(ast.unparse(call.func)):
                told = " ".join(ast.unparse(one) for one in [*call.args, *call.keywords])
                found += [f"{name_of(path)}:{call.lineno}"] if BELOW_TABLE.search(told) else []
    homes = ("mesh_etl/storage/", "mesh_etl/crashtest/")
    assert [one for one in found if not one.startswith(homes)] == []


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_error_codes_are_upper_snake(path: Path) -> None:
    codes = [
        first.value
        for call in nodes(path, ast.Call)
        if "Fault" in (getattr(call.func, "id", ""), getattr(call.func, "attr", ""))
        for first in [*call.args[:1], *(word.value for word in call.keywords if word.arg == "code")]
        if isinstance(first, ast.Constant)
    ]
    assert [code for code in codes if not CODE.fullmatch(str(code))] == []


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_broad_except_raises_again(path: Path) -> None:
    broad = [
        handler.lineno
        for handler in nodes(path, ast.ExceptHandler)
        if (handler.type is None or ast.unparse(handler.type) in {"Exception", "BaseException"})
        and not any(isinstance(node, ast.Raise) for node in ast.walk(handler))
    ]
    assert broad == []


def test_no_file_names_a_place_of_one_machine() -> None:
    found = [
        f"{name_of(path)}:{number}"
        for path in project_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert found == []


def test_no_work_is_left_as_a_note() -> None:
    note = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
    sources = [path for path in project_files() if path.suffix == ".py"]
    assert [name_of(path) for path in sources if note.search(path.read_text(encoding="utf-8"))] == []
