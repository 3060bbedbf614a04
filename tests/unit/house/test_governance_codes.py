"""Every code by which governance speaks stands on a page."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.unit.house.source import ROOT, nodes

PAGES = "".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
PARTS = ("govern", "config/governance", "cli/govern", "cli/access", "cli/requests", "publish/central", "events")
CODE = re.compile(r"[A-Z]+(_[A-Z]+)+")
NO_CODES = {"CATALOG_UNSETTLED", "CATALOG_MISSING"}  # told as CENTRAL_… by publish/central/entry.py


@cache
def codes(part: str) -> set[str]:
    """The codes of the faults that a part makes: the first of several words that a call is given."""
    found = set()
    for path in (ROOT / "mesh_etl" / part).rglob("*.py"):
        for node in nodes(path, ast.Call):
            match node:
                case ast.Call(func=ast.Name(id="Fault"), args=[ast.Constant(value=str(code)), *_]) if CODE.fullmatch(
                    code
                ):
                    found.add(code)
    return found


@pytest.mark.parametrize("part", PARTS)
def test_every_code_is_on_a_page(part: str) -> None:
    assert {code for code in codes(part) - NO_CODES if f"`{code}`" not in PAGES} == set()


def test_there_are_codes() -> None:
    assert len(set().union(*map(codes, PARTS))) > 30
