"""A large mesh stays inside CloudFormation's limits, and its templates are the same wherever they are made."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.config import Project
from mesh_etl.deploy.estate import estate, units
from mesh_etl.deploy.synth.limits import BODY, RESOURCES
from mesh_etl.deploy.synth.stack import PARTS, Stack, synthesized
from mesh_etl.errors import ConfigError
from tests.unit.deploy.synth.lint import complaints
from tests.unit.deploy.synth.meshes import add, bundle_of, mesh, resources, stack_of

ROOT = Path(__file__).parents[4]
DOMAINS = ("crm", "sales", "stock")
FULL = "late_after: 26h\ndpu_hours: 2\nspark: {spark.sql.shuffle.partitions: '64'}"
EVERYTHING = """\
maintain: {at: cron(0 3 * * ? *)}
audit: {at: cron(0 4 * * ? *)}
govern: {at: cron(0 5 * * ? *)}
alarms: {email: [data@shop.example]}
budget: {monthly: 500}
config_rules: create
"""


def products() -> dict[str, str]:
    """Thirty products in each domain: ten that start by the clock, with one that follows each and one behind that."""
    found = {}
    for at, domain in enumerate(DOMAINS):
        other = DOMAINS[at - 1]
        for number in range(10):
            first, second, third = (f"{domain}.{kind}_{number}" for kind in ("raw", "clean", "total"))
            found[first] = f"start: {{type: schedule, at: cron({number} 6 * * ? *)}}\n{FULL}"
            found[second] = f"read: {first}\nstart: {{type: after}}\n{FULL}"
            also = f", {other}.total_{number}" if number == 0 else ""
            found[third] = f"read: {second}{also}\nstart: {{type: after, when: any}}\n{FULL}"
    return found


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mesh(tmp_path_factory.mktemp("large"), products(), deployment=EVERYTHING)


@pytest.fixture(scope="module")
def stacks(root: Path) -> dict[str, Stack]:
    project = Project.open(root, "prod")
    assert units(project) == (*DOMAINS, "mesh")
    found = {}
    for unit in units(project):
        made = estate(project, unit)
        found[unit] = synthesized(project, made, bundle_of(made))
    return found


def told(stacks: Mapping[str, Stack]) -> dict[str, str]:
    """The hash of each template, by unit and name."""
    return {
        f"{unit}/{one.name}": one.sha256 for unit, stack in stacks.items() for one in (stack.base, *stack.templates)
    }


def test_ninety_products_are_far_from_the_limits(stacks: dict[str, Stack]) -> None:
    templates = [one for stack in stacks.values() for one in (stack.base, *stack.templates)]
    assert max(len(one.resources) for one in templates) < RESOURCES / 3
    assert max(len(one.data) for one in templates) < BODY / 3
    jobs = [one for stack in stacks.values() for one in resources(stack).values() if one["Type"] == "AWS::Glue::Job"]
    assert len(jobs) == 3 * 32 + 1


def test_cfn_lint_has_nothing_to_say(stacks: dict[str, Stack]) -> None:
    crm, centre = stacks["crm"], stacks["mesh"]
    one_of_each = [one for one in crm.templates if not one.name.endswith(("-2", "-3", "-4"))]
    assert complaints([crm.base, *one_of_each]) == complaints([centre.base, *centre.templates]) == []


def test_cfn_lint_would_have_something_to_say(stacks: dict[str, Stack]) -> None:
    template = next(one for one in stacks["crm"].nested if one.name.startswith("jobs"))
    name, job = next((name, one) for name, one in template.resources.items() if one.type == "AWS::Glue::Job")
    wrong = type(job)(job.type, {**job.properties, "ExecutionClass": "CHEAP"})
    assert len(complaints([type(template)("jobs", "Wrong", {name: wrong})])) == 1


def test_the_same_mesh_gives_the_same_bytes_elsewhere(root: Path, stacks: dict[str, Stack], tmp_path: Path) -> None:
    code = "import sys; from tests.unit.deploy.synth.test_stack import elsewhere; elsewhere(sys.argv[1])"
    copy = tmp_path / "elsewhere"
    (tmp_path / "home").mkdir()
    mesh(copy, dict(reversed(products().items())), deployment=EVERYTHING)
    paths = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": str(tmp_path / "home")}
    given = {**paths, "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "LC_ALL": "C", "AWS_REGION": "us-east-1"}
    ended = subprocess.run(
        [sys.executable, "-c", code, str(copy)], cwd=tmp_path, env=given, capture_output=True, text=True, check=True
    )
    assert json.loads(ended.stdout) == told(stacks)


def elsewhere(root: str) -> None:
    """Prints the hashes of the templates, in another process."""
    project = Project.open(root, "prod")
    found = {}
    for unit in units(project):
        made = estate(project, unit)
        found[unit] = synthesized(project, made, bundle_of(made))
    print(json.dumps(told(found)))


@pytest.mark.parametrize(
    ("added", "deploy"),
    [
        ("stock.aaa", "start: {type: schedule, at: cron(9 9 * * ? *)}"),
        ("stock.aaa", "read: stock.raw_3\nstart: {type: after}"),
        ("stock.zzz", ""),
    ],
)
def test_one_more_product_moves_and_changes_no_other(
    stacks: dict[str, Stack], tmp_path: Path, added: str, deploy: str
) -> None:
    mesh(tmp_path, products(), deployment=EVERYTHING)
    add(tmp_path, added, deploy)
    after, before = resources(stack_of(tmp_path, "stock")), resources(stacks["stock"])
    assert before.keys() - after.keys() == set()
    new = {name.partition("/")[2] for name in after.keys() - before.keys()}
    own = added.partition(".")[2].capitalize()
    assert new
    assert all(own in name for name in new)
    # Beside its own: the dashboard shows it, roles let it be run, files of its table age. What is made after what may
    # change: CloudFormation takes that for no change of the resource.
    shared = ("Dashboard1", "access/", "storage/WarehouseBucket")
    changed = [name for name, one in before.items() if _properties(one) != _properties(after[name])]
    assert [name for name in changed if not any(one in name for one in shared)] == []


def test_no_policy_lets_everybody_in(stacks: dict[str, Stack]) -> None:
    allowed = [
        one
        for stack in stacks.values()
        for template in (stack.base, *stack.templates)
        for one in statements(template.body())
        if one["Effect"] == "Allow"
    ]
    assert len(allowed) > 50
    assert [one for one in allowed if one.get("Principal") in ("*", {"AWS": "*"})] == []
    assert [one for one in allowed if one.get("Action") in ("*", ["*"]) or "NotAction" in one] == []


def test_nothing_that_is_stated_looks_like_a_secret(stacks: dict[str, Stack]) -> None:
    texts = [one.text() for stack in stacks.values() for one in (stack.base, *stack.templates)]
    assert [word for word in ("password", "AKIA", "secret_access_key") for text in texts if word in text] == []


def statements(value: Any) -> list[dict[str, Any]]:
    """All statements of policies in it."""
    if isinstance(value, list):
        return [one for inner in value for one in statements(inner)]
    if not isinstance(value, dict):
        return []
    own = [value] if "Effect" in value else []
    return own + [one for inner in value.values() for one in statements(inner)]


def test_nested_stacks_are_made_one_kind_after_another(stacks: dict[str, Stack]) -> None:
    root = stacks["sales"].root.body()["Resources"]
    kinds = [kind for kind, _, _ in PARTS]
    for name, one in root.items():
        own = next(at for at, kind in enumerate(kinds) if name.lower().startswith(kind))
        for before in one.get("DependsOn", []):
            assert next(at for at, kind in enumerate(kinds) if before.lower().startswith(kind)) < own
    assert root["StorageStack"].get("DependsOn") is None
    assert [name for name in root["Flow1Stack"]["DependsOn"] if not name.startswith("Jobs")] == []


def test_the_root_names_each_template_by_its_hash(stacks: dict[str, Stack]) -> None:
    stack = stacks["sales"]
    addresses = {one["Properties"]["TemplateURL"] for one in stack.root.body()["Resources"].values()}
    bucket = "https://shop-prod-sales-222222222223-artifacts.s3.eu-west-1.amazonaws.com/"
    assert addresses == {f"{bucket}{stack.key(one)}" for one in stack.nested}
    assert all(hashlib.sha256(one.data).hexdigest() in stack.key(one) for one in stack.nested)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    mesh(tmp_path, {"sales.a": "glue_version: auto", "sales.b": "late_after: 8d", "sales.c": "start: {type: after}"})
    with pytest.raises(ConfigError) as error:
        stack_of(tmp_path, "sales")
    assert {one.code for one in error.value.faults} == {"GLUE_AUTO", "LATE_UNSEEN", "FOLLOWS_NOTHING"}


def test_whatever_the_mesh_is_called_aws_takes_its_tags_and_gives_its_templates_back(tmp_path: Path) -> None:
    mesh(tmp_path, {"sales.a": ""}, deployment="budget: {monthly: 5}")
    path = tmp_path / "configs/mesh.yaml"
    path.write_text(path.read_text().replace("name: shop\n", "name: 'Größe, Ltd. (EU)'\n"))
    stack = stack_of(tmp_path, "sales")
    assert stack.tags["mesh"] == "Gr-e- Ltd. -EU-"
    assert all(one.data.isascii() for one in (stack.base, *stack.templates))
    (budget,) = [one for part in stack.nested for one in part.resources.values() if one.type == "AWS::Budgets::Budget"]
    tags = {one["Tags"]["Key"]: one["Tags"]["Values"] for one in budget.properties["Budget"]["FilterExpression"]["And"]}
    assert tags == {key: [value] for key, value in stack.tags.items()}


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    mesh(tmp_path, {f"{'s' * 50}.a": ""})
    with pytest.raises(ConfigError) as error:
        stack_of(tmp_path, "s" * 50)
    assert error.value.code == "STACK_NAME_TOO_LONG"


def _properties(body: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in body.items() if name != "DependsOn"}
