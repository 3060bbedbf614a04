"""What bounds the roles of stacks: all that they need fits into it, and with every right inside it nobody governs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mesh_etl.config import Project
from mesh_etl.deploy.estate import CENTRE, Estate, estate
from mesh_etl.deploy.policies import by_hand, policies
from mesh_etl.deploy.synth.access import access
from mesh_etl.deploy.synth.access.boundary import boundary
from mesh_etl.deploy.synth.access.sized import POLICY, size
from mesh_etl.errors import ConfigError
from mesh_etl.govern.policies.governor import LAKE_FORMATION
from tests.security.deployed.calls import Call
from tests.security.deployed.evaluator import allowed, asked_for
from tests.security.deployed.mesh import HOME, REGION, alone, csv, job, jobs, mesh, written
from tests.security.deployed.stated import DENIED, UNRECORDED

Statement = dict[str, Any]
ADMINISTRATOR = [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}]
NAME = "mesh-boundary-test-prod-shop"
# What the boundary leaves to the policy of the role itself. It knows the buckets of sources and tables, and the first
# part of a secret's name; by which service keys are asked for; whose Iceberg tables are read; how names begin.
WITHIN = {
    "tables of others": {7, 8, 9},
    "sources": {3, 5, 6},
    "packages, logs and metrics": {5, 6, 7},
    "catalogue": {7},
    "keys": {2, 5, 7},
    "secrets": {2, 4},
    "jobs": {1},
    "network and events": {8, 12},
}


def bounds(project: Project, unit: Estate) -> list[Statement]:
    statements: list[Statement] = boundary(project, unit)["Statement"]
    return statements


def test_every_call_of_jobs_is_inside(project: Project, shop: Estate, made: frozenset[Call]) -> None:
    held = bounds(project, shop)
    outside = [one for one in (*made, *UNRECORDED.values()) if not allowed(one, held)]
    assert sorted({(one.action, one.resource, str(one.context)) for one in outside}) == []


@pytest.mark.parametrize("orchestration", ["triggers", "step_functions"])
@pytest.mark.parametrize(("of", "unit"), [*((mesh, one) for one in ("shop", "sales", CENTRE)), (alone, "shop")])
def test_whatever_a_role_of_a_stack_is_given_is_inside(tmp_path: Path, orchestration: str, of: Any, unit: str) -> None:
    made = jobs()
    made["visits"]["deploy"] = {"start": {"type": "files"}, "crawler": {}}
    made["again"]["deploy"] = {"start": {"type": "after"}}
    project = Project.open(written(tmp_path, of(orchestration=orchestration), made), "prod")
    one = estate(project, unit)
    held = bounds(project, one)
    given = [
        (name, statement)
        for template in access(project, one)
        for name, resource in template.resources.items()
        if resource.type == "AWS::IAM::ManagedPolicy"
        for statement in resource.properties["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    assert given
    outside = [
        (name, call.action, call.resource)
        for name, statement in given
        for call in asked_for(statement)
        if not allowed(call, held)
    ]
    assert outside == []


def test_every_role_of_a_stack_has_it(tmp_path: Path) -> None:
    made = jobs()
    made["visits"]["deploy"] = {"start": {"type": "files"}, "crawler": {}}
    project = Project.open(written(tmp_path, mesh(orchestration="step_functions"), made), "prod")
    found = {
        resource.properties["RoleName"]: resource.properties["PermissionsBoundary"]
        for template in access(project, estate(project, "shop"))
        for resource in template.resources.values()
        if resource.type == "AWS::IAM::Role"
    }
    assert len(found) == 4
    assert set(found.values()) == {f"arn:aws:iam::{HOME}:policy/{NAME}"}
    assert (f"policy {NAME}", "document") in {(one.subject, one.kind) for one in policies(project)}


def test_in_a_mesh_of_one_account_it_is_printed_and_holds_as_much_back(tmp_path: Path) -> None:
    project = Project.open(written(tmp_path, alone()), "prod")
    (held,) = (one.document["Statement"] for one in by_hand(project) if one.subject == f"policy {NAME}")
    assert held == bounds(project, estate(project, "shop"))
    open_to = {name for name, one in DENIED.items() if allowed(one, held)}
    assert open_to <= {f"{group} {number}" for group, numbers in WITHIN.items() for number in numbers}


def test_an_administrator_inside_it_may_hardly_more(project: Project, shop: Estate) -> None:
    held = bounds(project, shop)
    open_to = {name for name, one in DENIED.items() if allowed(one, held)}
    assert open_to == {f"{group} {number}" for group, numbers in WITHIN.items() for number in numbers}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateUser", f"arn:aws:iam::{HOME}:user/me"),
        ("iam:PutRolePermissionsBoundary", f"arn:aws:iam::{HOME}:role/shop-engineer"),
        ("iam:CreatePolicyVersion", f"arn:aws:iam::{HOME}:policy/{NAME}"),
        ("sts:AssumeRole", f"arn:aws:iam::{HOME}:role/admin"),
        ("organizations:LeaveOrganization", "*"),
        ("s3:PutObject", "arn:aws:s3:::shop-tables/t/shop/visits/_ledger/00000000000000000001.json"),
        ("s3:DeleteObject", "arn:aws:s3:::shop-tables/t/shop/visits/_ledger/00000000000000000001.json"),
        ("s3:PutObject", f"arn:aws:s3:::test-prod-shop-{HOME}-artifacts/mesh_etl/0/run.py"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::shop-tables"),
        ("s3:GetObject", "arn:aws:s3:::payroll/2026.csv"),
        ("kms:PutKeyPolicy", f"arn:aws:kms:{REGION}:{HOME}:key/1"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{HOME}:secret:hr/key-a1B2c3"),
        ("cloudformation:CreateStack", f"arn:aws:cloudformation:{REGION}:{HOME}:stack/test-prod-shop/1"),
        ("lambda:CreateFunction", f"arn:aws:lambda:{REGION}:{HOME}:function:x"),
        *((f"lakeformation:{one}", "*") for one in LAKE_FORMATION),
    ],
)
def test_it_lets_nobody_govern_or_take_more(project: Project, shop: Estate, action: str, resource: str) -> None:
    context = {"s3:ObjectCreationOperation": "true", "aws:RequestedRegion": REGION}
    assert not allowed(Call(action, resource, context), bounds(project, shop))


def test_what_resources_allow_it_still_denies(project: Project, shop: Estate) -> None:
    """The policy of a bucket may name a session of the role, which a boundary holds by what it denies alone."""
    denied = [one for one in bounds(project, shop) if one["Effect"] == "Deny"]
    entry = "arn:aws:s3:::other/t/_ledger/00000000000000000001.json"
    whole = {"s3:ObjectCreationOperation": "true"}
    for call in (
        Call("sts:AssumeRole", "arn:aws:iam::333333333333:role/x"),
        Call("s3:DeleteObject", entry),
        Call("s3:PutObject", entry, whole),
    ):
        assert not allowed(call, [*ADMINISTRATOR, *denied])
    assert allowed(Call("s3:PutObject", entry, {**whole, "s3:if-none-match": "*"}), [*ADMINISTRATOR, *denied])


def test_products_come_and_go_without_it(tmp_path: Path, project: Project, shop: Estate) -> None:
    more = jobs()
    more["late"] = job("late", csv("late"), {"mode": "append"}, deploy={"start": {"type": "files"}, "crawler": {}})
    grown = Project.open(written(tmp_path / "more", mesh(orchestration="step_functions"), more), "prod")
    assert boundary(grown, estate(grown, "shop")) == boundary(project, shop)
    more["late"]["source"]["path"] = "s3://elsewhere/late/*.csv"
    other = Project.open(written(tmp_path / "other", mesh(), more), "prod")
    assert boundary(other, estate(other, "shop")) != boundary(project, shop)


def test_a_company_names_its_own(tmp_path: Path) -> None:
    project = Project.open(written(tmp_path, mesh(boundary="teams/OurBoundary")), "prod")
    one = estate(project, "shop")
    theirs = f"arn:aws:iam::{HOME}:policy/teams/OurBoundary"
    (template,) = access(project, one)
    roles = [found for found in template.resources.values() if found.type == "AWS::IAM::Role"]
    assert {found.properties["PermissionsBoundary"] for found in roles} == {theirs}
    printed = policies(project)
    assert [found.subject for found in printed if found.subject.startswith("policy ")] == []
    texts = [str(found.document) for found in printed if found.kind.startswith("deployment of shop")]
    assert any(f"'iam:PermissionsBoundary': '{theirs}'" in text for text in texts)


def test_thirty_products_fit_and_sources_in_thirty_buckets_are_told(tmp_path: Path) -> None:
    def of(name: str, buckets: int) -> Project:
        made = {}
        for number in range(30):
            source = {"type": "csv", "path": f"s3://deliveries-{number % buckets:02}/{number}/*.csv"}
            header = {"secret": f"secretsmanager:shop/product/{number:02}/password"}
            rest = {"type": "rest", "url": "https://example.org/x", "headers": {"Authorization": header}}
            deploy = {"connections": ["office"]}
            made[f"p{number}"] = job(f"p{number}", source, {"mode": "append"}, inputs={"more": {**rest}}, deploy=deploy)
        return Project.open(written(tmp_path / name, mesh(), made), "prod")

    fits, large = of("fits", 10), of("large", 30)
    assert size(boundary(fits, estate(fits, "shop"))) <= POLICY
    with pytest.raises(ConfigError) as caught:
        boundary(large, estate(large, "shop"))
    assert caught.value.code == "BOUNDARY_TOO_LARGE"
