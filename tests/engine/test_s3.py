"""Whole runs from S3 to a local table, with workers that read the objects for themselves."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
from json import dumps
from json import loads as json_of
from pathlib import Path

import pytest

from mesh_etl import worlds
from mesh_etl.config import load
from mesh_etl.errors import MeshError, PlanError
from mesh_etl.kernels.json import reader as json
from mesh_etl.kernels.text import reader as text_reader
from mesh_etl.plan import build
from mesh_etl.run import execute

COLUMNS = {"id": "int", "note": "string"}


@pytest.fixture
def lake(engine, s3, s3_environment):
    """Puts objects into the bucket `lake`, which the workers of the engine can read as well."""
    workers = engine.session().sparkContext.environment if engine.name == "spark" else {}
    before = dict(workers)
    workers |= s3_environment

    def put(**objects):
        for name, content in objects.items():
            body = content.encode() if isinstance(content, str) else content
            s3.put_object(Bucket="lake", Key=name.replace("__", "/").replace("_", "."), Body=body)

    yield put
    workers.clear()
    workers |= before


@pytest.fixture
def product(project):
    """Defines the product `d.it` over a source, and returns its project."""

    def define(source, columns=COLUMNS, **job):
        made = project()
        made.define("it", {"columns": columns}, {"source": source, **job})
        return made

    return define


def _parquet(rows):
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    ids = pa.array(range(rows), pa.int32())
    pq.write_table(pa.table({"note": ids.cast(pa.string()), "id": ids}), out, row_group_size=100)
    return out.getvalue()


def test_reads_csv_in_ranges_with_lines_counted_through(lake, product, monkeypatch, table_rows, rejected_rows):
    lines = [f"{number},note {number}" for number in range(400)]
    lines[250] = "x,not a number"
    lake(in__a_csv="id,note\n" + "\n".join(lines), in__b_csv="\ufeffnote,id\r\nlast,999\r\n")
    monkeypatch.setattr(text_reader, "ITEM_BYTES", 700)
    report = product({"type": "csv", "path": "s3a://lake/in/*.csv"}).run("it")
    assert [row[0] for row in table_rows(report)] == sorted([*range(250), *range(251, 400), 999], key=repr)
    assert [(one["file"], one["line"], one["raw"], one["rules"]) for one in rejected_rows(report)] == [
        ("a.csv", 252, "x,not a number", ["TYPE_FORMAT:id"])
    ]
    inputs = {one.path: (one.read, one.version.startswith('etag:"')) for one in report.entry.inputs}
    assert inputs == {"s3://lake/in/a.csv": (400, True), "s3://lake/in/b.csv": (1, True)}


@pytest.mark.parametrize("steps", [[], [{"type": "select", "columns": ["id", "note"]}]], ids=["kernels", "engine"])
@pytest.mark.parametrize("kind", ["csv", "json", "parquet", "gzip"])
def test_reads_every_kind_of_file_as_from_a_folder(lake, product, table_rows, rejected_rows, monkeypatch, kind, steps):
    text = "id,note\n" + "".join(f"{number},{number}\n" for number in range(300))
    objects = '{"id": 1, "note": "1"}\n{"id": "x"}\n' + "".join(
        f'{{"id": {number}, "note": "{number}"}}\n' for number in range(2, 300)
    )
    content = {"csv": text + "x,y\n", "json": objects, "parquet": _parquet(300), "gzip": gzip.compress(text.encode())}
    monkeypatch.setattr(text_reader, "ITEM_BYTES", 1000)
    monkeypatch.setattr(json, "ITEM_BYTES", 1000)
    lake(**{"in__data": content[kind]})
    source = {"type": "csv" if kind == "gzip" else kind}
    remote = product({**source, "path": "s3://lake/in/"}, transforms=steps).run("it")
    there = product({**source, "path": "in/"}, transforms=steps)
    (there.root / "in").mkdir()
    (there.root / "in/data").write_bytes(content[kind].encode() if isinstance(content[kind], str) else content[kind])
    local = there.run("it")
    assert table_rows(remote) == table_rows(local)
    assert rejected_rows(remote) == rejected_rows(local)
    assert remote.entry.counts == local.entry.counts
    assert remote.entry.counts.read >= 299


def test_reads_an_object_once_however_its_address_is_spelt(lake, product):
    lake(in__a_csv="id,note\n1,x\n")
    made = product({"type": "csv", "path": "s3a://lake/in/a.csv"}, target={"mode": "append"})
    assert made.run("it").entry.counts.read == 1
    made.define(
        "it", {"columns": COLUMNS}, {"source": {"type": "csv", "path": "s3://lake/in/"}, "target": {"mode": "append"}}
    )
    assert made.run("it").outcome == "nothing new"
    lake(in__b_csv="id,note\n2,y\n")
    assert [one.path for one in made.run("it").entry.inputs] == ["s3://lake/in/b.csv"]
    lake(in__a_csv="id,note\n3,z\n")
    with pytest.raises(PlanError) as raised:
        made.run("it")
    assert raised.value.code == "INPUT_CHANGED"


@pytest.mark.parametrize(("now", "code"), [("id,note\n2,y\n", "INPUT_CHANGED"), (None, "INPUT_MISSING")])
def test_publishes_nothing_of_an_object_that_is_not_the_one_of_the_plan(lake, product, engine, s3, now, code):
    lake(in__a_csv="id,note\n1,x\n")
    made = product({"type": "csv", "path": "s3://lake/in/a.csv"})
    job = load("d.it", made.root, "local")
    plan = build(job)
    if now is None:
        s3.delete_object(Bucket="lake", Key="in/a.csv")
    else:
        lake(in__a_csv=now)
    with pytest.raises(MeshError) as raised:
        execute(plan, engine, worlds.open(job.project.env, job.project.root).secret)
    assert (raised.value.code, raised.value.retryable) == (code, True)
    assert [one for _, _, files in os.walk(plan.ledger.layout.root) for one in files] == []


def test_says_which_object_was_meant(lake, product):
    lake(in__orders_csv="id,note\n1,x\n")
    with pytest.raises(PlanError) as raised:
        product({"type": "csv", "path": "s3://lake/in/order.csv"}).run("it")
    assert raised.value.code == "INPUT_MISSING"
    assert "did you mean 'orders.csv'?" in str(raised.value)


def test_names_an_empty_object(lake, product):
    lake(in__a_csv="", in__b_csv="id,note\n1,x\n")
    with pytest.raises(PlanError) as raised:
        product({"type": "csv", "path": "s3://lake/in/"}).run("it")
    assert raised.value.code == "EMPTY_FILE"
    assert "s3://lake/in/a.csv" in str(raised.value)


@pytest.mark.slow
def test_reads_what_spark_reads_through_s3a(lake, product, table_rows, engine, s3_environment):
    if engine.name != "spark":
        pytest.skip("s3a is a driver of Hadoop, which only engine spark has")
    lake(in__a_csv='id,note\n1,größe\n2,"b, ""c"""\n', in__b_csv="id,note\n3,\n", in__c_parquet=_parquet(250))
    made = product({"type": "parquet", "path": "s3a://lake/in/*.parquet"})
    env = {"world": {"type": "local", "home": ".mesh"}, "values": {"warehouse": "s3://lake/warehouse"}}
    (made.root / "configs/env/local.yaml").write_text(dumps(env))
    (partition,) = made.run("it").snapshot.partitions.values()
    table = f"s3a://lake/warehouse/d/it/{partition.folder}"
    command = [sys.executable, str(Path(__file__).with_name("s3a.py")), "s3a://lake/in", table]
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, **s3_environment, "PYTHONPATH": root}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json_of(done.stdout.splitlines()[-1])
    assert found["table"] == found["parquet"]
    for kind in ("csv", "parquet"):
        report = product({"type": kind, "path": f"s3a://lake/in/*.{kind}"}).run("it")
        assert sorted(table_rows(report), key=lambda row: row[0]) == found[kind]
