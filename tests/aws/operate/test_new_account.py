"""The order in new accounts, walked once: printed policies, deploy, govern, start. What one makes, no other does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mesh_etl import worlds
from mesh_etl.config import Project
from mesh_etl.deploy.estate import estate, units
from mesh_etl.deploy.synth.access import access
from mesh_etl.deploy.synth.storage import storage
from mesh_etl.testing.accounts import Accounts, aws
from tests.remote import Remote
from tests.security.deployed.mesh import CENTRE, HOME, RECORDS, REGION, SALES, written

from .conftest import Command


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two domains and a governance account, each in an account of its own, with nothing in it."""
    return written(tmp_path)


@pytest.fixture
def accounts(s3: Any) -> Iterator[Accounts]:
    s3.create_bucket(Bucket=RECORDS, CreateBucketConfiguration={"LocationConstraint": REGION})
    with (
        aws({"shop": HOME, "centre": CENTRE, "sales": SALES}, region=REGION) as made,
        worlds.through(lambda world: Remote(world, made, "centre", "mesh-governor")),
    ):
        yield made


@pytest.fixture
def printed(mesh: Command) -> set[tuple[str, str]]:
    """What has to be there beforehand, by account."""
    return {(one["account"], one["on"]) for one in mesh("govern", "policies", "--json").document}


def stacked(project: Project) -> set[tuple[str, str]]:
    """The roles and buckets that the stacks make, by account."""
    found = set()
    for unit in units(project):
        one = estate(project, unit)
        account = "centre" if unit == "mesh" else unit
        for template in (*access(project, one), *storage(project, one)):
            for resource in template.resources.values():
                if resource.type == "AWS::IAM::Role":
                    found.add((account, f"role {resource.properties['RoleName']}"))
                if resource.type == "AWS::S3::Bucket":
                    found.add((account, f"bucket {resource.properties['BucketName']}"))
    return found


def test_nothing_is_to_be_made_beforehand_that_a_stack_makes(project: Path, printed: set[tuple[str, str]]) -> None:
    made = stacked(Project.open(project, "prod"))
    assert printed & made == set()
    assert made >= {("shop", "role shop-engineer"), ("shop", "bucket shop-tables"), ("sales", "role sales-engineer")}
    roles = {("shop", "mesh-deployer"), ("shop", "mesh-governor"), ("shop", "mesh-data-access")}
    assert printed >= {(account, f"role {role}") for account, role in roles}


def test_with_roles_and_buckets_of_its_own_a_domain_has_them_printed(project: Path, mesh: Command) -> None:
    path = project / "configs/mesh.yaml"
    stated = json.loads(path.read_text())
    stated["deployment"] |= {"roles": "existing", "buckets": "existing"}
    path.write_text(json.dumps(stated))
    found = {(one["account"], one["on"]) for one in mesh("govern", "policies", "--json").document}
    assert found >= {("shop", "role shop-engineer"), ("shop", "bucket shop-tables"), ("sales", "role sales-engineer")}
    assert found & stacked(Project.open(project, "prod")) == set()


def test_the_order_leads_to_a_job_that_runs(
    mesh: Command, accounts: Accounts, project: Path, printed: set[tuple[str, str]]
) -> None:
    for words in (("deploy", "shop", "--yes"), ("deploy", "mesh", "--yes"), ("govern", "apply")):
        done = mesh(*words)
        assert (done.code, words) == (0, words), done.err
    started = mesh("start", "shop.visits", "--wait")
    assert started.code == 0, started.err
    assert "SUCCEEDED" in started.out
    roles = _granted(accounts)
    there = {name for account, name in printed | stacked(Project.open(project, "prod")) if account in ("shop", "sales")}
    assert {f"role {one}" for one in roles} <= there
    assert "nothing" in mesh("govern", "apply").out


def _granted(accounts: Accounts) -> set[str]:
    """The roles of the domains' accounts that the central one has given something to."""
    lake = accounts.client("lakeformation", "centre", "mesh-governor")
    found = lake.list_permissions()["PrincipalResourcePermissions"]
    named = {one["Principal"]["DataLakePrincipalIdentifier"] for one in found}
    return {one.rpartition("/")[2] for one in named if f":{HOME}:role/" in one or f":{SALES}:role/" in one}
