"""Whole runs into a warehouse in S3: they come to what the same runs come to in a folder."""

from __future__ import annotations

import json
import os
from collections import Counter
from functools import partial

import pyarrow.parquet as pq
import pytest

from mesh_etl import worlds
from mesh_etl.config import Project, load
from mesh_etl.errors import MeshError
from mesh_etl.plan.ledgers import product_ledger
from mesh_etl.quarantine.expire import expire
from mesh_etl.quarantine.replay import replay
from mesh_etl.quarantine.rows import Choice
from mesh_etl.query import Statement, ask

same_on_every_engine = pytest.mark.skipif(
    os.environ.get("MESH_ENGINE", "embedded") != "embedded", reason="says the same on every engine"
)
COLUMNS = {"id": "int", "note": "string", "day": "date"}
QUALITY = [{"type": "sql", "query": "SELECT COUNT(*) FROM {object} WHERE note IS NULL", "mustBe": 0}]
FIRST = "id,note,day\n" + "".join(f"{n},note {n % 7},2024-0{1 + n % 3}-01\n" for n in range(60)) + "x,bad,2024-01-01\n"
SECOND = "id,note,day\n100,more,2024-01-05\n101,more,2024-05-01\ny,bad,2024-02-01\n"
STEPS = [{"type": "filter", "where": "id <> 7"}, {"type": "derive", "replace": {"note": "upper(note)"}}]


@pytest.fixture(params=["own disks", "shared disk"])
def disks(request, engine, monkeypatch):
    """Whether what a run keeps for a while goes through S3, as on a cluster; on Spark it does."""
    if engine.name == "spark" and request.param == "shared disk":
        pytest.skip("takes long, and says the same on every engine")
    monkeypatch.setattr(type(engine), "shares_disk", property(lambda _: request.param == "shared disk"))


@pytest.fixture
def defined(project):
    """Makes a project with the product `d.it` whose warehouse is in S3, or in a folder."""

    def define(remote, table=None, **job):
        made = project()
        if remote:
            env = {"world": {"type": "local", "home": ".mesh"}, "values": {"warehouse": f"s3://lake/{made.root.name}"}}
            (made.root / "configs/env/local.yaml").write_text(json.dumps(env))
        target = {"mode": "append", "partition_by": ["month(day)"]}
        job = {"source": {"type": "csv", "path": "in/*.csv"}, "target": target, **job}
        made.define("it", table or {"columns": COLUMNS, "quality": QUALITY}, job)
        (made.root / "in").mkdir()
        (made.root / "in/a.csv").write_text(FIRST)
        return made

    return define


def _rows(made, sql):
    project = Project.open(made.root)
    statement = Statement.parse(sql, project.products())
    with ask(statement, project, partial(product_ledger, project)) as answer:
        return sorted(answer.rows, key=repr)


def _shown(made, report):
    """What a user sees of the table."""
    return {
        "outcome": report.outcome,
        "rows": _rows(made, "select * from d.it"),
        "refused": _rows(made, "select _file, _line, _raw, _version from d.it__quarantine"),
        "counts": report.entry.counts,
        "rules": [(one.rule, one.status) for one in report.entry.rules],
        "partitions": {values: one.rows for values, one in report.snapshot.partitions.items()},
    }


@pytest.mark.parametrize("steps", [[], STEPS], ids=["kernels", "engine"])
def test_a_table_in_s3_is_one_in_a_folder(lake, disks, defined, steps):
    both = [defined(remote, transforms=steps) for remote in (True, False)]

    def run():
        there, here = (_shown(made, made.run("it")) for made in both)
        assert there == here
        return there

    first = run()
    assert (first["outcome"], len(first["refused"])) == ("published", 1)
    assert run()["outcome"] == "nothing new"
    for made in both:
        (made.root / "in/b.csv").write_text(SECOND)
    second = run()
    assert len(second["rows"]) == len(first["rows"]) + 2
    assert len(second["refused"]) == 2
    assert not any("_spill" in one["Key"] for one in lake.list_objects_v2(Bucket="lake")["Contents"])


@same_on_every_engine
def test_rules_about_the_whole_table_are_answered_in_s3(lake, disks, defined):
    rule = {"metric": "duplicateValues", "arguments": {"properties": ["id", "note"]}, "mustBe": 0, "name": "once"}
    made = defined(True, {"columns": COLUMNS, "quality": [rule]})
    made.run("it")
    (made.root / "in/b.csv").write_text("id,note,day\n200,new,2024-01-05\n")
    assert {one.status for one in made.run("it").entry.rules if one.rule == "once"} == {"passed"}
    (made.root / "in/c.csv").write_text("id,note,day\n1,note 1,2024-07-05\n")
    with pytest.raises(MeshError) as caught:
        made.run("it")
    assert caught.value.code == "RULE_FAILED"


def test_rows_that_refer_to_others_are_looked_up_in_s3(lake, disks, defined):
    made = defined(True)
    made.run("it")
    job = {"source": {"type": "csv", "path": "refs/*.csv"}, "target": {"mode": "replace"}}
    key = {"name": "id", "physicalType": "int", "relationships": [{"to": "d.it#it.id"}]}
    made.define("refs", {"properties": [key]}, job)
    (made.root / "refs").mkdir()
    (made.root / "refs/a.csv").write_text("id\n1\n2\n")
    (rule,) = [one for one in made.run("refs").entry.rules if "relationships" in one.rule]
    assert rule.status == "passed"
    (made.root / "refs/a.csv").write_text("id\n1\n2000\n")
    with pytest.raises(MeshError) as caught:
        made.run("refs")
    assert caught.value.code == "RULE_FAILED"


def test_refused_rows_in_s3_are_replayed_and_expire(lake, disks, defined, engine):
    made = defined(True)
    made.run("it")
    mended = {"type": "csv", "path": "in/*.csv", "nulls": ["x"]}
    made.define(
        "it", {"columns": COLUMNS}, {"source": mended, "target": {"mode": "append", "partition_by": ["month(day)"]}}
    )
    job = load("d.it", made.root, "local")
    world = worlds.open(job.project.env, job.project.root)
    found = replay(job, engine, world, Choice())
    assert (found.outcome, found.counts.good, found.refused) == ("published", 1, 0)
    assert _rows(made, "select note from d.it where id is null") == [("bad",)]
    assert _rows(made, "select * from d.it__quarantine") == []
    gone = expire(job, world, everything=True)
    assert (gone.files, gone.removed) == (0, 1)
    assert not any("/quarantine/" in one["Key"] for one in lake.list_objects_v2(Bucket="lake")["Contents"])


@same_on_every_engine
def test_another_product_reads_what_was_added_to_a_table_in_s3(lake, disks, defined):
    made = defined(True)
    made.run("it")
    source = {"type": "table", "product": "d.it", "columns": ["id", "day_month"]}
    made.define(
        "next", {"columns": {"id": "int", "day_month": "string"}}, {"source": source, "target": {"mode": "append"}}
    )
    assert made.run("next").entry.counts.read == 60
    assert made.run("next").outcome == "nothing new"
    (made.root / "in/b.csv").write_text(SECOND)
    made.run("it")
    assert made.run("next").entry.counts.read == 2
    assert len(_rows(made, "select * from d.next")) == 62


@same_on_every_engine
def test_a_table_in_s3_is_replaced_in_one_commit(lake, defined):
    made = defined(True, target={"mode": "replace"})
    made.run("it")
    (made.root / "in/a.csv").write_text(SECOND)
    report = made.run("it")
    assert len(_rows(made, "select * from d.it")) == 2
    ledger = product_ledger(Project.open(made.root), "d.it")
    assert [entry.seq for entry in ledger.entries()] == [1, 2]
    for file in next(iter(report.snapshot.partitions.values())).files:
        with ledger.storage.open(ledger.layout.path(file.path)) as source:
            assert pq.read_metadata(source).num_rows == 2


def test_a_failed_run_leaves_nothing_in_s3(lake, disks, defined):
    made = defined(True, checks={"max_rejected": "0%"})
    with pytest.raises(MeshError):
        made.run("it")
    assert lake.list_objects_v2(Bucket="lake")["KeyCount"] == 0


@same_on_every_engine
def test_a_bucket_that_is_not_there_is_told(lake, defined):
    made = defined(True)
    env = {"world": {"type": "local"}, "values": {"warehouse": "s3://nowhere/w"}}
    (made.root / "configs/env/local.yaml").write_text(json.dumps(env))
    with pytest.raises(MeshError) as caught:
        made.run("it")
    assert caught.value.code == "BUCKET_MISSING"


@same_on_every_engine  # and workers of others have clients of their own
def test_requests_do_not_grow_with_batches_and_row_groups(lake, defined):
    asked = Counter()
    note = lambda model, **_: asked.update([model.name])  # noqa: E731
    lake.meta.events.register("before-call.s3", note)
    found = []
    for rows in (100, 100_000):
        made = defined(True, target={"mode": "replace"})
        (made.root / "in/a.csv").write_text("id,note,day\n" + "".join(f"{n},x,2024-01-01\n" for n in range(rows)))
        asked.clear()
        made.run("it")
        found.append(dict(asked))
    lake.meta.events.unregister("before-call.s3", note)
    assert found[0] == found[1]
    assert sum(found[0].values()) < 30
