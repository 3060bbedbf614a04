"""Which rows of a file have one of the keys, found by hashes and statistics, and told apart by the keys themselves."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from mesh_etl.contract.types import Field, parse
from mesh_etl.errors import RunError
from mesh_etl.kernels.join.arrow_file import table_of, written
from mesh_etl.kernels.join.buckets import of_bucket
from mesh_etl.kernels.join.groups import differ, key_groups, order_ranks
from mesh_etl.kernels.join.key_set import KeySet, write_hashes
from mesh_etl.kernels.join.match import ROW, Match, match
from mesh_etl.kernels.join.rest import Rest, rest
from mesh_etl.kernels.join.scatter import Scatter, scatter
from mesh_etl.kernels.join.stored import StoredFile, StoredTable
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.storage import LOCAL_STORAGE, Scratch

SCHEMA = tuple(Field(name, parse(kind)) for name, kind in (("id", "bigint"), ("note", "string")))


@pytest.fixture
def scratch(tmp_path):
    (tmp_path / "scratch").mkdir()
    return Scratch(str(tmp_path / "scratch"))


def wanted(scratch, keys, names=("id",), bits=0):
    path = written(scratch, "arrow", keys)
    found = scatter(Scatter(((path, (0,)),), names, bits, scratch))
    return found, KeySet(write_hashes([found["hashes"]], bits, scratch), (found["ranges"],), scratch)


def stored(tmp_path, table, rows=100, name="t.parquet"):
    path = str(tmp_path / name)
    if name.endswith("orc"):
        orc.write_table(table, path, stripe_size=1024)
    else:
        pq.write_table(table, path, row_group_size=rows)
    return StoredFile(3, path, ("DE",), {})


def ids(values):
    return pa.table({"id": pa.array(values, pa.int64())})


@pytest.mark.parametrize("bits", [0, 3])
@pytest.mark.parametrize("name", ["t.parquet", "t.orc"])
def test_rows_with_a_key_are_found_at_their_place(tmp_path, scratch, bits, name):
    table = pa.table({"id": pa.array([*range(1000), None], pa.int64()), "note": [f"n{n}" for n in range(1001)]})
    file = stored(tmp_path, table, name=name)
    _, keys = wanted(scratch, ids([7, 8, 950, 5000]), bits=bits)
    found = match(Match(StoredTable(LOCAL_STORAGE, SCHEMA), file, ("id",), keys, bits, scratch))
    rows = table_of(scratch, found["path"]).to_pylist()
    assert sorted((row["id"], row["note"], row[ROW]) for row in rows) == [(n, f"n{n}", n) for n in (7, 8, 950)]
    together = [one for bucket in range(1 << bits) for _, batches in of_bucket([found], bucket) for one in batches]
    assert sorted(together) == list(range(len(together)))
    assert name.endswith("orc") or found["read"] == 201  # two row groups of ten, and the last one with the NULL


def test_parts_are_passed_over_by_every_column_of_the_key(tmp_path, scratch):
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=n // 100) for n in range(1000)]
    schema = (*SCHEMA, Field("day", parse("date")), Field("price", parse("decimal(9,2)")))
    columns = {"id": range(1000), "note": ["x"] * 1000, "day": days, "price": [Decimal(n) for n in range(1000)]}
    file = stored(tmp_path, pa.table(columns).cast(arrow_schema(schema)))
    keys = pa.table({"day": pa.array([days[150]]), "price": pa.array([Decimal(950)], pa.decimal128(9, 2))})
    _, found = wanted(scratch, keys, ("day", "price"))
    told = match(Match(StoredTable(LOCAL_STORAGE, schema), file, ("day", "price"), found, 0, scratch))
    assert (told["read"], told["path"]) == (0, None)


def test_a_collision_of_hashes_costs_no_row(tmp_path, scratch, monkeypatch):
    for module in ("match", "scatter"):
        monkeypatch.setattr(
            f"mesh_etl.kernels.join.{module}.key_hashes",
            lambda batch, names: (np.full(batch.num_rows, 5, np.uint64), np.ones(batch.num_rows, bool)),
        )
    file = stored(tmp_path, pa.table({"id": list(range(50)), "note": ["x"] * 50}))
    _, keys = wanted(scratch, ids([7, 20]))
    found = match(Match(StoredTable(LOCAL_STORAGE, SCHEMA), file, ("id",), keys, 0, scratch))
    met = table_of(scratch, found["path"])
    assert met.num_rows == 50
    groups = key_groups(pa.concat_tables([ids([7, 20]), met.select(["id"])]))
    assert [int(number) - 2 for number in np.flatnonzero(np.isin(groups, groups[:2]))[2:]] == [7, 20]


def test_a_key_without_a_value_is_refused_and_not_told(scratch):
    with pytest.raises(RunError, match="1 rows have NULL in their key") as caught:
        wanted(scratch, pa.table({"id": pa.array([4711, None], pa.int64())}))
    assert "4711" not in str(caught.value)


def test_the_rest_of_a_file_is_what_did_not_go(tmp_path, scratch):
    file = stored(tmp_path, pa.table({"id": list(range(250)), "note": ["x"] * 250}))
    gone = np.array([0, *range(100, 200), 249], np.int64)
    path = scratch.path("removed")
    with open(path, "wb") as places:
        places.write(gone.data)
    found = rest(Rest(StoredTable(LOCAL_STORAGE, SCHEMA), file, path, scratch))
    kept = table_of(scratch, found["spill"]).column("id").to_pylist()
    assert kept == [*range(1, 100), *range(200, 249)]
    assert {tuple(one["values"]) for one in found["segments"]} == {("DE",)}


def test_keys_are_the_same_where_they_are_equal():
    nan = float("nan")
    keys = pa.table({"a": pa.array([0.0, -0.0, nan, -nan, 1.0]), "b": ["x", "x", "", "", "x"]})
    groups = key_groups(keys).tolist()
    assert groups[0] == groups[1]
    assert groups[2] == groups[3]
    assert len(set(groups)) == 3


def test_order_is_that_of_the_first_column_and_then_of_others():
    table = pa.table({"a": [2, 1, 1, None], "b": ["", "z", None, "y"]})
    ranks = order_ranks(table).tolist()
    assert sorted(range(4), key=ranks.__getitem__) == [3, 2, 1, 0]
    digits = pa.table({"a": ["9007199254740993" + "0" * 18 + "2", "9007199254740993" + "0" * 18 + "1"]})
    assert order_ranks(digits).tolist() == [2, 1]


def test_rows_differ_by_any_cell():
    left = pa.table({"a": [1, None, 3, None], "b": [[1], [1], None, None], "c": [float("nan"), 1.0, 1.0, 1.0]})
    right = pa.table({"a": [1, None, None, 3], "b": [[1], [2], None, None], "c": [float("nan"), 1.0, 1.0, 1.0]})
    assert differ(left, right, ["a", "b", "c"]).tolist() == [False, True, True, True]


def test_rows_do_not_differ_by_a_nan_inside_of_a_cell():
    cells = [[1.5, float("nan")], [float("nan")], [{"x": float("nan")}]]
    rows, kinds = pa.table({"a": cells[:2]}), pa.table({"a": [cells[2], None]})
    assert differ(rows, rows, ["a"]).tolist() == [False, False]
    assert differ(kinds, kinds, ["a"]).tolist() == [False, False]
    assert differ(rows, rows.take([1, 0]), ["a"]).tolist() == [True, True]
