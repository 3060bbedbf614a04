"""What the commands of deploy and operation ask AWS for, the printed policies of the deployer allow, and no more."""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mesh_etl import worlds
from mesh_etl.cli.entry import main
from mesh_etl.config import Project
from mesh_etl.deploy.estate import estate
from mesh_etl.deploy.policies import policies
from mesh_etl.deploy.stacks import assembled, pace
from mesh_etl.testing.accounts import Accounts, aws
from tests.aws.operate.conftest import small_packages
from tests.remote import Remote
from tests.security.deployed.calls import Call, calls, recorded
from tests.security.deployed.evaluator import allowed
from tests.security.deployed.mesh import HOME, REGION, jobs, mesh, written

Statement = dict[str, Any]
STACK = "test-prod-shop"
ARTIFACTS = f"arn:aws:s3:::{STACK}-{HOME}-artifacts"
TABLES = "arn:aws:s3:::shop-tables"
OURS = {"aws:ResourceTag/mesh": "test", "aws:ResourceTag/domain": "shop"}
KEY = f"arn:aws:kms:{REGION}:{HOME}:key/1"
GLUE, STATES = f"arn:aws:glue:{REGION}:{HOME}", f"arn:aws:states:{REGION}:{HOME}"
LOGS, CLOUDFORMATION = f"arn:aws:logs:{REGION}:{HOME}", f"arn:aws:cloudformation:{REGION}:{HOME}"
OPERATED = (
    ("status", "shop"),
    ("runs", "shop.again"),
    ("start", "shop.visits", "--wait"),
    ("start", "shop.visits"),
    ("stop", "shop.visits"),
    ("runs", "shop.visits"),
    ("start", "shop.items", "--wait"),
    ("logs", "shop.items"),
    ("logs", "shop.items", "--errors"),
    ("start", "shop.items"),
    ("stop", "shop.items"),
    ("logs", "shop.items", "--follow"),
    ("retry", "shop.items", "--wait"),
)


@pytest.fixture(scope="module", params=["triggers", "step_functions"])
def operated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, s3_environment: dict[str, str]
) -> tuple[Project, frozenset[Call], frozenset[Call]]:
    """The project, what its deployer asks for in its daily work, and what removing the data as well asks for."""
    made = jobs()
    made["again"]["deploy"] = {"start": {"type": "after"}}
    folder = written(tmp_path_factory.mktemp(request.param), mesh(orchestration=request.param), made)
    daily: list[tuple[str, str, dict[str, Any]]] = []
    last: list[tuple[str, str, dict[str, Any]]] = []
    with pytest.MonkeyPatch.context() as patch, aws({"shop": HOME}, region=REGION) as accounts:
        for name, value in s3_environment.items():
            patch.setenv(name, value)
        for name in ("FIRST", "LONGEST"):
            patch.setattr(pace, name, 0.0)
        patch.setattr(assembled, "bundled", small_packages(folder / "packaged"))
        with worlds.through(lambda world: Remote(world, accounts)):
            with recorded(daily):
                _work(folder, accounts)
            with recorded(last):
                _said(folder, "destroy", "shop", "--with-data", "--confirm", "shop")
    return Project.open(folder, "prod"), _asked(daily), _asked(last)


def _said(folder: Path, *words: str, codes: tuple[int, ...] = (0,)) -> None:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        main([*words, "--root", str(folder), "--env", "prod", "--no-color"])
    assert int(end.value.code or 0) in codes, f"{words}: {out.getvalue()}{err.getvalue()}"


def _work(folder: Path, accounts: Accounts) -> None:
    """Deploys, changes, operates, destroys all but data, and deploys again."""
    _said(folder, "deploy", "shop", "--dry-run")
    _said(folder, "deploy", "shop", "--yes")
    job = folder / "configs/shop/items/job.yaml"
    job.write_text(
        job.read_text().replace('"max_rejected": "90%"}', '"max_rejected": "80%"}, "deploy": {"retries": 2}')
    )
    _said(folder, "deploy", "shop", "--yes")
    for words in OPERATED:
        _said(folder, *words)
    _said(folder, "logs", "shop.visits", "--follow", codes=(0, 3))  # by a machine none of its jobs runs here
    _said(folder, "destroy", "shop", "--yes")
    _said(folder, "deploy", "shop", "--yes")


def _asked(found: list[tuple[str, str, dict[str, Any]]]) -> frozenset[Call]:
    """What the calls ask IAM for; what looks into ledgers is asked with the rights of whoever looks."""
    every = {one for service, operation, params in found for one in calls(service, operation, params)}
    return frozenset(one for one in every if not one.resource.startswith(f"{TABLES}/t/"))


def printed(project: Project, *, with_data: bool) -> list[Statement]:
    """The statements of the deployer of `shop`, as `mesh-etl govern policies` prints them."""
    kinds = ("deployment of shop,", "data of shop,") if with_data else ("deployment of shop,",)
    found = [one.document for one in policies(project, with_data=with_data) if one.kind.startswith(kinds)]
    return [statement for one in found for statement in one["Statement"]]


Operated = tuple[Project, frozenset[Call], frozenset[Call]]


def test_the_recording_has_what_these_commands_do(operated: Operated) -> None:
    project, daily, last = operated
    actions = {one.action for one in daily}
    flows = {"glue:StartWorkflowRun", "glue:StopWorkflowRun", "glue:GetWorkflowRun", "glue:GetWorkflowRuns"}
    if estate(project, "shop").settings.orchestration == "step_functions":
        flows = {f"states:{one}" for one in ("StartExecution", "StopExecution", "DescribeExecution", "ListExecutions")}
    assert flows <= actions
    assert {"cloudformation:ExecuteChangeSet", "cloudformation:DeleteChangeSet", "s3:PutObject"} <= actions
    assert {"glue:StartJobRun", "glue:GetJobRun", "logs:FilterLogEvents", "cloudformation:GetTemplate"} <= actions
    gone = {"s3:DeleteObjectVersion", "s3:ListBucketVersions", "s3:DeleteBucket", "s3:DeleteBucketPolicy"}
    assert gone | {"kms:ScheduleKeyDeletion", "cloudformation:DeleteStack"} <= {one.action for one in last}


def test_every_call_is_allowed(operated: Operated) -> None:
    project, daily, last = operated
    own, both = printed(project, with_data=False), printed(project, with_data=True)
    assert sorted((one.action, one.resource) for one in daily if not allowed(one, own)) == []
    assert sorted((one.action, one.resource) for one in last if not allowed(one, both)) == []


def test_the_same_calls_about_another_unit_are_refused(operated: Operated) -> None:
    project, daily, last = operated
    both = printed(project, with_data=True)
    elsewhere = [_elsewhere(one) for one in daily | last if one.action != "kms:ScheduleKeyDeletion"]
    assert len(elsewhere) > 30
    assert sorted((one.action, one.resource) for one in elsewhere if allowed(one, both)) == []


def _elsewhere(one: Call) -> Call:
    """The call about the same thing of the domain `sales`; change sets bear names of their own, so of its account."""
    other = one.resource.replace(STACK, "test-prod-sales").replace("shop-tables", "sales-tables")
    return Call(one.action, other if other != one.resource else other.replace(HOME, "222222222222"), one.context)


def test_data_goes_by_the_second_policy_alone(operated: Operated) -> None:
    project, _, last = operated
    own = printed(project, with_data=False)
    refused = {one.action for one in last if not allowed(one, own)}
    gone = {"s3:DeleteObjectVersion", "s3:ListBucketVersions", "s3:DeleteBucket", "s3:DeleteBucketPolicy"}
    assert refused == gone | {"kms:ScheduleKeyDeletion"}
    by_stacks = {"aws:CalledVia": ["cloudformation.amazonaws.com"]}
    assert allowed(Call("s3:DeleteBucket", TABLES, by_stacks), own)  # a first deploy that failed is taken back
    assert allowed(Call("kms:ScheduleKeyDeletion", KEY, {**OURS, **by_stacks}), own)
    assert not allowed(Call("kms:ScheduleKeyDeletion", KEY, by_stacks), own)
    assert not allowed(Call("s3:DeleteObjectVersion", f"{TABLES}/t/x", by_stacks), own)


DENIED = {
    "the jobs of another unit run": Call("glue:StartJobRun", f"{GLUE}:job/test-prod-sales-orders-run"),
    "a flow of another unit starts": Call("glue:StartWorkflowRun", f"{GLUE}:workflow/test-prod-sales-orders-asked"),
    "a flow of another unit stops": Call("glue:StopWorkflowRun", f"{GLUE}:workflow/payroll"),
    "another machine starts": Call("states:StartExecution", f"{STATES}:stateMachine:payroll"),
    "another machine's run stops": Call("states:StopExecution", f"{STATES}:execution:payroll:1"),
    "another machine's run is read": Call("states:DescribeExecution", f"{STATES}:execution:test-prod-sales-x:1"),
    "another stack is deleted": Call("cloudformation:DeleteStack", f"{CLOUDFORMATION}:stack/test-prod-sales/1"),
    "another stack is read": Call("cloudformation:GetTemplate", f"{CLOUDFORMATION}:stack/payroll/1"),
    "stacks of the account are listed": Call("cloudformation:ListStacks", "*"),
    "a role is given to a stack": Call("iam:PassRole", f"arn:aws:iam::{HOME}:role/admin"),
    "tables are read": Call("s3:GetObject", f"{TABLES}/t/shop/visits/data/x.parquet"),
    "tables are written": Call("s3:PutObject", f"{TABLES}/t/shop/visits/data/x.parquet"),
    "tables are deleted": Call("s3:DeleteObject", f"{TABLES}/t/shop/visits/data/x.parquet"),
    "packages are deleted": Call("s3:DeleteObject", f"{ARTIFACTS}/mesh_etl/1/x"),
    "what jobs put aside is read": Call("s3:GetObject", f"{ARTIFACTS}/temporary/x"),
    "another artifacts bucket is written": Call("s3:PutObject", f"arn:aws:s3:::test-prod-sales-{HOME}-artifacts/a"),
    "logs of others are read": Call("logs:FilterLogEvents", f"{LOGS}:log-group:/aws-glue/jobs/test-prod-sales/output"),
    "logs are written": Call("logs:PutLogEvents", f"{LOGS}:log-group:/aws-glue/jobs/{STACK}/output:log-stream:x"),
    "a key of others ends": Call("kms:ScheduleKeyDeletion", KEY, {**OURS, "aws:ResourceTag/domain": "sales"}),
    "a key without tags ends": Call("kms:ScheduleKeyDeletion", KEY),
    "a key of another account ends": Call("kms:ScheduleKeyDeletion", KEY.replace(HOME, "333333333333"), OURS),
    "tables are decrypted": Call("kms:Decrypt", KEY, {**OURS, "kms:ResourceAliases": [f"alias/{STACK}-tables"]}),
    "objects of others go": Call("s3:DeleteObjectVersion", "arn:aws:s3:::raw/visits/1.csv"),
    "a bucket of sources goes": Call("s3:DeleteBucket", "arn:aws:s3:::raw"),
    "a table's entry is granted": Call("lakeformation:GrantPermissions", "*"),
    "the catalogue is changed": Call("glue:DeleteTable", f"{GLUE}:table/shop/visits"),
}


@pytest.mark.parametrize("name", DENIED)
def test_even_with_data_it_may_not(operated: Operated, name: str) -> None:
    assert not allowed(DENIED[name], printed(operated[0], with_data=True))
