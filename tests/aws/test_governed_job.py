"""`jobs/run.py` of a governed mesh in an AWS account, answered by moto's server over HTTP.

moto gives whatever role is asked for, and takes Glue's CatalogId for a word without meaning: what is meant for the
central catalogue comes to the account that asks. What a central entry is, is tested against the embedded catalogue.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from mesh_etl.config import Project
from mesh_etl.deploy.package.configuration import compiled

ROOT = Path(__file__).resolve().parents[2]
HOME, SHOP, CENTRE = "123456789012", "222222222222", "111111111111"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: visits
version: 1.0.0
status: active
schema: [{name: visits, properties: [{name: id, logicalType: integer}]}]
"""


@pytest.fixture
def job(s3, s3_environment, monkeypatch, tmp_path):
    """A function that runs the job script where the domain's account is the one that is named."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_environment["AWS_ENDPOINT_URL_S3"])
    (tmp_path / "visits.csv").write_text("id\n1\n2\n")

    def run(account, compile_it=False):
        persona = {"role": "shop-engineer", "rights": ["describe", "alter", "insert"], "runs_jobs": True}
        accounts = {"centre": CENTRE, "shop": account}
        mesh = {
            "name": "test",
            "warehouse": "s3://lake/w",
            "accounts": {name: {"id": id_, "region": "eu-central-1"} for name, id_ in accounts.items()},
            "governance": {"account": "centre"},
            "domains": {"shop": {"owner": "us", "account": "shop", "personas": {"engineer": persona}}},
        }
        folder = tmp_path / "configs/shop/visits"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / "configs/env").mkdir(exist_ok=True)
        (tmp_path / "configs/mesh.yaml").write_text(json.dumps(mesh))
        world = {"type": "aws", "region": "eu-central-1", "account": HOME}
        (tmp_path / "configs/env/prod.yaml").write_text(json.dumps({"world": world}))
        (folder / "contract.yaml").write_text(CONTRACT)
        source = {"type": "csv", "path": str(tmp_path / "visits.csv")}
        found = {"product": "shop.visits", "source": source, "target": {"mode": "append"}}
        (folder / "job.yaml").write_text(json.dumps(found))
        command = [sys.executable, str(ROOT / "jobs/run.py"), "--engine", "embedded"]
        if compile_it:
            compiled_job = compiled(Project.open(tmp_path, "prod"), ("shop.visits",))
            s3.put_object(Bucket="lake", Key="jobs/visits.json", Body=compiled_job)
            command += ["--job", "s3://lake/jobs/visits.json"]
            (tmp_path / "configs").rename(tmp_path / "gone")
        else:
            command += ["--root", str(tmp_path), "--env", "prod", "--product", "shop.visits"]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    return run


def catalogue(account):
    """A Glue client in the account."""
    if account == HOME:
        return boto3.client("glue", "eu-central-1")
    role = {"RoleArn": f"arn:aws:iam::{account}:role/test", "RoleSessionName": "test"}
    given = boto3.client("sts", "eu-central-1").assume_role(**role)["Credentials"]
    session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], "eu-central-1")
    return session.client("glue")


def tables(account):
    """The tables of the account's catalogue, with the version that each shows."""
    glue = catalogue(account)
    return {
        f"{found['Name']}.{one['Name']}": one["Parameters"]["mesh_etl.published_seq"]
        for found in glue.get_databases()["DatabaseList"]
        for one in glue.get_tables(DatabaseName=found["Name"])["TableList"]
    }


@pytest.mark.parametrize("account", [HOME, SHOP], ids=["where the job is", "another"])
def test_the_table_is_registered_in_the_domain_s_account_and_its_centre_is_told(job, account):
    catalogue(account).create_database(DatabaseInput={"Name": "test_shop"})  # as govern apply makes the central one
    done = job(account)
    assert (done.returncode, done.stderr) == (0, "")
    assert tables(account) == {"shop.visits": "1", "test_shop.visits": "1"}
    assert tables(SHOP if account == HOME else HOME) == {}


def test_without_its_centre_the_commit_holds_and_the_next_run_goes_on(job):
    done = job(SHOP)
    assert done.returncode == 5
    assert "there is no such database; the commit holds" in done.stderr
    assert "mesh-etl govern apply [CENTRAL_MISSING]" in done.stderr
    assert "Traceback" not in done.stderr
    catalogue(SHOP).create_database(DatabaseInput={"Name": "test_shop"})
    assert job(SHOP).returncode == 0
    assert tables(SHOP) == {"shop.visits": "1", "test_shop.visits": "1"}


def test_a_compiled_job_needs_no_folder(job):
    catalogue(HOME).create_database(DatabaseInput={"Name": "test_shop"})
    done = job(HOME, compile_it=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["product"] == "shop.visits"
    assert tables(HOME) == {"shop.visits": "1", "test_shop.visits": "1"}
