"""A relation read in parts is the relation read whole, whatever the values, the bounds and the number of parts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_etl.errors import RunError

SETTINGS = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# name → type in the databases, type in the contract, values, bounds that a user may state
KINDS = {
    "int": ("bigint", "bigint", st.integers(-(2**63), 2**63 - 1), st.integers(-1000, 1000).map(str)),
    "few": ("int", "int", st.integers(-3, 3), st.integers(-5, 5).map(str)),
    "decimal": (
        "numeric(20,4)",
        "decimal(20,4)",
        st.decimals(-(10**9), 10**9, places=4),
        st.decimals(-10, 10, places=2).map(str),
    ),
    "date": ("date", "date", st.dates(), st.dates().map(str)),
}


@pytest.mark.parametrize("kind", KINDS)
@SETTINGS
@given(data=st.data())
def test_parts_make_the_whole(database, kind, data):
    stored, contract, values, bounds = KINDS[kind]
    cells = data.draw(st.lists(st.none() | values, max_size=12))
    part = {
        "column": "v",
        "parts": data.draw(st.integers(1, 7)),
        **{name: one for name in ("lower", "upper") if (one := data.draw(st.none() | bounds)) is not None},
    }
    literals = ", ".join(f"({index}, {'NULL' if cell is None else _literal(cell)})" for index, cell in enumerate(cells))
    insert = [f"INSERT INTO parted VALUES {literals}"] if cells else []
    database.run("DROP TABLE IF EXISTS parted", f"CREATE TABLE parted (id int, v {stored})", *insert)
    columns = {"id": "int", "v": contract}
    whole = database.land(columns, table="parted")
    cut = database.land(columns, table="parted", partition=part)
    assert Counter(cut.rows) == Counter(whole.rows) == Counter(enumerate(cells))
    assert cut.rejects == whole.rejects == []
    assert 1 <= len(cut.files) <= part["parts"]


def _literal(cell):
    return f"'{cell.isoformat()}'" if hasattr(cell, "isoformat") else f"{cell}"


def test_parts_by_moments_with_values_beyond_the_bounds(database):
    moment = "timestamptz" if database.name == "postgresql" else "timestamp(6) null"
    values = ["1971-01-01 00:00:00", "2024-01-01 00:00:00", "2024-06-01 12:00:00.5", "2037-01-01 00:00:00"]
    rows = ", ".join(f"({index}, '{value}')" for index, value in enumerate(values))
    setting = "SELECT 1"
    database.run("DROP TABLE IF EXISTS moments", f"CREATE TABLE moments (id int, at {moment})", setting)
    database.run(f"INSERT INTO moments VALUES {rows}, (9, NULL)")
    columns = {"id": "int", "at": "timestamp"}
    part = {"column": "at", "parts": 3, "lower": "2024-01-01", "upper": "2025-01-01"}
    cut = database.land(columns, table="moments", partition=part)
    assert sorted(row[0] for row in cut.rows) == [0, 1, 2, 3, 9]
    assert len(cut.files) == 3
    assert len(database.land(columns, table="moments", partition={"column": "at", "parts": 4}).rows) == 5


def test_numbers_without_order_go_last(postgresql):
    postgresql.run("DROP TABLE IF EXISTS odd", "CREATE TABLE odd (id int, v numeric)")
    postgresql.run("INSERT INTO odd VALUES (1, 'NaN'), (2, 'Infinity'), (3, '-Infinity'), (4, 5), (5, NULL)")
    with pytest.raises(RunError) as raised:
        postgresql.land({"id": "int", "v": "decimal(5,2)"}, table="odd", partition={"column": "v", "parts": 2})
    assert raised.value.code == "PARTITION_BOUNDS"
    part = {"column": "v", "parts": 2, "lower": 0, "upper": 10}
    cut = postgresql.land({"id": "int", "v": "decimal(5,2)"}, table="odd", partition=part)
    assert sorted(row[0] for row in cut.rows) == [4, 5]
    assert len(cut.rejects) == 3


def test_an_empty_table_lands_one_empty_file(database):
    database.run("DROP TABLE IF EXISTS nothing", "CREATE TABLE nothing (id int)")
    landed = database.land({"id": "int"}, table="nothing", partition={"column": "id", "parts": 4})
    assert (len(landed.files), landed.rows) == (1, [])


@pytest.mark.parametrize(("column", "code"), [("name", "PARTITION_TYPE"), ("idd", "COLUMN_MISSING")])
def test_a_column_that_cannot_be_cut_is_refused(database, column, code):
    database.run("DROP TABLE IF EXISTS named", "CREATE TABLE named (id int, name text)")
    with pytest.raises(RunError) as raised:
        database.land({"id": "int", "name": "string"}, table="named", partition={"column": column, "parts": 2})
    assert raised.value.code == code


def test_all_parts_are_read_in_one_snapshot(postgresql, monkeypatch):
    """A row that moves from the last part to the first while parts are read is there exactly once."""
    from mesh_etl.sources.databases import fetch

    postgresql.run("DROP TABLE IF EXISTS moving", "CREATE TABLE moving (id int, v int)")
    postgresql.run("INSERT INTO moving SELECT g, g FROM generate_series(1, 100) g")
    part = fetch.DatabaseFetch._part
    moved = []

    def late(self, session, query, columns, folder, index, stop):
        if index:
            moved.append(
                postgresql.run("UPDATE moving SET v = -id WHERE id = 100", "INSERT INTO moving VALUES (0, 50)")
            )
        return part(self, session, query, columns, folder, index, stop)

    monkeypatch.setattr(fetch.DatabaseFetch, "_part", late)
    columns = {"id": "int", "v": "int"}
    cut = postgresql.land(columns, table="moving", partition={"column": "v", "parts": 3, "connections": 1})
    assert moved
    assert sorted(cut.rows) == [(number, number) for number in range(1, 101)]


def test_a_predicate_is_carried_out_by_the_database(database):
    database.run("DROP TABLE IF EXISTS numbers", "CREATE TABLE numbers (id int, v int)")
    rows = ", ".join(f"({number}, {number % 10})" for number in range(1000))
    database.run(f"INSERT INTO numbers VALUES {rows}")
    keys = {"table": "numbers", "where": "v = 3 or v = 4 -- and so on"}
    landed = database.land({"id": "int", "v": "int"}, **keys, partition={"column": "id", "parts": 3})
    assert len(landed.rows) == 200
    assert {row[1] for row in landed.rows} == {3, 4}
    assert sum(_rows(file) for file in landed.files) == 200, "more has come than was asked for"


def _rows(file):
    import pyarrow as pa

    with file.native() as stream:
        return pa.ipc.open_file(stream).read_all().num_rows
