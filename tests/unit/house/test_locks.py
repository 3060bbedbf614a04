"""The lock files pin everything, with hashes, and never bring two owners of the module `pyspark`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)(?:\[[a-z,]+\])?==\S+", re.MULTILINE)
NAMES = ("build", "demo", "test", "spark41", "spark35")


def text(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_each_requirement_is_pinned_with_hashes(name: str) -> None:
    requirements = [part for part in re.sub(r"\\\n\s*", "", text(name)).splitlines() if not part.startswith("#")]
    assert requirements
    assert [line for line in requirements if not PIN.match(line) or "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_lock_says_where_packages_come_from(name: str) -> None:
    assert "://" not in text(name)


@pytest.mark.parametrize("name", NAMES)
def test_one_owner_of_pyspark(name: str) -> None:
    assert not {"pyspark", "pyspark-client"} <= set(PIN.findall(text(name)))


@pytest.mark.parametrize(
    ("name", "pin"),
    [
        ("demo", "pyspark-client==4.1.1"),
        ("test", "pyspark-client==4.1.1"),
        ("spark41", "pyspark==4.1.1"),
        ("spark35", "pyspark==3.5.6"),
    ],
)
def test_engines_are_those_of_glue(name: str, pin: str) -> None:
    assert re.search(rf"^{re.escape(pin)}(?: |$)", text(name), re.MULTILINE)
