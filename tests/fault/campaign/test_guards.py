"""The nine guards of the commit protocol stand in the code under their names, and none of them can be left out."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from mesh_etl.errors import MeshError
from tests.fault.campaign.guarded import both_appends_are_there
from tests.fault.campaign.guards import REMOVALS

PACKAGE = Path(__file__).resolve().parents[3] / "mesh_etl"
GUARDS = {
    ("conflict check", "publish/commit.py"),
    ("verify after publish", "publish/recover.py"),
    ("idempotency key", "modes/base.py"),
    ("unknown is not failed", "tables/ledger.py"),
    ("fence", "publish/fence.py"),
    ("catalog check before delete", "upkeep/shown.py"),
    ("grace", "upkeep/lifetimes.py"),
    ("publish the head", "publish/recover.py"),
    ("publish on abort", "publish/publish.py"),
    ("publish on abort", "upkeep/commit.py"),
}
PAIRS = [(removal, scenario) for removal in REMOVALS for scenario in removal.scenarios]


def named(pair: object) -> str:
    return getattr(pair, "__name__", "") or str(getattr(pair, "guard", "")).replace(" ", "-")


def test_each_guard_has_its_place():
    found = Counter()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            text = " ".join((ast.get_docstring(node) or "").split()) if isinstance(node, ast.FunctionDef) else ""
            names = re.findall(r"This is the guard `([a-z ]+)` of the(?: commit)? protocol", text)
            found.update((name, str(path.relative_to(PACKAGE))) for name in names)
    assert found == Counter(GUARDS)


def test_each_guard_is_taken_out_by_some_test():
    assert {removal.guard for removal in REMOVALS} == {guard for guard, _ in GUARDS}


@pytest.mark.parametrize(
    "scenario", [both_appends_are_there, *dict.fromkeys(scenario for _, scenario in PAIRS)], ids=named
)
def test_it_holds(shop, scenario):
    scenario(shop)


@pytest.mark.parametrize(("removal", "scenario"), PAIRS, ids=named)
def test_it_does_not_hold_without_its_guard(shop, monkeypatch, removal, scenario):
    removal.take_out(monkeypatch)
    with pytest.raises((AssertionError, MeshError, pytest.fail.Exception, OSError)):
        scenario(shop)
