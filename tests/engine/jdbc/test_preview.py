"""A look at the first rows of a database, from a notebook: no more is asked for, and nothing secret is shown."""

from __future__ import annotations

import os

import pytest

from mesh_etl import notebook
from mesh_etl.errors import MeshError, RunError

COLUMNS = {"id": "bigint", "name": "string"}


@pytest.fixture
def many(database):
    """Ten rows, of which the fourth holds what no text may."""
    rows = ", ".join(f"({one}, '{'wal' if one != 4 else 'wal' + chr(1)}rus')" for one in range(1, 11))
    database.run("DROP TABLE IF EXISTS many", "CREATE TABLE many (id bigint, name varchar(20))")
    database.run(f"INSERT INTO many VALUES {rows}")
    return database


@pytest.fixture
def opened(project, many):
    """The product of a source with these keys, opened without a session."""

    def make(**keys):
        made = project()
        made.define("it", {"columns": COLUMNS}, {"source": many.source(**keys)})
        return notebook.open("d.it", made.root)

    return make


def test_rows_are_shown_as_a_run_would_read_them(opened):
    seen = opened(table="many", where="id < 6").preview(reveal=True)
    assert seen.value.cells.texts("id") == ["1", "2", "3", "5"]
    assert "all 5 rows; refused: name.CONTROL_CHAR 1" in repr(seen)
    assert os.environ["MESH_DATABASE_PASSWORD"] not in repr(seen) + seen._repr_html_()


@pytest.mark.parametrize("keys", [{"table": "many"}, {"query": "SELECT id, name FROM many ORDER BY id"}], ids=str)
def test_no_more_rows_are_asked_for_than_are_looked_at(opened, keys):
    seen = opened(**keys, partition={"column": "id", "parts": 3}).preview(of=5)
    assert "the first 6 rows; a run reads all; refused: name.CONTROL_CHAR 1" in repr(seen)
    assert seen.value.walked.samples["source"].rows == 5


def test_large_values_end_a_look_before_its_rows_do(opened, many):
    text = "text" if many.name == "postgresql" else "longtext"
    many.run(f"ALTER TABLE many {'ALTER name TYPE' if text == 'text' else 'MODIFY name'} {text}")
    many.run("UPDATE many SET name = repeat('x', 1000000)")
    seen = opened(table="many", fetch_mb=1).preview().value.walked.samples["source"]
    assert (2 <= seen.rows < 10, seen.whole) == (True, False)


def test_a_verdict_is_given_on_them(opened):
    assert opened(table="many").check().value.read == 9


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"table": "mnay"}, "TABLE_MISSING"),
        ({"query": "SELECT id, name, 1 AS other FROM many"}, "COLUMN_UNEXPECTED"),
        ({"table": "many", "user": "nobody"}, "ACCESS_DENIED"),
        ({"table": "many", "password": {"secret": "env:MESH_NO_SUCH_SECRET"}}, "SECRET_MISSING"),
    ],
)
def test_what_keeps_it_from_looking_has_a_code(opened, keys, code):
    with pytest.raises(MeshError) as error:
        opened(**keys).preview()
    assert error.value.code == code


def test_nothing_is_left_on_disk(opened, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    opened(table="many").preview()
    with pytest.raises(RunError):
        opened(table="gone").preview()
    assert list(tmp_path.iterdir()) == []
