"""Every type of both databases: the value that the contract holds, or the code under which it is rejected."""

from __future__ import annotations

import datetime
import decimal
import math
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from mesh_etl.errors import RunError

CASES = Path(__file__).resolve().parents[2] / "cases" / "databases"


def _cases():
    for path in sorted(CASES.glob("*.yaml")):
        for case in YAML(typ="safe").load(path):
            yield pytest.param(path.stem, case, id=f"{path.stem}: {case['it']}")


def _plain(cell):
    """A value as the cases state it."""
    if isinstance(cell, list) and cell and isinstance(cell[0], tuple):
        return dict(cell)
    if isinstance(cell, list):
        return [_plain(one) for one in cell]
    if isinstance(cell, bytes):
        return cell.hex()
    return str(cell) if isinstance(cell, datetime.date | decimal.Decimal) else cell


@pytest.mark.parametrize(("name", "case"), list(_cases()))
def test_case(name, case, request):
    database = request.getfixturevalue(name)
    cells = case.get("cells", {"null": None})
    rows = ", ".join(f"({number}, {literal})" for number, literal in enumerate(cells))
    table = f"CREATE TABLE typed (id int, v {case['type']})"
    database.run("DROP TABLE IF EXISTS typed", *case.get("before", ()), table, f"INSERT INTO typed VALUES {rows}")
    columns = {"id": "int", "v": case["contract"]}
    if "raises" in case:
        with pytest.raises(RunError) as raised:
            database.land(columns, table="typed")
        assert raised.value.code == case["raises"]
        return
    landed = database.land(columns, table="typed", **case.get("source", {}))
    found = {number: _plain(value) for number, value in landed.rows}
    codes = sorted(rule for rules in landed.rejects for rule in rules)
    wanted = list(cells.values())
    rejected = [one for one in wanted if isinstance(one, str) and re.fullmatch(r"[A-Z][A-Z_]+_[A-Z]+", one)]
    assert codes == sorted(f"{code}:v" for code in rejected)
    assert found == {number: one for number, one in enumerate(wanted) if one not in rejected or one is None}
    for number, value in found.items():
        if isinstance(value, float):
            assert math.copysign(1, value) == math.copysign(1, wanted[number])
