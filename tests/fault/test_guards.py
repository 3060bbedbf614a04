"""The nine guards of the commit protocol stand in the code under their names, each in one place.

What happens without each of them is shown by the tests that take it out: `test_races.py` and `test_upkeep.py`.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUARDS = {
    "conflict check": "publish/commit.py",
    "verify after publish": "publish/recover.py",
    "idempotency key": "modes/base.py",
    "unknown is not failed": "tables/ledger.py",
    "fence": "publish/fence.py",
    "catalog check before delete": "upkeep/shown.py",
    "grace": "upkeep/lifetimes.py",
    "publish the head": "publish/recover.py",
    "publish on abort": "publish/publish.py",
}


def test_each_guard_has_its_place():
    found = Counter()
    for path in sorted((ROOT / "mesh_etl").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            text = " ".join((ast.get_docstring(node) or "").split()) if isinstance(node, ast.FunctionDef) else ""
            if re.search(r"guards? .*of the(?: commit)? protocol", text):
                place = str(path.relative_to(ROOT / "mesh_etl"))
                found.update((name, place) for name in re.findall(r"`([a-z ]+)`", text) if name in GUARDS)
    assert found == Counter(GUARDS.items())
