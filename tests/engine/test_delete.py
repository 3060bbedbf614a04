"""Rows that are deleted: what is told of them, what is left of them, and what a rival brings meanwhile."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mesh_etl import worlds
from mesh_etl.config import load
from mesh_etl.expressions import Expression
from mesh_etl.plan.build import ledger_of
from mesh_etl.run.progress import Silent
from mesh_etl.upkeep.delete import delete

COLUMNS = {"id": "int", "mail": "string"}


@pytest.fixture
def people(project):
    """A table of people, to which `add` brings some, and from which `forget` takes some out."""
    made = project()
    source = {"type": "csv", "path": "data/*.csv"}
    made.define("it", {"columns": COLUMNS}, {"source": source, "target": {"mode": "append"}})

    def add(number, *mails):
        lines = "".join(f"{number},{mail}\n" for mail in mails)
        made.put({f"data/{number}.csv": f"id,mail\n{lines}"})
        return made.run("it")

    def forget(where, **how):
        job = load("d.it", made.root, "local")
        world = worlds.open(job.project.env, job.project.root)
        return delete(job, made.engine, world, Expression.parse(where), **how)

    made.add, made.forget, made.ledger = add, forget, lambda: ledger_of(load("d.it", made.root, "local"), "d.it")
    return made


def test_a_dry_run_counts_and_changes_nothing(people):
    people.add(1, "ann@x", "bob@x")
    people.add(2, "cid@x")
    found = people.forget("mail = 'ann@x'", dry_run=True)
    assert (found.rows, found.files, found.kept, found.version) == (1, 1, 1, None)
    assert people.ledger().seqs() == [1, 2]


def test_the_condition_is_kept_nowhere_but_as_a_hash(people):
    people.add(1, "ann@x", "bob@x")
    found = people.forget("mail = 'ann@x'", reason="ticket 12")
    entry = people.ledger().entry(found.version)
    told = entry.deletion
    text = Expression.parse("mail = 'ann@x'").sql
    assert (entry.operation, told.rows, told.reason) == ("delete", 1, "ticket 12")
    assert told.predicate_sha256 == hashlib.sha256(f"{told.salt}{text}".encode()).hexdigest()
    root = Path(people.ledger().layout.root)
    assert not [path for path in (root / "_ledger").rglob("*.json") if "ann@x" in path.read_text()]


def test_files_without_such_rows_are_left_as_they_are(people):
    people.add(1, "ann@x", "bob@x")
    people.add(2, "cid@x")
    before = {file.name for one in people.ledger().snapshot().partitions.values() for file in one.files}
    people.forget("mail = 'ann@x'")
    after = {file.name for one in people.ledger().snapshot().partitions.values() for file in one.files}
    assert len(before & after) == 1
    assert len(after) == 2


def test_rows_that_a_rival_brings_meanwhile_go_as_well(people, table_rows):
    people.add(1, "ann@x", "bob@x")

    class Rival(Silent):
        came = False

        def phase(self, name, total):
            if name == "write the others" and not self.came:
                self.came = True
                people.add(2, "ann@x", "cid@x")

    found = people.forget("mail = 'ann@x'", progress=Rival())
    assert (found.rows, found.files, found.version) == (2, 2, 3)
    people.add(3)
    assert table_rows(people.add(4, "dan@x")) == [[1, "bob@x"], [2, "cid@x"], [4, "dan@x"]]


def test_a_failure_leaves_nothing_behind(people):
    people.add(1, "ann@x", "bob@x")
    root = Path(people.ledger().layout.root)
    before = {path for path in root.rglob("*") if path.is_file()}

    class Stop(Silent):
        def phase(self, name, total):
            if name == "write":
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        people.forget("mail = 'ann@x'", progress=Stop())
    assert {path for path in root.rglob("*") if path.is_file()} == before
