"""From a database to a published table, on every engine."""

from __future__ import annotations

import json
import os

import pytest

from mesh_etl.errors import PlanError, RunError

COLUMNS = {"id": "bigint", "name": "string", "price": "decimal(10,2)", "at": "timestamp"}


@pytest.fixture
def orders(database):
    at = "timestamptz" if database.name == "postgresql" else "timestamp(6)"
    database.run(
        "DROP TABLE IF EXISTS orders",
        f"CREATE TABLE orders (id bigint, name varchar(20), price numeric(10,2), at {at})",
        "INSERT INTO orders VALUES (1, 'walrus', 1.50, '2024-03-31 02:30:00.5'), (2, NULL, NULL, NULL), "
        "(3, 'wal\x01rus', 3, '2024-03-31 02:30:00'), (NULL, 'otter', -4.25, '1999-12-31 23:59:59')",
    )
    return database


def job(project, database, mode="replace", **keys):
    made = project()
    made.define("it", {"columns": COLUMNS}, {"source": database.source(**keys), "target": {"mode": mode}})
    return made


@pytest.mark.parametrize("steps", [[], [{"type": "select", "columns": list(COLUMNS)}]], ids=["kernels", "engine"])
def test_rows_are_published_or_in_quarantine(orders, project, table_rows, rejected_rows, steps):
    made = project()
    source = orders.source(table="orders", partition={"column": "id", "parts": 2})
    made.define("it", {"columns": COLUMNS}, {"source": source, "transforms": steps})
    report = made.run("it")
    assert sorted(table_rows(report), key=lambda row: row[0] or 0) == [
        [None, "otter", "-4.25", "1999-12-31 23:59:59+00:00"],
        [1, "walrus", "1.50", "2024-03-31 02:30:00.500000+00:00"],
        [2, None, None, None],
    ]
    (rejected,) = rejected_rows(report)
    assert rejected["rules"] == ["CONTROL_CHAR:name"]
    assert json.loads(rejected["raw"])["price"] == "3.00"
    assert report.entry.counts.balanced
    assert report.entry.counts.read == 4
    assert [one.path for one in report.entry.inputs] == [
        f"{orders.url}/orders?part=1",
        f"{orders.url}/orders?part=2",
    ]


@pytest.mark.parametrize("through_engine", [False, True], ids=["kernels", "engine"])
def test_every_type_is_published_as_it_was_read(database, project, table_rows, plain_rows, through_engine):
    contract = database.put_shared()
    steps = [{"type": "select", "columns": list(contract)}] if through_engine else []
    made = project()
    made.define("it", {"columns": contract}, {"source": database.source(table="agreed"), "transforms": steps})
    assert table_rows(made.run("it")) == plain_rows(database.land(contract, table="agreed").rows)


def test_the_same_content_is_done_before(orders, project):
    made = job(project, orders, table="orders")
    assert made.run("it").outcome == "published"
    assert made.run("it").outcome == "done before"
    orders.run("INSERT INTO orders VALUES (5, 'newt', 1, NULL)")
    assert made.run("it").outcome == "published"


def test_append_is_refused(orders, project):
    with pytest.raises(PlanError) as raised:
        job(project, orders, mode="append", table="orders").run("it")
    assert raised.value.code == "MODE_UNFIT"


def test_the_password_is_nowhere(orders, project):
    made = job(project, orders, table="orders")
    made.run("it")
    secret = os.environ["MESH_DATABASE_PASSWORD"].encode()
    files = [path for path in made.root.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if secret in path.read_bytes()] == []


def test_a_failure_publishes_nothing_and_says_no_value(orders, project):
    made = job(project, orders, query="SELECT * FROM orders WHERE name = 'walrus' AND nix = 1")
    with pytest.raises(RunError) as raised:
        made.run("it")
    assert raised.value.code == "QUERY_REFUSED"
    assert "walrus" not in str(raised.value)
    assert os.environ["MESH_DATABASE_PASSWORD"] not in str(raised.value)
    assert not list(made.root.rglob("*.parquet"))
    assert not list(made.root.rglob("*.arrow"))


def test_a_landed_file_does_not_stay(orders, project):
    made = job(project, orders, table="orders")
    made.run("it")
    assert not list(made.root.rglob("*.arrow"))


def test_memory_does_not_grow_with_the_table(database, tmp_path):
    """A table of 80 MB is landed by a process that stays within a few batches of one with next to nothing."""
    import subprocess
    import sys

    rows = "generate_series(1, 200000) AS g" if database.name == "postgresql" else "seq_1_to_200000"
    number = "g" if database.name == "postgresql" else "seq"
    database.run("DROP TABLE IF EXISTS tall", "CREATE TABLE tall (id int, name varchar(400))")
    database.run(f"INSERT INTO tall SELECT {number}, repeat('x', 400) FROM {rows}")
    program = f"""
import resource, sys
sys.path.insert(0, {os.path.dirname(__file__)!r})
from pathlib import Path
from conftest import Database
rows = Database({database.name!r}, {database.url!r}, Path({str(tmp_path)!r})).source
from mesh_etl.sources import Jdbc, SourceContext
from mesh_etl.contract.types import Field, parse
import os
schema = (Field("id", parse("int")), Field("name", parse("string")))
context = SourceContext(Path("."), schema, frozenset(), frozenset(), str, None, {{}})
opened = Jdbc(**rows(table="tall", fetch_mb=1, where=sys.argv[1])).open(context)
for fetch in opened.fetches:
    fetch.land({str(tmp_path)!r}, {{"env:MESH_DATABASE_PASSWORD": os.environ["MESH_DATABASE_PASSWORD"]}})
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    peaks = []
    for where in ("id < 10", "id > 0"):
        done = subprocess.run(
            [sys.executable, "-c", program, where], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        peaks.append(int(done.stdout) / 1024)
    assert peaks[1] - peaks[0] < 40
