"""The roles beside that of the jobs, in short: each does its own, and nothing of its neighbours."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import mesh_etl
from mesh_etl.config import Project
from mesh_etl.deploy.estate import Estate, estate
from mesh_etl.deploy.synth.access import access
from mesh_etl.deploy.synth.access.deployer import of_deployer
from tests.security.deployed import documents
from tests.security.deployed.calls import Call
from tests.security.deployed.evaluator import allowed, holds
from tests.security.deployed.mesh import HOME, REGION, jobs, mesh, written

GLUE = f"arn:aws:glue:{REGION}:{HOME}"
STATES = f"arn:aws:states:{REGION}:{HOME}:stateMachine"
TABLES = {
    "kms:ResourceAliases": ["alias/test-prod-shop-tables"],
    "aws:ResourceTag/mesh": "test",
    "aws:ResourceTag/environment": "prod",
}
PACKAGES = {"kms:ResourceAliases": ["alias/test-prod-shop"]}
ROLE = f"arn:aws:iam::{HOME}:role"
KEY = f"arn:aws:kms:{REGION}:{HOME}:key/1"
BOUNDED = {"iam:PermissionsBoundary": f"arn:aws:iam::{HOME}:policy/mesh-boundary-test-prod-shop"}
POLICY = f"arn:aws:iam::{HOME}:policy/test-prod-shop-AccessStack-1ABC-JobsPolicy1-1ABC"


def flowing(tmp_path: Path, orchestration: str) -> tuple[Project, Estate]:
    """The mesh where files start `visits`, `again` follows it, and a crawler looks at the files."""
    made = jobs()
    made["visits"]["deploy"] = {"start": {"type": "files"}, "crawler": {}}
    made["again"]["deploy"] = {"start": {"type": "after"}}
    project = Project.open(written(tmp_path, mesh(orchestration=orchestration), made), "prod")
    return project, estate(project, "shop")


@pytest.mark.parametrize(
    ("orchestration", "role", "action", "may", "may_not"),
    [
        (
            "triggers",
            "Starts",
            "glue:notifyEvent",
            f"{GLUE}:workflow/test-prod-shop--visits-files",
            f"{GLUE}:workflow/x",
        ),
        ("step_functions", "Starts", "states:StartExecution", f"{STATES}:test-prod-shop--visits", f"{STATES}:x"),
        ("step_functions", "Flow", "glue:StartJobRun", f"{GLUE}:job/test-prod-shop--again-run", f"{GLUE}:job/x"),
        ("triggers", "Crawlers", "s3:GetObject", "arn:aws:s3:::raw/visits/1.csv", "arn:aws:s3:::raw/items/1.csv"),
        (
            "triggers",
            "Crawlers",
            "glue:CreateTable",
            f"{GLUE}:database/test_prod_shop_crawled",
            f"{GLUE}:database/shop",
        ),
    ],
)
def test_services_do_their_own(
    tmp_path: Path, orchestration: str, role: str, action: str, may: str, may_not: str
) -> None:
    statements = documents.role(*flowing(tmp_path, orchestration), role)
    assert allowed(Call(action, may), statements)
    assert not allowed(Call(action, may_not), statements)


def test_a_role_is_taken_for_rules_of_its_own_unit(tmp_path: Path) -> None:
    """And not for those of a domain whose name goes on where this one's ends."""
    (template,) = access(*flowing(tmp_path, "triggers"))
    (trust,) = template.resources["StartsRole"].properties["AssumeRolePolicyDocument"]["Statement"]

    def taken(rule: str) -> bool:
        context = {"aws:SourceAccount": HOME, "aws:SourceArn": f"arn:aws:events:{REGION}:{HOME}:rule/{rule}"}
        return holds(trust["Condition"], context)

    assert taken("test-prod-shop--visits-arrival")
    assert taken("mesh/test-prod-shop--visits-start")
    assert not taken("test-prod-shopping--visits-arrival")


@pytest.mark.parametrize(
    ("action", "resource", "context", "expected"),
    [
        ("cloudformation:ExecuteChangeSet", f"arn:aws:cloudformation:{REGION}:{HOME}:stack/test-prod-shop/1", {}, True),
        ("cloudformation:ExecuteChangeSet", f"arn:aws:cloudformation:{REGION}:{HOME}:stack/payroll/1", {}, False),
        ("glue:StartJobRun", f"{GLUE}:job/test-prod-shop--visits-run", {}, True),
        ("glue:StartJobRun", f"{GLUE}:job/payroll", {}, False),
        ("s3:PutObject", f"arn:aws:s3:::test-prod-shop-{HOME}-artifacts/mesh_etl/0/x", {}, True),
        ("s3:GetObject", "arn:aws:s3:::shop-tables/t/shop/visits/data/x.parquet", {}, False),
        ("s3:PutObject", "arn:aws:s3:::shop-tables/t/shop/visits/data/x.parquet", {}, False),
        ("s3:DeleteBucket", "arn:aws:s3:::shop-tables", {}, False),
        ("kms:GenerateDataKey", KEY, PACKAGES, True),
        ("kms:Decrypt", KEY, {**TABLES, "aws:ResourceTag/domain": "shop"}, False),
        ("kms:PutKeyPolicy", KEY, {**TABLES, "aws:ResourceTag/domain": "shop"}, True),
        ("kms:PutKeyPolicy", KEY, {**TABLES, "aws:ResourceTag/domain": "sales"}, False),
        ("iam:PassRole", f"{ROLE}/shop-engineer", {"iam:PassedToService": "glue.amazonaws.com"}, True),
        ("iam:PassRole", f"{ROLE}/shop-engineer", {"iam:PassedToService": "ec2.amazonaws.com"}, False),
        ("iam:PassRole", f"{ROLE}/mesh-governor", {"iam:PassedToService": "glue.amazonaws.com"}, False),
        ("iam:CreateRole", f"{ROLE}/shop-engineer", BOUNDED, True),
        ("iam:CreateRole", f"{ROLE}/shop-engineer", {}, False),
        ("iam:UpdateAssumeRolePolicy", f"{ROLE}/mesh-governor", {}, False),
        ("iam:AttachRolePolicy", f"{ROLE}/shop-engineer", {**BOUNDED, "iam:PolicyARN": POLICY}, True),
        ("iam:AttachRolePolicy", f"{ROLE}/shop-engineer", {"iam:PolicyARN": "arn:aws:iam::aws:policy/Admin"}, False),
        ("iam:PutRolePolicy", f"{ROLE}/shop-engineer", {}, False),
        ("sts:AssumeRole", f"{ROLE}/mesh-governor", {}, False),
        ("lakeformation:GrantPermissions", "*", {}, False),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{HOME}:secret:shop/key-a1B2c3", {}, False),
    ],
)
def test_the_deployer_deploys_and_no_more(
    project: Project, shop: Estate, action: str, resource: str, context: dict[str, Any], expected: bool
) -> None:
    assert allowed(Call(action, resource, context), of_deployer(project, shop)) == expected


def test_whatever_publishing_calls_the_jobs_may_call(project: Project, shop: Estate) -> None:
    """By the names in its source: what a recording does not come by, such as partition indexes."""
    files = (Path(mesh_etl.__file__).parent / "publish").rglob("*.py")
    called = {name for file in files for name in re.findall(r'"(glue:[A-Z][A-Za-z]+)"', file.read_text())}
    may = {action for one in documents.role(project, shop, "Jobs") for action in one["Action"]}
    assert len(called) > 8
    assert called - may == set()
