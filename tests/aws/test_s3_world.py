"""A product of an AWS account: table in S3, catalogue in Glue, both answered by moto's server over HTTP."""

from __future__ import annotations

import json

import boto3
import pytest

from mesh_etl import worlds
from mesh_etl.config import Project as Configured
from mesh_etl.config import load
from mesh_etl.errors import ConfigError, MeshError
from mesh_etl.pipeline import run_job
from mesh_etl.run import engines
from tests.engine.conftest import Project

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/0d990263-018e-4e65-a703-eff731de951e"


@pytest.fixture
def made(s3, s3_environment, monkeypatch, tmp_path):
    """A project whose environment is an account; `env` states more of it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_environment["AWS_ENDPOINT_URL_S3"])

    def make(**env):
        found = Project(tmp_path, None)
        found.define(
            "it", {"columns": {"id": "int", "k": "string"}},
            {"source": {"type": "csv", "path": "in.csv"}, "target": {"mode": "append", "partition_by": ["k"]}},
        )  # fmt: skip
        world = {"type": "aws", "region": "eu-central-1", "account": ACCOUNT}
        whole = {"world": world, "values": {"warehouse": "s3://lake/w"}, **env}
        (tmp_path / "configs/env/local.yaml").write_text(json.dumps(whole))
        (tmp_path / "in.csv").write_text("id,k\n1,a\n2,b\n")
        return found

    return make


def _run(made):
    job = load("d.it", made.root, "local")
    with engines.open("embedded") as engine:
        return run_job(job, engine, worlds.open(job.project.env, job.project.root))


def test_a_run_publishes_the_table_to_s3_and_glue(made, s3):
    project = made(s3={"kms_key": KEY})
    report = _run(project)
    assert (report.outcome, report.snapshot.rows) == ("published", 2)
    glue = boto3.client("glue", "eu-central-1")
    table = glue.get_table(DatabaseName="d", Name="it")["Table"]
    assert table["StorageDescriptor"]["Location"] == "s3://lake/w/d/it/data/"
    places = {
        one["StorageDescriptor"]["Location"]
        for one in glue.get_partitions(DatabaseName="d", TableName="it")["Partitions"]
    }
    objects = [one["Key"] for one in s3.list_objects_v2(Bucket="lake")["Contents"]]
    assert places == {f"s3://lake/{key.rpartition('/')[0]}/" for key in objects if "/data/" in key}
    heads = [s3.head_object(Bucket="lake", Key=key) for key in objects]
    assert {(one["ServerSideEncryption"], one["SSEKMSKeyId"], one["BucketKeyEnabled"]) for one in heads} == {
        ("aws:kms", KEY, True)
    }
    assert _run(project).outcome == "nothing new"


def test_the_owner_is_the_account_unless_another_is_stated(made):
    assert Configured.open(made().root).s3()["bucket_owner"] == ACCOUNT
    assert Configured.open(made(s3={"bucket_owner": "210987654321"}).root).s3()["bucket_owner"] == "210987654321"


@pytest.mark.parametrize("wrong", [{"kms_key": ""}, {"bucket_owner": "42"}, {"bucket": "lake"}])
def test_settings_that_cannot_be_are_refused(made, wrong):
    with pytest.raises(ConfigError, match=r"configs/env/local\.yaml"):
        Configured.open(made(s3=wrong).root)


def test_a_warehouse_elsewhere_is_refused(made):
    with pytest.raises(MeshError) as caught:
        _run(made(values={"warehouse": "gs://lake/w"}))
    assert caught.value.code == "UNSUPPORTED_PATH"
