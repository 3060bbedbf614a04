"""Modes whose rows meet those of the table by key: rivals, what readers see, and what is left on the disk."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mesh_etl import worlds
from mesh_etl.config import load
from mesh_etl.errors import PublishError, RunError
from mesh_etl.kernels.join import buckets
from mesh_etl.plan import build
from mesh_etl.plan.build import ledger_of
from mesh_etl.plan.ledgers import product_ledger
from mesh_etl.publish import publish
from mesh_etl.query import Statement, ask
from mesh_etl.run import execute
from mesh_etl.tables.states import Metrics
from mesh_etl.upkeep.compact import compact

PROPERTIES = [
    {"name": "id", "physicalType": "int", "required": True},
    {"name": "country", "physicalType": "string"},
    {"name": "at", "physicalType": "int"},
]
MERGE = {"type": "merge", "keys": ["id"], "order_by": ["at"], "deletes": {"column": "op", "values": ["D"]}}
CDC = {"type": "cdc", "keys": ["id"], "operation": "_op", "sequence": "_seq"}
HEADER = "id,country,at,op\n"


@pytest.fixture
def shop(project):
    made = project()
    made.define("it", {"properties": PROPERTIES}, job(MERGE))
    return made


def job(mode, path="in/*.csv"):
    return {"source": {"type": "csv", "path": path}, "target": {"mode": mode, "partition_by": ["country"]}}


def staged(shop):
    found = load("d.it", shop.root, "local")
    world = worlds.open(found.project.env, found.project.root)
    return execute(build(found), shop.engine, world.secret), world


def refused(staged, world):
    with pytest.raises(PublishError) as caught:
        publish(staged, world)
    assert (caught.value.code, caught.value.retryable) == ("CONFLICT", True)


def test_a_merge_of_other_partitions_makes_it_begin_anew(shop, table_rows):
    shop.put({"in/a.csv": HEADER + "1,DE,1,\n2,FR,1,\n"})
    shop.run("it")
    shop.put({"in/b.csv": HEADER + "1,FR,3,\n"})
    mine, world = staged(shop)
    shop.put({"in/b.csv": None, "in/c.csv": HEADER + "1,IT,2,\n"})
    shop.run("it")
    refused(mine, world)
    shop.put({"in/b.csv": HEADER + "1,FR,3,\n"})
    assert table_rows(shop.run("it")) == [[1, "FR", 3], [2, "FR", 1]]


def test_a_merge_that_lost_leaves_no_keys_of_rows_that_it_would_have_deleted(shop):
    shop.put({"in/a.csv": HEADER + "1,DE,1,\n2,FR,1,\n"})
    shop.run("it")
    shop.put({"in/b.csv": HEADER + "1,FR,3,D\n"})
    mine, world = staged(shop)
    (buried,) = mine.tombstones
    assert Path(mine.plan.ledger.layout.path(buried.path)).exists()
    shop.put({"in/b.csv": None, "in/c.csv": HEADER + "1,IT,2,\n"})
    shop.run("it")
    refused(mine, world)
    assert [Path(one).exists() for one in mine.plan.ledger.layout.staged(mine.txn)] == [False] * 4


def test_a_replaced_table_makes_it_begin_anew(shop, table_rows):
    shop.put({"in/a.csv": HEADER + "1,DE,1,\n"})
    shop.run("it")
    shop.put({"in/b.csv": HEADER + "1,DE,3,\n"})
    mine, world = staged(shop)
    shop.put({"new/a.csv": "id,country,at\n1,DE,2\n7,DE,2\n"})
    shop.define("it", {"properties": PROPERTIES}, job("replace", "new/*.csv"))
    shop.run("it")
    refused(mine, world)
    shop.define("it", {"properties": PROPERTIES}, job(MERGE, "in/b.csv"))
    assert table_rows(shop.run("it")) == [[1, "DE", 3], [7, "DE", 2]]


def test_the_run_itself_begins_anew(shop, table_rows, monkeypatch):
    from importlib import import_module

    pipeline = import_module("mesh_etl.pipeline")
    shop.put({"in/a.csv": HEADER + "1,DE,1,\n"})
    shop.run("it")
    shop.put({"in/b.csv": HEADER + "1,DE,3,\n2,DE,1,\n"})
    inner, times = pipeline.execute, []

    def with_a_rival(*arguments):
        found = inner(*arguments)
        times.append(found)
        if len(times) == 1:
            shop.put({"in/b.csv": None, "in/c.csv": HEADER + "1,DE,2,\n"})
            shop.run("it")
            shop.put({"in/b.csv": HEADER + "1,DE,3,\n2,DE,1,\n"})
        return found

    monkeypatch.setattr(pipeline, "execute", with_a_rival)
    report = shop.run("it")
    assert report.snapshot.seq == 3
    assert len(times) == 3
    assert table_rows(report) == [[1, "DE", 3], [2, "DE", 1]]


def test_files_without_a_key_that_came_stay_as_they_are(shop):
    shop.put({"in/a.csv": HEADER + "1,DE,1,\n2,FR,1,\n3,IT,1,\n"})
    before = files(shop.run("it"))
    shop.put({"in/b.csv": HEADER + "1,DE,2,\n4,FR,1,\n3,IT,0,\n"})
    report = shop.run("it")
    after = files(report)
    assert after["IT"] == before["IT"]
    assert len(after["FR"]) == 2
    assert before["FR"] < after["FR"]
    assert after["DE"].isdisjoint(before["DE"])
    assert [partition.values for partition in report.entry.partitions] == [("DE",), ("FR",)]


def test_a_run_that_fails_leaves_nothing(shop):
    shop.put({"in/a.csv": HEADER + "1,DE,1,D\n2,DE,1,\n2,FR,1,\n"})
    with pytest.raises(Exception, match="ORDER_TIE"):
        shop.run("it")
    assert [path for path in (shop.root / "warehouse").rglob("*") if path.is_file()] == []


def test_buckets_give_what_one_gives(shop, table_rows, monkeypatch):
    if shop.engine.name != "embedded":
        pytest.skip("other processes have their own constants")
    rows = "".join(
        f"{number % 500},{'DE' if number % 3 else ''},{number},{'D' * (number % 7 == 0)}\n" for number in range(2000)
    )
    monkeypatch.setattr(buckets, "BUCKET_BYTES", 4_000)
    shop.put({"in/a.csv": HEADER + rows})
    first = shop.run("it")
    assert first.entry.changed.superseded == 1500
    shop.put({"in/b.csv": HEADER + "".join(f"{number},FR,{9999 + number},\n" for number in range(0, 500, 2))})
    found = {row[0]: row for row in table_rows(shop.run("it"))}
    latest = {number % 500: number for number in range(2000)}
    kept = {key: [key, "DE" if at % 3 else None, at] for key, at in latest.items() if key % 2 and at % 7}
    assert found == kept | {key: [key, "FR", 9999 + key] for key in range(0, 500, 2)}


def test_the_sequence_is_in_files_and_nowhere_else(project, table_rows):
    made = project()
    header = "Op,seq,id,country,at\n"
    sequence = f"{1:035d}"
    names = {"_op": "Op", "_seq": "seq", "id": "id", "country": "country", "at": "at"}
    source = {"type": "dms", "path": "in", "header": True, "operation": "_op", "sequence": "_seq", "columns": names}
    made.define("it", {"properties": PROPERTIES}, {"source": source, "target": {"mode": CDC}})
    made.put({"in/20261121-100000000.csv": header + f"I,{sequence},1,DE,5\n"})
    report = made.run("it")
    [file] = [file for partition in report.snapshot.partitions.values() for file in partition.files]
    assert pq.read_schema(Path(report.root) / file.path).names == ["id", "country", "at", "_seq"]
    assert [name for name, _ in report.entry.columns] == ["id", "country", "at"]
    made.define("copy", {"properties": PROPERTIES}, {"source": {"type": "table", "product": "d.it"}})
    assert table_rows(made.run("copy")) == [[1, "DE", 5]]
    job = load("d.it", made.root, "local")
    glue = worlds.open(job.project.env, job.project.root).client("glue")
    table = glue.get_table(DatabaseName="d", Name="it")["Table"]
    assert [one["Name"] for one in table["StorageDescriptor"]["Columns"]] == ["id", "country", "at"]
    with ask(
        Statement.parse("SELECT * FROM d.it", ["d.it"]), job.project, partial(product_ledger, job.project)
    ) as found:
        assert (found.names, list(found.rows)) == (("id", "country", "at"), [(1, "DE", 5)])


def test_compaction_keeps_the_sequence_and_makes_a_run_begin_anew(project, table_rows):
    made = project()
    header = "Op,seq,id,country,at\n"
    names = {"_op": "Op", "_seq": "seq", "id": "id", "country": "country", "at": "at"}
    source = {"type": "dms", "path": "in", "header": True, "operation": "_op", "sequence": "_seq", "columns": names}
    made.define("it", {"properties": PROPERTIES}, {"source": source, "target": {"mode": CDC}})
    for number in (1, 2):
        made.put({f"in/2026112{number}-100000000.csv": header + f"I,{number + 5:035d},{number},DE,5\n"})
        made.run("it")
    made.put({"in/20261123-100000000.csv": header + f"U,{3:035d},1,FR,4\nU,{9:035d},2,FR,6\n"})
    mine, world = staged(made)
    assert compact(load("d.it", made.root, "local"), made.engine, world).outcome == "compacted"
    refused(mine, world)
    report = made.run("it")
    assert table_rows(report) == [[1, "DE", 5], [2, "FR", 6]]
    assert (report.entry.changed.late, report.entry.changed.updated) == (1, 1)


def test_what_was_kept_of_files_is_not_believed_of_some_of_them(project):
    made = project()
    properties = [
        {"name": "id", "physicalType": "int", "primaryKey": True, "primaryKeyPosition": 1},
        {
            "name": "n",
            "physicalType": "string",
            "quality": [{"metric": "nullValues", "mustBeLessThan": 3, "id": "nulls", "severity": "error"}],
        },
    ]
    mode = {"type": "merge", "keys": ["id"]}
    target = {"mode": mode, "target_file_mb": 1, "row_group_mb": 1, "sort_by": ["id"]}
    made.define("it", {"properties": properties}, {"source": {"type": "csv", "path": "in/*.csv"}, "target": target})
    noise = random.Random(1)
    rows = [f"{number},{noise.randbytes(60).hex()}" for number in range(50_000)]
    rows[0], rows[-1] = "0,", "49999,"
    made.put({"in/a.csv": "\n".join(["id,n", *rows, ""])})
    first = made.run("it")
    assert first.snapshot.files > 1
    assert measured(first) == {"nulls": 2}
    made.put({"in/b.csv": "id,n\n0,x\n"})
    second = made.run("it")
    assert 0 < second.entry.changed.kept < 49_999
    assert measured(second) == {"nulls": 1}
    made.put({"in/c.csv": "id,n\n1,\n2,\n"})
    with pytest.raises(RunError, match="measured 3"):
        made.run("it")
    metrics = Metrics(ledger_of(load("d.it", made.root, "local"), "d.it"))
    assert sorted(part.whole for part in metrics.parts()) == [False, True]
    assert metrics.column("n", metrics.parts()) is None
    assert metrics.column("n", [part for part in metrics.parts() if part.whole]).nulls == 0


def measured(report):
    return {rule.rule: rule.measured for rule in report.entry.rules if rule.rule == "nulls"}


def files(report):
    return {values[0]: {file.name for file in one.files} for values, one in report.snapshot.partitions.items()}
