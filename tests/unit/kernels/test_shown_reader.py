"""A reader of what portions show: other rows and columns are not there, and counts do not tell of them."""

from __future__ import annotations

import pickle

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from mesh_etl.contract.types import Field, Simple
from mesh_etl.kernels.conditions import Compare, Every, Not
from mesh_etl.kernels.stored.shown import Portion, ShownReader, deciding
from mesh_etl.kernels.work import WorkItem
from mesh_etl.storage import LOCAL_STORAGE

ROWS = [
    {"id": 1, "name": "ann", "mail": "a@x"},
    {"id": 2, "name": "bob", "mail": "b@x"},
    {"id": None, "name": "cid", "mail": None},
    {"id": 4, "name": None, "mail": "d@x"},
]
TYPES = {"id": "int", "name": "string", "mail": "string", "region": "string", "late": "string"}
EVERYONE = Every(())


@pytest.fixture(params=["parquet", "orc"])
def item(request, tmp_path):
    table = pa.Table.from_pylist(
        ROWS, schema=pa.schema([("id", pa.int32()), ("name", pa.string()), ("mail", pa.string())])
    )
    path = tmp_path / f"part.{request.param}"
    (pq if request.param == "parquet" else orc).write_table(table, str(path))
    file = LOCAL_STORAGE.file(str(path), path.stat().st_size, (("region", "EUROPE"),))
    return WorkItem(0, "source", file, 0, 1)


def read(item, shown, *portions):
    """The rows, and how many records were counted."""
    wanted = {*shown, *deciding(portions)}
    reader = ShownReader(
        tuple(Field(name, Simple(TYPES[name])) for name in shown),
        portions=portions,
        whole=tuple(Field(name, Simple(kind)) for name, kind in TYPES.items() if name in wanted),
    )
    parsed = list(pickle.loads(pickle.dumps(reader)).parse(item))
    return [row for one in parsed for row in one.batch.to_pylist()], sum(one.read for one in parsed)


def test_a_condition_on_a_column_that_is_not_shown(item):
    rows, counted = read(item, ["name"], Portion(frozenset({"name"}), Compare("id", "<=", 2)))
    assert (rows, counted) == ([{"name": "ann"}, {"name": "bob"}], 2)


def test_what_is_neither_true_nor_false_is_not_shown(item):
    rows, _ = read(item, ["name"], Portion(frozenset({"name"}), Not(Compare("id", "=", 1))))
    assert [row["name"] for row in rows] == ["bob", None]


def test_portions_add_up_cell_by_cell(item):
    rows, counted = read(
        item,
        ["id", "name", "mail"],
        Portion(frozenset({"id", "name"}), Compare("id", "<=", 2)),
        Portion(frozenset({"id", "mail"}), Compare("id", ">=", 2)),
    )
    assert rows == [
        {"id": 1, "name": "ann", "mail": None},
        {"id": 2, "name": "bob", "mail": "b@x"},
        {"id": 4, "name": None, "mail": "d@x"},
    ]
    assert counted == 3


@pytest.mark.parametrize(("value", "rows"), [("EUROPE", 4), ("ASIA", 0)])
def test_a_condition_on_the_folder(item, value, rows):
    shown = Portion(frozenset({"name", "region"}), Compare("region", "=", value))
    found, counted = read(item, ["name", "region"], shown)
    assert (len(found), counted) == (rows, rows)
    assert {row["region"] for row in found} <= {"EUROPE"}


def test_the_folder_of_a_hidden_key_is_in_no_row_and_no_place(item):
    portion = Portion(frozenset({"name"}), EVERYONE)
    reader = ShownReader(
        (Field("name", Simple("string")),), portions=(portion,), whole=(Field("name", Simple("string")),)
    )
    (parsed,) = reader.parse(item)
    assert parsed.batch.schema.names == ["name"]
    assert [place.raw for place in parsed.locate([0, 3])] == ['{"name": "ann"}', '{"name": null}']
    assert [place.raw for place in reader.locate(item, [1])] == ['{"name": "bob"}']


def test_a_column_that_the_file_lacks_keeps_its_rows(item):
    rows, counted = read(item, ["late"], Portion(frozenset({"late"}), Compare("id", "=", 2)))
    assert (rows, counted) == ([{"late": None}], 1)
