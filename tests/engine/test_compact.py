"""Compaction keeps a table's rows, what is known of them, and the place of those who read it piece by piece."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_etl import worlds
from mesh_etl.config import load
from mesh_etl.errors import ConfigError, PlanError
from mesh_etl.plan.build import ledger_of
from mesh_etl.run import states
from mesh_etl.tables.states import Metrics
from mesh_etl.upkeep.compact import compact
from mesh_etl.upkeep.compaction import Choice

COLUMNS = {"id": "int", "k": "string"}
APPEND = {"mode": "append", "partition_by": ["k"]}


@pytest.fixture
def mesh(project):
    """Product `base`, into which `add` brings rows and which `compact` compacts, and `it`, which appends its rows."""
    made = project()

    def add(number, rows, target=APPEND, **contract):
        made.put({f"{number}.parquet": {"columns": COLUMNS, "rows": rows}})
        source = {"type": "parquet", "path": f"{number}.parquet"}
        made.define("base", {"columns": COLUMNS, **contract}, {"source": source, "target": target})
        return made.run("base")

    def append(**source):
        source = {"type": "table", "product": "d.base", **source}
        made.define("it", {"columns": COLUMNS}, {"source": source, "target": {"mode": "append"}})
        return made.run("it")

    def compacted(choice=None, **options):
        job = load("d.base", made.root, "local")
        return compact(job, made.engine, worlds.open(job.project.env, job.project.root), choice, **options)

    made.add, made.append, made.compact = add, append, compacted
    made.ledger = lambda: ledger_of(load("d.base", made.root, "local"), "d.base")
    return made


def base_rows(mesh, table_rows):
    ledger = mesh.ledger()

    class Now:
        snapshot = ledger.snapshot()
        root = ledger.layout.root

    return table_rows(Now)


def test_files_come_together_by_partition(mesh, table_rows):
    rows = [[number, "ab"[number % 2]] for number in range(6)]
    for row in rows:
        mesh.add(row[0], [row])
    before = mesh.ledger().snapshot()
    planned = mesh.compact(dry_run=True)
    assert (planned.outcome, planned.version) == ("planned", None)
    assert [(one.name, one.files_before, one.files_after) for one in planned.rewrites] == [("k=a", 3, 1), ("k=b", 3, 1)]
    assert planned.rewrites[0].bytes_to_rewrite == sum(file.bytes for file in before.partitions["a",].files)
    assert mesh.ledger().snapshot() == before
    done = mesh.compact()
    assert (done.outcome, done.version, done.gave_up) == ("compacted", 7, 0)
    assert [(one.files_before, one.files_after) for one in done.rewrites] == [(3, 1), (3, 1)]
    after = mesh.ledger().snapshot()
    assert (after.files, after.data.seq, after.entry.operation) == (2, 6, "compact")
    assert base_rows(mesh, table_rows) == sorted(rows)
    assert mesh.compact().outcome == "nothing to do"
    assert mesh.run("base").outcome == "nothing new"
    assert table_rows(mesh.add(9, [[9, "a"]])) == sorted([*rows, [9, "a"]])


def test_only_the_partitions_that_are_asked_for(mesh):
    for number in range(4):
        mesh.add(number, [[number, "a"], [number, None]])
    assert [one.name for one in mesh.compact(Choice({"k": "a"})).rewrites] == ["k=a"]
    assert [one.files_before for one in mesh.compact(Choice({"k": "__HIVE_DEFAULT_PARTITION__"})).rewrites] == [4]
    with pytest.raises(ConfigError, match="did you mean 'k'") as caught:
        mesh.compact(Choice({"K": "a"}))
    assert caught.value.code == "UNKNOWN_PARTITION_KEY"


def test_a_table_without_partitions_and_one_that_is_not_there(mesh, table_rows):
    target = {"mode": "append"}
    mesh.define("base", {"columns": COLUMNS}, {"source": {"type": "parquet", "path": "1.parquet"}, "target": target})
    assert mesh.compact().outcome == "nothing to do"
    for number in range(3):
        mesh.add(number, [[number, "a"]], target)
    assert mesh.compact().rewrites[0].files_after == 1
    assert base_rows(mesh, table_rows) == [[0, "a"], [1, "a"], [2, "a"]]
    with pytest.raises(ConfigError, match="not partitioned"):
        mesh.compact(Choice({"k": "a"}))


def test_files_in_order_stay_and_others_are_sorted_on_request(mesh):
    target = {**APPEND, "sort_by": ["id"]}
    mesh.add(1, [[3, "a"], [1, "a"]])
    mesh.add(2, [[2, "b"], [4, "b"]], target)
    assert mesh.compact(Choice(sort=True)).rewrites[0].name == "k=a"
    assert mesh.compact(Choice(sort=True)).outcome == "nothing to do"


@pytest.mark.parametrize("read", range(1, 5))
def test_a_reader_of_what_is_new_goes_on_from_any_place(mesh, table_rows, read):
    for number in range(3):
        if number == read:
            mesh.append()
        mesh.add(number, [[number, "a"]])
    if read == 3:
        mesh.append()
    mesh.compact()
    wanted = [[number, "a"] for number in range(3)]
    report = mesh.append()
    assert report.outcome == ("nothing new" if read == 3 else "published")
    assert table_rows(report) == wanted
    assert read == 3 or report.entry.counts.read == 3 - read % 4
    mesh.add(3, [[3, "a"]])
    assert table_rows(mesh.append()) == [*wanted, [3, "a"]]
    mesh.add(4, [[4, "a"]])
    mesh.compact()
    report = mesh.append()
    assert table_rows(report) == [*wanted, [3, "a"], [4, "a"]]
    assert report.entry.counts.read == 1
    assert mesh.append().outcome == "nothing new"


def test_the_rows_of_versions_are_told_apart_after_a_compaction(mesh, table_rows):
    for number in range(4):
        mesh.add(number, [[number, "a"]])
    mesh.compact()
    assert table_rows(mesh.append(between={"after": 2})) == [[2, "a"], [3, "a"]]
    assert table_rows(mesh.append(between={"after": 4})) == [[2, "a"], [3, "a"]]


def test_what_a_reader_has_not_read_may_have_expired(mesh):
    mesh.add(1, [[1, "a"]])
    mesh.append()
    late = mesh.add(2, [[2, "a"]])
    mesh.compact()
    for file in late.snapshot.partitions["a",].files:
        (Path(late.root) / file.path).unlink()
    with pytest.raises(PlanError, match="was compacted") as caught:
        mesh.append()
    assert caught.value.code == "CHANGES_UNKNOWN"


def test_rows_that_are_replaced_after_a_compaction_are_lost_to_a_reader_of_either_file(mesh):
    mesh.add(1, [[1, "a"]])
    mesh.append()
    mesh.add(2, [[2, "a"]])
    mesh.compact()
    mesh.add(3, [[1, "a"]], {**APPEND, "mode": "replace_partitions"})
    with pytest.raises(PlanError, match=r"version 4 of d\.base replaced rows") as caught:
        mesh.append()
    assert caught.value.code == "CHANGES_UNKNOWN"


RULES = [
    {"metric": "nullValues", "mustBeLessThan": 99, "unit": "percent", "severity": "warning", "name": "nulls"},
    {"metric": "invalidValues", "arguments": {"validValues": [1, 2]}, "mustBeLessThan": 9, "name": "valid"},
]


def test_verdicts_need_no_second_look_at_rows_that_were_compacted(mesh, monkeypatch):
    properties = [
        {"name": "id", "logicalType": "integer", "physicalType": "int", "quality": RULES, "unique": True},
        {"name": "k", "logicalType": "string"},
    ]
    contract = {"columns": {}, "properties": properties}
    for number in range(3):
        mesh.add(number, [[number, "a"], [number + 10, "b"]], **contract)
    ledger = mesh.ledger()
    before = Metrics(ledger)
    known = {name: before.column(name, before.parts()) for name in ("id", "k")}
    big = ledger.snapshot().partitions["b",].files[0]
    mesh.compact(Choice({"k": "a"}))
    after = Metrics(mesh.ledger())
    assert len(after.parts()) == 4
    for name, state in known.items():
        assert after.column(name, after.parts()).to_row(name) == state.to_row(name)
    assert big.name in {file.path.rpartition("/")[2] for files in after.parts().values() for file in files}

    def scans(*_):
        raise AssertionError("rows were looked at again")

    monkeypatch.setattr(states, "count_broken", scans)
    report = mesh.add(9, [[99, "a"]], **contract)
    measured = {rule.rule: (rule.status, rule.rows, rule.measured) for rule in report.entry.rules}
    assert report.snapshot.rows == 7
    assert [measured[one][2] for one in measured if "valid" in one] == [5]


def test_states_of_files_that_stay_beside_compacted_ones_of_the_same_commit(mesh, monkeypatch):
    for number in range(3):
        mesh.add(number, [[number, "a"]])
    from mesh_etl.upkeep import compact as module

    monkeypatch.setattr(module, "bins", lambda files, *_: [tuple(files[:2])] if len(files) == 3 else [])
    mesh.compact()
    metrics = Metrics(mesh.ledger())
    assert sorted(len(files) for files in metrics.parts().values()) == [1, 1]
    state = metrics.column("id", metrics.parts())
    assert (state.rows, state.low, state.high) == (3, 0, 2)
