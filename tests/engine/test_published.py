"""Whether published rows would pass another contract, answered by the engine of the suite."""

from __future__ import annotations

import json

import pytest

from mesh_etl.config.yaml import parse
from mesh_etl.contract.load import understand
from mesh_etl.frames.published import published
from mesh_etl.storage import LocalStorage
from mesh_etl.tables.layout import Layout
from mesh_etl.tables.ledger import Ledger

COLUMNS = [
    {"id": "a", "name": "id", "physicalType": "bigint"},
    {"id": "b", "name": "price", "physicalType": "decimal(9,2)"},
    {"id": "c", "name": "country", "physicalType": "string"},
    {"id": "d", "name": "note", "physicalType": "string"},
]
TARGET = {"mode": "replace", "partition_by": ["country"]}
ROWS = "id,price,country,note\n1,1.00,DE,x\n9000000000,2.50,DE,\n3,99999.00,FR,yy\n3,4.00,FR,z\n"


def contract(columns, quality=()):
    table = {"name": "t", "properties": columns, "quality": list(quality)}
    told = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "t", "version": "2.0.0", "schema": [table]}
    return understand(parse(json.dumps(told), "contract.yaml"))


def changed(name, **keys):
    return [{**one, **keys} if one["name"] == name else one for one in COLUMNS]


@pytest.fixture(scope="module")
def table(project):
    """A table that another contract has made of the rows, with its project; made once for each text."""
    made = {}

    def build(rows):
        if rows not in made:
            one = project()
            one.put({"in/a.csv": rows})
            one.define("t", {"properties": COLUMNS}, {"source": {"type": "csv", "path": "in/*.csv"}, "target": TARGET})
            made[rows] = (one.root, one.run("t"))
        return made[rows]

    return build


@pytest.fixture
def held(table, engine):
    """The verdicts that are not simply passed, with their rows."""

    def ask(columns, quality=(), rows=ROWS):
        root, report = table(rows)
        ledger = Ledger(Layout(report.root), LocalStorage())
        before = sorted(str(path) for path in root.rglob("*"))
        found = published(contract(columns, quality), ledger, report.snapshot, engine)
        assert sorted(str(path) for path in root.rglob("*")) == before, "nothing is written"
        return {one.rule: (one.status, one.rows) for one in found.verdicts if one.status != "passed"}

    return ask


def test_the_same_contract_holds(held):
    assert held(COLUMNS) == {}


def test_cells_that_a_narrower_type_cannot_hold_are_counted(held):
    columns = [
        {**COLUMNS[0], "physicalType": "int"},
        {**COLUMNS[1], "physicalType": "decimal(6,2)"},
        *COLUMNS[2:],
    ]
    assert held(columns) == {
        "id.TYPE_OVERFLOW": ("rejected rows", 1),
        "price.TYPE_OVERFLOW": ("rejected rows", 1),
    }


def test_a_column_of_another_kind_is_told_as_a_whole(held):
    assert held(changed("note", physicalType="date")) == {"note.column": ("failed", 0)}


def test_rules_are_answered_under_the_new_names_of_columns(held):
    renamed = {**COLUMNS[3], "name": "remark", "required": True}
    columns = [*COLUMNS[:3], renamed, {"name": "more", "physicalType": "int"}]
    quality = [{"name": "few", "metric": "rowCount", "mustBeLessThan": 2}]
    assert held(columns, quality) == {"remark.required": ("rejected rows", 1), "few": ("failed", 3)}


def test_keys_and_partition_columns_are_there(held):
    columns = [{**COLUMNS[0], "unique": True}, COLUMNS[1], {**COLUMNS[2], "enum": [{"value": "DE"}]}, COLUMNS[3]]
    text = [{**one, "logicalType": "string"} if one["name"] == "country" else one for one in columns]
    assert held(text) == {"country.enum": ("rejected rows", 2)}
    assert held([columns[0], *COLUMNS[1:]]) == {"id.unique": ("failed", 1)}


def test_a_table_without_rows(held):
    assert held(changed("note", required=True), rows="id,price,country,note\n") == {}
