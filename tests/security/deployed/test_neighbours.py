"""Units of one account whose names begin alike: none has a right on what is another's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.config import Project
from mesh_etl.deploy.estate import CENTRE, Estate, estate
from mesh_etl.deploy.synth.access import access
from mesh_etl.deploy.synth.access.boundary import boundary
from mesh_etl.deploy.synth.access.deployer import of_deployer, of_destroyer
from tests.security.deployed.calls import Call
from tests.security.deployed.evaluator import allowed, asked_for
from tests.security.deployed.mesh import HOME, alone, job, mesh, written
from tests.security.deployed.stack_calls import stack_calls

Statement = dict[str, Any]
# By mesh, environment and unit, all in one account: what one is called, the others' names begin with, or go on as its
# things do that have names of their own.
UNITS = [
    ("test", "prod", "shop"),
    *(("test", "prod", f"shop_{one}") for one in ("eu", "jobs", "crawlers", "2")),
    ("test", "prod-shop", "eu_west"),
    ("test-prod", "shop", "sales"),
]
BUCKET = (
    "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObjectVersion", "s3:PutBucketPolicy",
    "s3:PutLifecycleConfiguration", "s3:ListBucketVersions",
)  # fmt: skip
# What AWS knows no narrower resource for: lists, security configurations, rules of AWS Config, the default bus; keys of
# sources, by the service that asks for them, and credentials that Lake Formation gives by its own grants.
WIDE = {
    ("deployer", one) for one in ("AlarmsFound", "AliasesFound", "Config", "ConfigFound", "LogGroupsFound", "Security")
} | {("boundary", "KeysThrough"), ("boundary", "Granted"), ("Jobs", "Data")}


def of(root: Path, name: str, env: str, unit: str) -> tuple[Project, Estate]:
    """The unit with a product of each kind of thing that a stack makes, in the account that all of them have."""
    source = {"type": "csv", "path": f"s3://raw-{env}-{unit}/in/"}
    start = {"start": {"type": "files"}, "crawler": {}, "late_after": "1d"}
    after = {"type": "table", "product": f"{unit}.a"}
    made = {
        "a": job("a", source, {"mode": "append"}, deploy=start, product=f"{unit}.a"),
        "b": job("b", after, {"mode": "replace"}, deploy={"start": {"type": "after"}}, product=f"{unit}.b"),
    }
    stated = alone(orchestration="step_functions" if unit.endswith("eu") else "triggers")
    stated["name"] = name
    stated["domains"] |= {unit: {"owner": "x", "warehouse": f"s3://tables-{name}-{env}-{unit}/t"}}
    folder = written(root / f"{name} {env} {unit}", stated, made)
    (folder / f"configs/env/{env}.yaml").write_text((folder / "configs/env/prod.yaml").read_text())
    project = Project.open(folder, env)
    return project, estate(project, unit)


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Project, Estate]]:
    """All of them."""
    root = tmp_path_factory.mktemp("neighbours")
    return [of(root, *one) for one in UNITS]


def rights(project: Project, unit: Estate) -> Iterator[tuple[str, Statement]]:
    """What its deployer, its boundary and its roles may do, each statement with whose it is."""
    yield from (("deployer", one) for one in (*of_deployer(project, unit), *of_destroyer(project, unit)))
    yield from (("boundary", one) for one in boundary(project, unit)["Statement"])
    (template,) = access(project, unit)
    for name, resource in template.resources.items():
        if resource.type == "AWS::IAM::ManagedPolicy":
            whose = name.partition("Policy")[0]
            yield from ((whose, one) for one in resource.properties["PolicyDocument"]["Statement"])


def things(project: Project, unit: Estate) -> frozenset[Call]:
    """What is called about its own things: all that its rights are for, and what its stacks ask for."""
    by_rights = {call for _, one in rights(project, unit) if one["Effect"] == "Allow" for call in asked_for(one)}
    # Glue asks for the catalogue beside each database and table, and for the namespace that it tells metrics in.
    of_all = {one for one in by_rights if one.resource.endswith(":catalog") or "Glue" in one.context.values()}
    return frozenset(by_rights - of_all) | {one for one in stack_calls(project, unit) if one not in of_all}


def opened(own: tuple[Project, Estate], others: frozenset[Call]) -> set[tuple[str, str]]:
    """Whose statements of the unit allow calls about another's things."""
    found = [(whose, one) for whose, one in rights(*own) if one["Effect"] == "Allow"]
    return {(whose, one["Sid"]) for whose, one in found if any(allowed(call, [one]) for call in others)}


def test_no_right_of_one_opens_anything_of_another(neighbours: list[tuple[Project, Estate]]) -> None:
    every = [things(*one) for one in neighbours]
    (first, *rest), (firsts, *theirs) = neighbours, every
    assert all(one.stack.startswith(first[1].stack) for _, one in rest)
    assert all(one.account.id == HOME for _, one in neighbours)
    found = {unit.stack: opened(first, calls) - WIDE for (_, unit), calls in zip(rest, theirs, strict=True)}
    assert {stack: sids for stack, sids in found.items() if sids} == {}
    back = {one[1].stack: opened(one, firsts) - WIDE for one in rest}
    assert {stack: sids for stack, sids in back.items() if sids} == {}


def test_what_stays_wide_is_wide_indeed(neighbours: list[tuple[Project, Estate]]) -> None:
    first, second = neighbours[:2]
    assert opened(first, things(*second)) == WIDE


def test_the_governance_account_has_a_domain_whose_name_begins_as_its_unit_s(tmp_path: Path) -> None:
    stated = mesh()
    stated["domains"]["mesh_x"] = {**stated["domains"]["shop"], "account": "centre", "warehouse": "s3://x-tables/t"}
    source = {"type": "csv", "path": "s3://raw-x/in/"}
    made = {"a": job("a", source, {"mode": "append"}, product="mesh_x.a")}
    project = Project.open(written(tmp_path, stated, made), "prod")
    centre, other = ((project, estate(project, unit)) for unit in (CENTRE, "mesh_x"))
    assert other[1].stack.startswith(f"{centre[1].stack}-")
    passes = {("deployer", "Bus")}  # both let rules put events on the default bus of the account
    assert opened(centre, things(*other)) - WIDE - passes == set()
    assert opened(other, things(*centre)) - WIDE - passes == set()


def test_a_bucket_that_the_configuration_names_is_no_unit_s_to_change(tmp_path: Path) -> None:
    project = Project.open(written(tmp_path, alone(artifacts="packages-of-all")), "prod")
    for unit in ("shop", "sales"):
        one = estate(project, unit)
        every = [*of_deployer(project, one), *of_destroyer(project, one)]
        assert {call.action for call in map(about, BUCKET) if allowed(call, every)} == set()
        made = Call("s3:PutObject", "arn:aws:s3:::packages-of-all/mesh_etl/1/x")
        assert allowed(made, every)
    mesh_alone = Project.open(written(tmp_path / "mesh", mesh(artifacts="packages-of-all")), "prod")
    centre = estate(mesh_alone, CENTRE)  # it has no tables, and so no bucket at all
    printed = [*of_deployer(mesh_alone, centre), *of_destroyer(mesh_alone, centre)]
    assert all(one["Resource"] for one in printed)


def about(action: str) -> Call:
    """The call by CloudFormation, about the bucket or what lies in it."""
    inside = "/mesh_etl/1/x" if "Object" in action else ""
    context = {"aws:CalledVia": ["cloudformation.amazonaws.com"]}
    return Call(action, f"arn:aws:s3:::packages-of-all{inside}", context)
