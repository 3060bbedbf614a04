"""The roles that govern may make every call that the job of the governance account makes, and that job is theirs alone.

The accounts are embedded AWS: moto has no expressions of tags, no filters and no invitations. Packages and records
are in moto's S3.
"""

from __future__ import annotations

import re
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name

import mesh_etl
from mesh_etl import worlds
from mesh_etl.config import Project
from mesh_etl.deploy.estate import CENTRE as UNIT
from mesh_etl.deploy.estate import estate
from mesh_etl.deploy.package.configuration import compiled
from mesh_etl.deploy.synth.access.job_role import of_jobs
from mesh_etl.glue import main as script
from mesh_etl.govern.policies import policies
from mesh_etl.testing.accounts import aws
from tests.remote import Remote
from tests.security.deployed.calls import Call, Raw, calls, keys, recorded
from tests.security.deployed.conftest import package
from tests.security.deployed.evaluator import allowed, asked_for
from tests.security.deployed.mesh import CENTRE, HOME, RECORDS, REGION, SALES
from tests.security.deployed.narrowed import idle, neighbours, unseen

IDS = {"centre": CENTRE, "shop": HOME, "sales": SALES}
GOVERNOR = "mesh-governor"
Asked = dict[str, set[Call]]


@pytest.fixture(scope="module")
def roles() -> set[tuple[str, str]]:
    return set()


@pytest.fixture(scope="module")
def asked(world: None, project: Project, roles: set[tuple[str, str]]) -> Asked:
    """What the calls of the job ask IAM for, by account: it makes everything, and finds later that all is well."""
    found: list[Raw] = []
    s3, unit = boto3.client("s3"), estate(project, UNIT)
    for bucket in (RECORDS, unit.artifacts):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    address = package(s3, unit.artifacts, "govern", compiled(project, ()))
    out = StringIO()

    def seen(client: Any, account: str, role: str) -> None:
        client.account = account  # which the recording asks for
        roles.add((account, role))

    with (
        pytest.MonkeyPatch.context() as patch,
        aws(IDS, region=REGION) as accounts,
        worlds.through(lambda made: Remote(made, accounts, "centre", GOVERNOR, seen)),
        recorded(found),
        redirect_stdout(out),
        redirect_stderr(out),
    ):
        patch.setattr("mesh_etl.govern.accounts.PAUSE_SECONDS", 0.0)
        script("govern", ["govern.py", "--job", address, "--repair", "true"])
        script("govern", ["govern.py", "--job", address])
    assert [line.partition('"outcome": ')[2].partition(",")[0] for line in out.getvalue().splitlines()] == [
        '"repaired"',
        '"well"',
    ]
    made: Asked = {}
    for service, operation, params in found:
        account = CENTRE if service == "s3" else str(params["Account"])
        direct = set(calls(service, operation, {**params, "Account": account}))
        made.setdefault(account, set()).update(direct, (one for call in direct for one in keys(call)))
    return made


def held(project: Project, account: str) -> list[dict[str, Any]]:
    """The statements of the role that governs in the account: those that are printed, and those of its job."""
    name = next(name for name, id_ in IDS.items() if id_ == account)
    printed = [
        one
        for one in policies(project)
        if (one.account, one.subject, one.kind) == (name, f"role {GOVERNOR}", "permissions")
    ]
    own = [statement for one in printed for statement in one.document["Statement"]]
    return own + (of_jobs(project, estate(project, UNIT)) if account == CENTRE else [])


def test_no_other_role_is_taken_than_those_that_govern(
    project: Project, asked: Asked, roles: set[tuple[str, str]]
) -> None:
    assert roles == {(account, GOVERNOR) for account in IDS.values()}
    for account in (HOME, SALES):
        assert allowed(Call("sts:AssumeRole", f"arn:aws:iam::{account}:role/{GOVERNOR}"), held(project, CENTRE))


@pytest.mark.parametrize("account", IDS.values(), ids=IDS)
def test_every_call_is_allowed(project: Project, asked: Asked, account: str) -> None:
    statements = held(project, account)
    refused = [one for one in asked[account] if not allowed(one, statements)]
    assert sorted({(one.action, one.resource, str(one.context)) for one in refused}) == []


def test_it_did_what_governing_is(asked: Asked) -> None:
    actions = {one.action for calls in asked.values() for one in calls}
    assert actions >= {"lakeformation:PutDataLakeSettings", "lakeformation:BatchGrantPermissions", "iam:PassRole"}
    assert actions >= {"glue:CreateDatabase", "glue:CreateTable", "s3:PutObject", "lakeformation:RegisterResource"}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "arn:aws:s3:::shop-tables/t/shop/visits/data/x.parquet"),
        ("s3:GetObject", "arn:aws:s3:::shop-tables/t/shop/visits/_ledger/00000000000000000001.json"),
        ("s3:DeleteObject", f"arn:aws:s3:::{RECORDS}/governance/applied/00000000000000000001.json"),
        ("s3:GetObject", f"arn:aws:s3:::{RECORDS}/payroll"),
        ("lakeformation:GetDataAccess", "*"),
        ("sts:AssumeRole", f"arn:aws:iam::{HOME}:role/shop-engineer"),
        ("iam:PassRole", f"arn:aws:iam::{CENTRE}:role/admin"),
        ("glue:DeleteTable", f"arn:aws:glue:{REGION}:{CENTRE}:table/hr/people"),
        ("glue:StartJobRun", f"arn:aws:glue:{REGION}:{CENTRE}:job/test-prod-mesh--govern"),
    ],
)
def test_it_reads_no_data_and_touches_nothing_of_others(project: Project, action: str, resource: str) -> None:
    context = {"aws:RequestedRegion": REGION, "iam:PassedToService": "lakeformation.amazonaws.com"}
    assert not allowed(Call(action, resource, context), held(project, CENTRE))


# What Lake Formation asks for with the rights of whoever shares, by AWSLakeFormationCrossAccountManager, and for each
# entry of a batch; and the roles of other accounts, which the world takes.
ON_BEHALF = {
    "glue:DeleteResourcePolicy", "glue:PutResourcePolicy", "lakeformation:GrantPermissions",
    "lakeformation:RevokePermissions", "organizations:DescribeOrganization", "ram:AssociateResourceShare",
    "ram:AssociateResourceSharePermission", "ram:CreateResourceShare", "ram:DeleteResourceShare",
    "ram:DisassociateResourceShare", "ram:GetResourceShareAssociations", "ram:UpdateResourceShare", "sts:AssumeRole",
}  # fmt: skip


def governing(project: Project, account: str) -> list[dict[str, Any]]:
    """The statements of the role that governs, without those of its job, which are as those of all jobs."""
    own = of_jobs(project, estate(project, UNIT)) if account == CENTRE else []
    return [one for one in held(project, account) if one not in own]


@pytest.fixture(scope="module")
def spelled() -> frozenset[str]:
    """The names of operations in the source of governing: a recording of one mesh does not come by all of them."""
    files = [
        file for folder in ("govern", "events") for file in (Path(mesh_etl.__file__).parent / folder).rglob("*.py")
    ]
    return frozenset(name for one in files for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", one.read_text()))


def asked_by_all(asked: set[Call], statements: list[dict[str, Any]], spelled: frozenset[str]) -> set[Call]:
    """What is recorded, and what else the source of governing, or Lake Formation on its behalf, asks for."""
    every = [call for one in statements for call in asked_for(one)]
    return asked | {
        one for one in every if xform_name(one.action.partition(":")[2]) in spelled or one.action in ON_BEHALF
    }


@pytest.mark.parametrize("account", IDS.values(), ids=IDS)
def test_it_is_as_wide_as_governing_needs(
    project: Project, asked: Asked, account: str, spelled: frozenset[str]
) -> None:
    statements = governing(project, account)
    wanted = asked_by_all(asked[account], statements, spelled)
    assert idle(statements, wanted) == []
    near = {beside for call in wanted for beside in neighbours(call)}
    assert unseen(statements, [call for call in near if not allowed(call, statements)]) == []
