"""What the commands of deploy and operation ask AWS for, the printed policies of the deployer allow, and no more."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mesh_etl import worlds
from mesh_etl.cli.entry import main
from mesh_etl.config import Project
from mesh_etl.deploy.estate import CENTRE, estate, units
from mesh_etl.deploy.policies import by_hand
from mesh_etl.deploy.stacks import assembled, pace, retired
from mesh_etl.deploy.synth.access.boundary import boundary
from mesh_etl.deploy.synth.access.deployer import of_deployer, of_destroyer
from mesh_etl.embedded_aws.cloudformation import progress
from mesh_etl.testing.accounts import Accounts, aws
from tests.aws.operate.conftest import small_packages
from tests.remote import Remote
from tests.security.deployed.calls import Call, calls, keys, recorded
from tests.security.deployed.evaluator import allowed
from tests.security.deployed.mesh import HOME, REGION, alone, jobs, mesh, written
from tests.security.deployed.narrowed import idle, neighbours, unseen
from tests.security.deployed.stack_calls import stack_calls

Statement = dict[str, Any]
STACK = "test-prod-shop"
ARTIFACTS = f"arn:aws:s3:::{STACK}-{HOME}-artifacts"
TABLES = "arn:aws:s3:::shop-tables"
OURS = {"aws:ResourceTag/mesh": "test", "aws:ResourceTag/environment": "prod", "aws:ResourceTag/domain": "shop"}
KEY = f"arn:aws:kms:{REGION}:{HOME}:key/1"
GLUE, STATES = f"arn:aws:glue:{REGION}:{HOME}", f"arn:aws:states:{REGION}:{HOME}"
LOGS, CLOUDFORMATION = f"arn:aws:logs:{REGION}:{HOME}", f"arn:aws:cloudformation:{REGION}:{HOME}"
ORCHESTRATIONS = ("triggers", "step_functions")
MESHES = {**{one: mesh(orchestration=one) for one in ORCHESTRATIONS}, "alone": alone()}
Operated = tuple[Project, frozenset[Call], frozenset[Call]]
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


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Projects whose products follow each other by triggers, by a state machine, and in a mesh of one account."""
    made = jobs()
    made["again"]["deploy"] = {"start": {"type": "after"}}
    return {name: written(tmp_path_factory.mktemp(name), stated, made) for name, stated in MESHES.items()}


@pytest.fixture(scope="module")
def recordings(folders: dict[str, Path], s3_environment: dict[str, str]) -> dict[str, Operated]:
    """Of each: the project, what its deployer asks for in its daily work, and what removing the data too asks for."""
    return {one: _operated(folder, s3_environment) for one, folder in folders.items()}


@pytest.fixture(params=MESHES)
def operated(request: pytest.FixtureRequest, recordings: dict[str, Operated]) -> Operated:
    """One of the recordings."""
    return recordings[request.param]


def _operated(folder: Path, s3_environment: dict[str, str]) -> Operated:
    daily: list[tuple[str, str, dict[str, Any]]] = []
    last: list[tuple[str, str, dict[str, Any]]] = []
    with pytest.MonkeyPatch.context() as patch, aws({"shop": HOME}, region=REGION) as accounts:
        for name, value in s3_environment.items():
            patch.setenv(name, value)
        for name in ("FIRST", "LONGEST"):
            patch.setattr(pace, name, 0.0)
        patch.setattr(progress, "further", _far)
        patch.setattr(retired, "KEPT", -timedelta(days=1))  # what was just made is old enough to go
        patch.setattr(assembled, "bundled", small_packages(folder / "packaged"))
        project = Project.open(folder, "prod")
        document = json.dumps(boundary(project, estate(project, "shop")))
        accounts.client("iam", "shop").create_policy(PolicyName=f"mesh-boundary-{STACK}", PolicyDocument=document)
        with worlds.through(lambda world: Remote(world, accounts)):
            with recorded(daily):
                _work(folder, accounts)
            with recorded(last):
                _said(folder, "destroy", "shop", "--with-data", "--confirm", "shop")
    return Project.open(folder, "prod"), _asked(daily), _asked(last)


def _far(call: Any, stack: dict[str, Any], step: Callable[..., None] = progress.further) -> None:
    """A look finds the operation a part of its way further: who looks at each step asks for nothing else."""
    for _ in range(20):
        step(call, stack)


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
    _said(folder, "deploy", "shop", "--yes", "--prune")
    accounts.end_runs("shop", f"{STACK}--again-run", "FAILED")
    _said(folder, "start", "shop.visits", "--wait", codes=(0, 4))
    accounts.end_runs("shop", f"{STACK}--again-run", "SUCCEEDED")
    _said(folder, "retry", "shop.again", "--wait", codes=(0, 3))  # by a machine none of its jobs runs here
    for words in OPERATED:
        _said(folder, *words)
    _said(folder, "logs", "shop.visits", "--follow", codes=(0, 3))
    _said(folder, "destroy", "shop", "--yes")
    _said(folder, "deploy", "shop", "--yes")


def _asked(found: list[tuple[str, str, dict[str, Any]]]) -> frozenset[Call]:
    """What the calls ask IAM for; what looks into ledgers is asked with the rights of whoever looks.

    Those of Iceberg's tables it finds by their entries, where a test before this one has published them.
    """
    work = (one for one in found if one[:2] != ("glue", "GetTable"))
    direct = {one for service, operation, params in work for one in calls(service, operation, params)}
    own = {one for one in direct if not one.resource.startswith(f"{TABLES}/t/")}
    return frozenset(own | {one for call in own for one in keys(call)})


def printed(project: Project, *, with_data: bool) -> list[Statement]:
    """The statements of the deployer of `shop`, as `mesh-etl govern policies` prints them."""
    kinds = ("deployment of shop,", "data of shop,") if with_data else ("deployment of shop,",)
    found = [one.document for one in by_hand(project, with_data=with_data) if one.kind.startswith(kinds)]
    return [statement for one in found for statement in one["Statement"]]


def test_the_recording_has_what_these_commands_do(operated: Operated) -> None:
    project, daily, last = operated
    actions = {one.action for one in daily}
    flows = {f"glue:{one}WorkflowRun" for one in ("Start", "Resume", "Stop", "Get")} | {"glue:GetWorkflowRuns"}
    if estate(project, "shop").settings.orchestration == "step_functions":
        flows = {f"states:{one}Execution" for one in ("Start", "Stop", "Describe")}
        flows |= {"states:ListExecutions", "states:GetExecutionHistory"}
    assert flows <= actions
    assert {"cloudformation:ExecuteChangeSet", "cloudformation:DeleteChangeSet", "s3:PutObject"} <= actions
    assert {"s3:PutObjectVersionTagging", "iam:GetPolicyVersion"} <= actions
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
    "the jobs of another unit run": Call("glue:StartJobRun", f"{GLUE}:job/test-prod-sales--orders-run"),
    "a flow of another unit starts": Call("glue:StartWorkflowRun", f"{GLUE}:workflow/test-prod-sales--orders-asked"),
    "a flow of another unit stops": Call("glue:StopWorkflowRun", f"{GLUE}:workflow/payroll"),
    "another machine starts": Call("states:StartExecution", f"{STATES}:stateMachine:payroll"),
    "another machine's run stops": Call("states:StopExecution", f"{STATES}:execution:payroll:1"),
    "another machine's run is read": Call("states:DescribeExecution", f"{STATES}:execution:test-prod-sales--x:1"),
    "another machine's history is read": Call("states:GetExecutionHistory", f"{STATES}:execution:test-prod-sales--x:1"),
    "another stack is deleted": Call("cloudformation:DeleteStack", f"{CLOUDFORMATION}:stack/test-prod-sales/1"),
    "another stack is read": Call("cloudformation:GetTemplate", f"{CLOUDFORMATION}:stack/payroll/1"),
    "stacks of the account are listed": Call("cloudformation:ListStacks", "*"),
    "a role is given to a stack": Call("iam:PassRole", f"arn:aws:iam::{HOME}:role/admin"),
    "tables are read": Call("s3:GetObject", f"{TABLES}/t/shop/visits/data/x.parquet"),
    "tables are written": Call("s3:PutObject", f"{TABLES}/t/shop/visits/data/x.parquet"),
    "tables are deleted": Call("s3:DeleteObject", f"{TABLES}/t/shop/visits/data/x.parquet"),
    "packages are deleted": Call("s3:DeleteObject", f"{ARTIFACTS}/mesh_etl/1/x"),
    "a package is marked as something else": Call(
        "s3:PutObjectVersionTagging", f"{ARTIFACTS}/mesh_etl/1/x", {"s3:RequestObjectTag/mesh_etl": "mine"}
    ),
    "what jobs put aside is marked": Call(
        "s3:PutObjectVersionTagging", f"{ARTIFACTS}/temporary/x", {"s3:RequestObjectTag/mesh_etl": "retired"}
    ),
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


# What the deployer needs that no recording here shows.
UNRECORDED = {
    "why a change set was refused": Call("cloudformation:DescribeEvents", f"{CLOUDFORMATION}:stack/{STACK}/1"),
    "a package is retired": Call(
        "s3:PutObjectVersionTagging", f"{ARTIFACTS}/mesh_etl/1/x", {"s3:RequestObjectTag/mesh_etl": "retired"}
    ),
    "a failed rollback goes on": Call("cloudformation:ContinueUpdateRollback", f"{CLOUDFORMATION}:stack/{STACK}/1"),
    "an upload in parts ends": Call("s3:AbortMultipartUpload", f"{ARTIFACTS}/mesh_etl/1/x"),
    "a second dashboard": Call("cloudwatch:PutDashboard", f"arn:aws:cloudwatch::{HOME}:dashboard/{STACK}--2"),
    "a workflow goes on": Call("glue:ResumeWorkflowRun", f"{GLUE}:workflow/{STACK}--visits-asked"),
}


@pytest.mark.parametrize("name", DENIED)
def test_even_with_data_it_may_not(operated: Operated, name: str) -> None:
    assert not allowed(DENIED[name], printed(operated[0], with_data=True))


@pytest.fixture(scope="module", params=[mesh, alone])
def features(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, ...]:
    """The same mesh, of accounts or of one, with starts of every kind, a crawler and mails, orchestrated so and so."""
    made = jobs()
    made["visits"]["deploy"] = {"start": {"type": "files"}, "crawler": {}, "late_after": "1d"}
    made["items"]["deploy"] = {"start": {"type": "schedule", "at": "cron(0 6 * * ? *)"}}
    made["again"]["deploy"] = {"start": {"type": "after"}}
    meshes = [request.param(orchestration=one, alarms={"email": ["a@b.example"]}) for one in ORCHESTRATIONS]
    return tuple(Project.open(written(tmp_path_factory.mktemp("features"), one, made), "prod") for one in meshes)


def test_every_call_of_cloudformation_is_allowed(features: tuple[Project, ...]) -> None:
    for project in features:
        assert {"shop", "sales"} <= set(units(project))
        for one in (estate(project, unit) for unit in units(project)):
            own = of_deployer(project, one)
            refused = [call for call in stack_calls(project, one) if not allowed(call, own)]
            assert sorted({(call.action, call.resource) for call in refused}) == []


def test_nothing_can_be_taken_away(features: tuple[Project, ...], recordings: dict[str, Operated]) -> None:
    asked = {call for project in features for call in stack_calls(project, estate(project, "shop"))}
    last = set()
    for _, daily, gone in recordings.values():
        asked |= daily
        last |= gone
    first = features[0]
    shop = estate(first, "shop")
    assert idle(of_deployer(first, shop), asked | set(UNRECORDED.values())) == []
    assert idle(of_destroyer(first, shop), last | {Call("s3:DeleteObjectVersion", f"{TABLES}/t/shop/visits/x")}) == []


def test_nothing_can_be_widened(features: tuple[Project, ...], recordings: dict[str, Operated]) -> None:
    project = features[0]
    one = estate(project, "shop")
    asked = {call for other in features for call in stack_calls(other, estate(other, "shop"))}
    asked |= set(UNRECORDED.values())
    for _, daily, gone in recordings.values():
        asked |= daily | gone
    near = {beside for call in asked for beside in neighbours(call)} | set(DENIED.values())
    for statements in (of_deployer(project, one), of_destroyer(project, one)):
        allows = [statement for statement in statements if statement["Effect"] == "Allow"]
        assert unseen(allows, [call for call in near if not allowed(call, allows)]) == []


BOUNDARY = f"arn:aws:iam::{HOME}:policy/mesh-boundary-{STACK}"
JOBS, OWN, GOVERNOR = (f"arn:aws:iam::{HOME}:role/{one}" for one in ("shop-engineer", "mesh-deployer", "mesh-governor"))
POLICY = {"iam:PolicyARN": f"arn:aws:iam::{HOME}:policy/{STACK}-AccessStack-1ABC-JobsPolicy1-1ABC"}
ADMIN = {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}
BOUNDED, OTHERWISE = {"iam:PermissionsBoundary": BOUNDARY}, {"iam:PermissionsBoundary": ADMIN["iam:PolicyARN"]}
# How somebody who deploys would come to more rights.
ESCALATIONS = {
    "a role without a boundary": Call("iam:CreateRole", JOBS),
    "a role with another boundary": Call("iam:CreateRole", JOBS, OTHERWISE),
    "a role of another name": Call("iam:CreateRole", f"arn:aws:iam::{HOME}:role/mine", BOUNDED),
    "another boundary": Call("iam:PutRolePermissionsBoundary", JOBS, OTHERWISE),
    "no boundary": Call("iam:DeleteRolePermissionsBoundary", JOBS, BOUNDED),
    "the boundary in other words": Call("iam:CreatePolicyVersion", BOUNDARY),
    "an older version of the boundary": Call("iam:SetDefaultPolicyVersion", BOUNDARY),
    "the boundary made anew": Call("iam:DeletePolicy", BOUNDARY),
    "an administrator": Call("iam:AttachRolePolicy", JOBS, {**BOUNDED, **ADMIN}),
    "a policy for an unbounded role": Call("iam:AttachRolePolicy", JOBS, POLICY),
    "a policy for a role bounded otherwise": Call("iam:AttachRolePolicy", JOBS, {**OTHERWISE, **POLICY}),
    "a policy inside the role": Call("iam:PutRolePolicy", JOBS, BOUNDED),
    "a policy of its own": Call("iam:AttachRolePolicy", OWN, {**BOUNDED, **POLICY}),
    "a policy inside its own role": Call("iam:PutRolePolicy", OWN),
    "a policy for the governor": Call("iam:AttachRolePolicy", GOVERNOR, {**BOUNDED, **POLICY}),
    "the governor's trust": Call("iam:UpdateAssumeRolePolicy", GOVERNOR),
    "the governor for a job": Call("iam:PassRole", GOVERNOR, {"iam:PassedToService": "glue.amazonaws.com"}),
    "a role for a machine of its own": Call("iam:PassRole", JOBS, {"iam:PassedToService": "ec2.amazonaws.com"}),
    "a role for CloudFormation": Call("iam:PassRole", JOBS, {"iam:PassedToService": "cloudformation.amazonaws.com"}),
    "a user": Call("iam:CreateUser", f"arn:aws:iam::{HOME}:user/{STACK}-me", BOUNDED),
    "the jobs' role for itself": Call("sts:AssumeRole", JOBS),
}
IAM_FULL_ACCESS = {"Sid": "Full", "Effect": "Allow", "Action": ["iam:*"], "Resource": ["*"]}


@pytest.mark.parametrize("name", ESCALATIONS)
def test_it_gives_itself_no_more_rights(features: tuple[Project, ...], name: str) -> None:
    for project in features:
        shop = estate(project, "shop")
        call = replace(ESCALATIONS[name], resource=ESCALATIONS[name].resource.replace(JOBS, shop.role.arn))
        assert not allowed(call, [*of_deployer(project, shop), *of_destroyer(project, shop)])


def test_what_is_denied_holds_whatever_else_is_attached(features: tuple[Project, ...]) -> None:
    own = [*of_deployer(features[0], estate(features[0], "shop")), IAM_FULL_ACCESS]
    still = {name for name, call in ESCALATIONS.items() if not allowed(call, own)}
    assert still == {
        "no boundary", "the boundary in other words", "an older version of the boundary", "the boundary made anew",
        "a policy of its own", "a policy inside its own role", "a policy for the governor", "the governor's trust",
        "the jobs' role for itself",
    }  # fmt: skip
    for statement in own:
        if statement["Effect"] == "Deny":
            less = [one for one in own if one is not statement]
            assert any(allowed(ESCALATIONS[name], less) for name in still), statement["Sid"]


def test_the_unit_of_the_governance_account_leaves_the_governor_as_it_is(project: Project) -> None:
    unit = estate(project, CENTRE)
    own, role = of_deployer(project, unit), unit.role.arn
    assert not allowed(Call("iam:AttachRolePolicy", role, {"iam:PermissionsBoundary": unit.boundary, **POLICY}), own)
    assert [
        one.resource for one in stack_calls(project, unit) if one.resource == role and "Pass" not in one.action
    ] == []
