"""The lock files pin everything, with hashes, and never bring two owners of the module `pyspark`."""

from __future__ import annotations

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)(?:\[[a-z,]+\])?==\S+", re.MULTILINE)
NAMES = ("uv", "build", "demo", "test", "spark41", "spark35")


PARTS = {"botocore": "boto3", "pydantic_core": "pydantic"}  # they come with these and follow their versions


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


def test_what_tests_import_is_named_in_setup() -> None:
    """Not only brought by another package, which may do without it one day."""
    named = set(re.findall(r'"([A-Za-z0-9_.-]+)[^"]*"', (ROOT / "setup.py").read_text(encoding="utf-8")))
    distributions = packages_distributions()
    imported = {name for path in (ROOT / "tests").rglob("*.py") for name in _imports(path)}
    outside = {PARTS.get(name, name) for name in imported if name in distributions}
    assert sorted(name for name in outside if not named & {one.lower() for one in distributions[name]}) == []


def _imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}
