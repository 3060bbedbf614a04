"""What the jobs of a deployed domain do, once for all tests: recorded while they run against moto's server."""

from __future__ import annotations

import hashlib
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

import boto3
import pytest

from mesh_etl import worlds
from mesh_etl.cli import main
from mesh_etl.config import Project
from mesh_etl.deploy.estate import Estate, Task, estate
from mesh_etl.deploy.package.configuration import compiled
from mesh_etl.glue import main as script
from tests.security.deployed.calls import Call, Raw, calls, keys, recorded
from tests.security.deployed.mesh import CENTRE, HOME, RAW, REGION, ROWS, SALES, THEIRS, WAREHOUSE, written

UPKEEP = (
    ("compact", "visits", "--engine", "embedded"),
    ("tag", "visits", "kept"),
    ("rollback", "visits", "--to", "1"),
    ("delete", "visits", "--where", "id = 2", "--engine", "embedded"),
    ("quarantine", "replay", "visits", "--engine", "embedded"),
    ("expire", "visits", "--older-than", "0h"),
    ("rollback", "items", "--to", "1"),
    ("delete", "items", "--where", "id = 2", "--engine", "embedded"),
)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The mesh as its files say."""
    return Project.open(written(tmp_path_factory.mktemp("mesh")), "prod")


@pytest.fixture(scope="session")
def shop(project: Project) -> Estate:
    """What the domain `shop` deploys."""
    return estate(project, "shop")


@pytest.fixture(scope="session")
def world(s3_environment: dict[str, str]) -> Iterator[None]:
    """moto's server is AWS, with nothing in it."""
    endpoint = s3_environment["AWS_ENDPOINT_URL_S3"]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**s3_environment, "AWS_ENDPOINT_URL": endpoint}.items():
            patch.setenv(name, value)
        urllib.request.urlopen(f"{endpoint}/moto-api/reset", data=b"").close()
        yield


@pytest.fixture(scope="session")
def recording(world: None, project: Project, shop: Estate) -> tuple[list[Raw], list[Raw]]:
    """Every call that the jobs of `shop` make, and apart from it those with what Lake Formation lends them.

    They run, run again, go on as a stream, keep their tables, refuse rows, fail, look for secrets, and are late.
    """
    found: list[Raw] = []
    lent: list[Raw] = []
    jobs = _prepared(project, shop)
    one: dict[str, worlds.World] = {}  # for all jobs: to sign in takes longer than what most of them do
    with recorded(found, lent), worlds.through(lambda made: one.setdefault(made.name, made)):
        _run(project, jobs, found)
    return found, lent


@pytest.fixture(scope="session")
def raw(recording: tuple[list[Raw], list[Raw]]) -> list[Raw]:
    """Every call that the role of the jobs makes."""
    return recording[0]


@pytest.fixture(scope="session")
def lent(recording: tuple[list[Raw], list[Raw]]) -> list[Raw]:
    """What is called with the credentials that Lake Formation gives for a table of another domain."""
    return recording[1]


@pytest.fixture(scope="session")
def made(raw: list[Raw]) -> frozenset[Call]:
    """What those calls ask IAM for, each once, with what S3 asks KMS for on their behalf."""
    direct = {one for service, operation, params in raw for one in calls(service, operation, params)}
    return frozenset(direct | {one for call in direct for one in keys(call)})


@dataclass(frozen=True)
class Jobs:
    """The scripts of the domain's jobs, as Glue starts them but for its own arguments, and files for them."""

    packages: Mapping[str, str]
    s3: Any

    def deliver(self, product: str, number: int, text: str = ROWS) -> None:
        self.s3.put_object(Bucket=RAW, Key=f"{product}/{number}.csv", Body=text.encode())

    def start(self, task: Task, name: str, *words: str, fails: str = "") -> None:
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                script(task, [f"{task}.py", "--job", self.packages[name], *words])
            except SystemExit:
                assert fails, f"{task} {name}: {err.getvalue()}"
        assert fails in err.getvalue()


def _prepared(project: Project, shop: Estate) -> Jobs:
    """The buckets, the packages, the central database, the bus and a table of another domain are there."""
    s3 = boto3.client("s3")
    for bucket in (WAREHOUSE, RAW, THEIRS, shop.artifacts):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    _of(CENTRE).client("events").create_event_bus(Name="mesh")
    boto3.client("glue").create_database(DatabaseInput={"Name": "test_shop"})  # moto has one catalogue for an account
    for session in (boto3, _of(SALES)):
        session.client("glue").create_database(DatabaseInput={"Name": "test_sales"})
    boto3.client("ssm").put_parameter(Name="/shop/token", Value="t", Type="SecureString")
    boto3.client("secretsmanager").create_secret(Name="shop/key", SecretString="k")
    names = [one for one in project.products() if one.startswith("shop.")]
    wanted = {one.partition(".")[2]: (one,) for one in names} | {"all": tuple(names)}
    packages = {name: package(s3, shop.artifacts, name, compiled(project, one)) for name, one in wanted.items()}
    jobs = Jobs(packages, s3)
    for name in ("customers", "regions"):
        jobs.deliver(name, 0)
        _said(project, "run", f"sales.{name}", codes=(0, 5))
    # moto has one catalogue for an account, and shares none.
    theirs = _of(SALES).client("glue").get_table(DatabaseName="test_sales", Name="regions")["Table"]
    entry = {name: theirs[name] for name in ("Name", "TableType", "StorageDescriptor", "Parameters")}
    boto3.client("glue").create_table(DatabaseName="test_sales", TableInput=entry)
    return jobs


def package(s3: Any, bucket: str, name: str, data: bytes) -> str:
    """The address of a job's configuration in the bucket of packages."""
    key = f"mesh_etl/{hashlib.sha256(data).hexdigest()}/{name}.json"
    s3.put_object(Bucket=bucket, Key=key, Body=data)
    return f"s3://{bucket}/{key}"


def _of(account: str) -> boto3.Session:
    role = f"arn:aws:iam::{account}:role/x"
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
    return boto3.Session(*(given[name] for name in names), region_name=REGION)


def _said(project: Project, *words: str, codes: tuple[int, ...] = (0,)) -> None:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        main([*words, "--root", str(project.root), "--env", "prod", "--no-color"])
    assert int(end.value.code or 0) in codes, f"{words}: {out.getvalue()}{err.getvalue()}"


def _run(project: Project, jobs: Jobs, found: list[Raw]) -> None:
    def delivered(product: str, number: int, text: str = ROWS) -> None:
        keep = len(found)
        jobs.deliver(product, number, text)
        del found[keep:]  # that was not the job

    for number in range(2):
        for product in ("visits", "items"):
            delivered(product, number, ROWS if number == 0 else f"id,k\n{number}0,a\n{number}1,b\n")
            jobs.start("run", product)
    delivered("visits", 2, "id,k\n20,a\n")
    jobs.start("stream", "visits", "--every", "1s", "--rounds", "2")
    jobs.start("run", "again")
    jobs.start("run", "buyers")
    jobs.start("run", "places")
    delivered("strict", 0)
    jobs.start("run", "strict", fails="TOO_MANY_REJECTED")
    jobs.start("audit", "all", fails="[LATE]")
    for words in UPKEEP:
        _said(project, *(f"shop.{word}" if word in ("visits", "items") else word for word in words), codes=(0, 5))
    for product in ("visits", "items"):
        jobs.start("maintain", product)
    world = worlds.open(project.env, project.root)
    assert (world.secret("ssm:/shop/token"), world.secret("secretsmanager:shop/key")) == ("t", "k")
    assert project.mesh.accounts["shop"].id == HOME
