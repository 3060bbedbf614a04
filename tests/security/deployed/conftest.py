"""What the jobs of a deployed domain do, once for all tests: recorded while they run against moto's server."""

from __future__ import annotations

import logging
import urllib.request
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

import boto3
import pytest

from mesh_etl.cli import main
from mesh_etl.config import Project
from mesh_etl.deploy.estate import Estate, estate
from tests.security.deployed.calls import Call, calls, keys, recorded
from tests.security.deployed.mesh import CENTRE, HOME, RAW, REGION, ROWS, WAREHOUSE, written

UPKEEP = (
    ("compact", "visits", "--engine", "embedded"),
    ("tag", "visits", "kept"),
    ("rollback", "visits", "--to", "1"),
    ("delete", "visits", "--where", "id = 2", "--engine", "embedded"),
    ("quarantine", "replay", "visits", "--engine", "embedded"),
    ("expire", "visits", "--older-than", "0h"),
    ("maintain", "visits", "--engine", "embedded"),
    ("rollback", "items", "--to", "1"),
    ("delete", "items", "--where", "id = 2", "--engine", "embedded"),
    ("maintain", "items", "--engine", "embedded"),
)
Raw = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The mesh as its files say."""
    return Project.open(written(tmp_path_factory.mktemp("mesh")), "prod")


@pytest.fixture(scope="session")
def shop(project: Project) -> Estate:
    """What the domain `shop` deploys."""
    return estate(project, "shop")


@pytest.fixture(scope="session")
def raw(project: Project, s3_environment: dict[str, str]) -> list[Raw]:
    """Every call that the jobs of `shop` make: runs, runs again, upkeep, refused rows, a failure, secrets."""
    found: list[Raw] = []
    logging.getLogger("werkzeug").disabled = True
    with pytest.MonkeyPatch.context() as patch:
        for name, value in s3_environment.items():
            patch.setenv(name, value)
        endpoint = s3_environment["AWS_ENDPOINT_URL_S3"]
        patch.setenv("AWS_ENDPOINT_URL", endpoint)
        urllib.request.urlopen(f"{endpoint}/moto-api/reset", data=b"").close()
        deliver = _prepared()
        with recorded(found):
            _run(project, deliver, found)
    return found


@pytest.fixture(scope="session")
def made(raw: list[Raw]) -> frozenset[Call]:
    """What those calls ask IAM for, each once, with what S3 asks KMS for on their behalf."""
    direct = {one for service, operation, params in raw for one in calls(service, operation, params)}
    return frozenset(direct | {one for call in direct for one in keys(call)})


def _prepared() -> Any:
    """The buckets, the central database and the bus are there; a function delivers files."""
    s3 = boto3.client("s3")
    for bucket in (WAREHOUSE, RAW):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    given = boto3.client("sts").assume_role(RoleArn=f"arn:aws:iam::{CENTRE}:role/x", RoleSessionName="test")[
        "Credentials"
    ]
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
    centre = boto3.Session(*(given[name] for name in names), region_name=REGION)
    centre.client("events").create_event_bus(Name="mesh")
    boto3.client("glue").create_database(DatabaseInput={"Name": "test_shop"})  # moto has one catalogue for an account
    boto3.client("ssm").put_parameter(Name="/shop/token", Value="t", Type="SecureString")
    boto3.client("secretsmanager").create_secret(Name="shop/key", SecretString="k")

    def deliver(product: str, number: int, text: str = ROWS) -> None:
        s3.put_object(Bucket=RAW, Key=f"{product}/{number}.csv", Body=text.encode())

    return deliver


def _run(project: Project, deliver: Any, found: list[Raw]) -> None:
    from mesh_etl import worlds

    def said(*words: str, codes: tuple[int, ...] = (0,)) -> None:
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
            main([*words, "--root", str(project.root), "--env", "prod", "--no-color"])
        assert int(end.value.code or 0) in codes, f"{words}: {out.getvalue()}{err.getvalue()}"

    def run(product: str, *codes: int) -> None:
        said("run", f"shop.{product}", "--engine", "embedded", codes=codes or (0,))

    for number in range(2):
        for product in ("visits", "items"):
            keep = len(found)
            deliver(product, number, ROWS if number == 0 else f"id,k\n{number}0,a\n{number}1,b\n")
            del found[keep:]  # that was not the job
            run(product)
    run("visits")
    run("again")
    mark = len(found)
    deliver("strict", 0)
    del found[mark:]
    run("strict", 4)
    for words in UPKEEP:
        said(*(f"shop.{word}" if word in ("visits", "items") else word for word in words), codes=(0, 5))
    world = worlds.open(project.env, project.root)
    assert (world.secret("ssm:/shop/token"), world.secret("secretsmanager:shop/key")) == ("t", "k")
    assert project.mesh.accounts["shop"].id == HOME
