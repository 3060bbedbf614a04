"""Old versions, orphans and verification of a table in S3: the same commands, the same answers."""

from __future__ import annotations

import datetime

import pytest

from mesh_etl import worlds
from mesh_etl.config import load
from mesh_etl.errors import PublishError
from mesh_etl.pipeline import run_job
from mesh_etl.plan import build
from mesh_etl.publish import publish
from mesh_etl.run import engines, execute
from mesh_etl.upkeep.expire import expire
from mesh_etl.upkeep.orphans import orphans
from mesh_etl.upkeep.verify import verify
from tests.engine.conftest import Project

AT_ONCE = datetime.timedelta(0)


@pytest.fixture
def shop(s3, tmp_path):
    """A project on a laptop with its tables in S3, whose table was replaced twice, and its engine."""
    found = Project(tmp_path, None)
    found.define(
        "it", {"columns": {"id": "int", "k": "string"}},
        {"source": {"type": "csv", "path": "in.csv"}, "target": {"mode": "replace", "partition_by": ["k"]}},
    )  # fmt: skip
    (tmp_path / "configs/env/local.yaml").write_text("world: {type: local}\nvalues: {warehouse: s3://lake/w}\n")
    job = load("d.it", tmp_path, "local")
    world = worlds.open(job.project.env, job.project.root)
    with engines.open("embedded", cores=2) as engine:
        for number in (1, 2, 3):
            (tmp_path / "in.csv").write_text(f"id,k\n{number},a\n{number},b\n")
            run_job(job, engine, world)
        yield job, engine, world


def keys(s3, folder="data"):
    found = s3.list_objects_v2(Bucket="lake", Prefix=f"w/d/it/{folder}/").get("Contents", ())
    return {one["Key"] for one in found}


def test_versions_expire_and_the_rest_is_whole(shop, s3):
    job, _, world = shop
    assert len(keys(s3)) == 6
    found = expire(job, world, AT_ONCE)
    assert (found.versions, found.files, found.held) == ((1, 2), 4, 0)
    assert len(keys(s3)) == 2
    looked = verify(job, world, checksums=True)
    assert (looked.exit_code, looked.files, looked.summed, looked.damage) == (0, 2, 2, [])
    s3.delete_object(Bucket="lake", Key=sorted(keys(s3))[0])
    assert [fault.code for fault in verify(job, world).damage] == ["FILE_LOST"]


def test_orphans_go_with_their_uploads_and_a_slow_run_is_barred(shop, s3):
    job, engine, world = shop
    before = keys(s3)
    (job.project.root / "in.csv").write_text("id,k\n9,a\n")
    slow = execute(build(job), engine, world.secret)
    dead = "20260101T000000-0123456789ab"
    s3.create_multipart_upload(Bucket="lake", Key=f"w/d/it/data/{dead}/k=a/part-0.parquet")
    s3.create_multipart_upload(Bucket="lake", Key="w/d/other/data/part-0.parquet")
    found = orphans(job, world, AT_ONCE)
    assert set(found.fenced) == {slow.txn, dead}
    assert found.uploads == 1
    left = s3.list_multipart_uploads(Bucket="lake").get("Uploads", ())
    assert [one["Key"] for one in left] == ["w/d/other/data/part-0.parquet"]
    assert keys(s3) == before
    with pytest.raises(PublishError) as caught:
        publish(slow, world)
    assert caught.value.code == "FENCED"
    assert orphans(job, world, AT_ONCE).version is None
