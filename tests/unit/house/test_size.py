"""Files stay small enough to be read in one go."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import pytest

from tests.unit.house.source import ROOT, modules, name_of, text


def lines(path: Path) -> int:
    return len(text(path).splitlines())


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_no_module_is_longer_than_400_lines(path: Path) -> None:
    assert lines(path) <= 400


def test_the_usual_module_is_much_shorter() -> None:
    assert median(lines(path) for path in modules() if path.name != "__init__.py") <= 150


def test_glue_entries_are_only_entries() -> None:
    entries = sorted((ROOT / "jobs").glob("*.py"))
    assert entries
    assert {path.name: lines(path) for path in entries if lines(path) > 15} == {}


def test_shell_scripts_stay_readable() -> None:
    scripts = [path for path in (ROOT / "scripts").iterdir() if path.is_file() and not path.suffix]
    assert scripts
    assert {path.name: lines(path) for path in scripts if lines(path) > 40} == {}


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "factory", "manager", "definitions"}
    parts = {part for path in modules() for part in (*path.relative_to(ROOT).parts[:-1], path.stem)}
    assert parts & drawers == set()
