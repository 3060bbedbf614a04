"""Refused rows of a database are replayed from the text that it gave, without it."""

from __future__ import annotations

import pytest

from mesh_etl import worlds
from mesh_etl.config import load
from mesh_etl.plan.build import ledger_of
from mesh_etl.quarantine.replay import replay
from mesh_etl.quarantine.rows import Choice

COLUMNS = {"id": "bigint", "name": "string", "at": "timestamp"}


@pytest.fixture
def made(database, project):
    at = "timestamptz" if database.name == "postgresql" else "timestamp(6)"
    database.run(
        "DROP TABLE IF EXISTS refused",
        f"CREATE TABLE refused (id bigint, name varchar(20), at {at})",
        "INSERT INTO refused VALUES (1, 'walrus', '2024-03-31 02:30:00.5'), (2, 'wal\x01rus', '2024-03-31 02:30:00'), "
        "(3, 'ot\x01ter', NULL)",
    )
    one = project()
    one.define("it", {"columns": COLUMNS}, {"source": database.source(table="refused")})
    one.run("it")
    database.run("DROP TABLE refused")
    return one


def again(made):
    job = load("d.it", made.root, "local")
    return replay(job, made.engine, worlds.open(job.project.env, job.project.root), Choice()).to_json()


def test_rows_pass_once_the_job_takes_them(made, database, table_rows):
    made.define("it", {"columns": COLUMNS}, {"source": database.source(table="refused", control="allow")})
    found = again(made)
    assert (found["chosen"], found["replayed"], found["published"]) == (2, 2, 2)
    ledger = ledger_of(load("d.it", made.root, "local"), "d.it")
    head = ledger.snapshot()
    assert table_rows(type("Report", (), {"snapshot": head, "root": ledger.layout.root})) == [
        [1, "walrus", "2024-03-31 02:30:00.500000+00:00"],
        [2, "wal\x01rus", "2024-03-31 02:30:00+00:00"],
        [3, "ot\x01ter", None],
    ]


def test_rows_without_a_column_of_today_stay(made, database):
    columns = {**COLUMNS, "more": "string"}
    made.define("it", {"columns": columns}, {"source": database.source(table="refused", control="allow")})
    found = again(made)
    assert (found["outcome"], found["replayed"]) == ("nothing changes", 0)
    assert found["stuck"] == {"it was fetched without a column that is read today: run the job": 2}
