"""Whatever a configuration changes into, CloudFormation can bring the one to the other.

It replaces nothing by what has the same name, and makes nothing whose name is taken, also where the old one goes later.
"""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

from mesh_etl.embedded_aws.cloudformation.schemas import name_of, replaces
from tests.unit.deploy.synth.meshes import mesh, stack_of
from tests.unit.deploy.synth.test_options import DOMAINS, JOBS, STARTS, rows

Resources = dict[tuple[str, str], dict[str, Any]]  # by the template and the logical id


def resources(folder: Path, job: str, domain: str) -> Resources:
    products = {"crm.p": "", "sales.a": job, "sales.b": "read: sales.a\nstart: {type: after}"}
    stack = stack_of(mesh(folder, products, domains={"sales": domain}, bus=True), "sales")
    return {
        (one.name, logical): body for one in stack.nested for logical, body in one.body()["Resources"].items()
    }  # fmt: skip


def refused(before: Resources, after: Resources) -> list[str]:
    """What a deploy from the one to the other fails at."""
    taken = {(one["Type"], name_of(one)): at for at, one in before.items() if name_of(one)}
    found = []
    for at, one in after.items():
        there = taken.get((one["Type"], name_of(one)))
        if there is not None and there != at:
            found.append(f"{at}: {name_of(one)} is taken by {there}")
        if there == at and replaces(before[at], one):
            found.append(f"{at}: {name_of(one)} would be replaced by its like")
    return found


def test_every_change_of_an_option_can_be_deployed(tmp_path: Path) -> None:
    domains = rows(DOMAINS, 3)
    settings = [(f"start: {start}\n{rows(JOBS, 4)[at]}", domains[at % 3]) for at, start in enumerate(STARTS)]
    settings += [(f"start: {STARTS[0]}", f"orchestration: {one}") for one in DOMAINS["orchestration"]]
    every = [resources(tmp_path / str(at), *one) for at, one in enumerate(settings)]
    assert [fault for pair in permutations(every, 2) for fault in refused(*pair)] == []


def test_a_resource_that_moves_or_changes_for_good_is_found() -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "Path": "/"}}
    other = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "Path": "/x/"}}
    assert refused({("access", "A"): role}, {("access", "B"): role})
    assert refused({("access", "A"): role}, {("access", "A"): other})
    assert refused({("access", "A"): role}, {("access", "A"): role}) == []
