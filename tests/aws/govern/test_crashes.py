"""However an application is cut off, the next one ends in the same state, and nobody has seen more meanwhile."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from mesh_etl.config import Project
from mesh_etl.govern.apply import apply
from mesh_etl.govern.evaluate import Evaluator
from mesh_etl.govern.observe import observed
from mesh_etl.govern.planned import planned
from mesh_etl.govern.state import State
from tests.aws.govern.conftest import CONTRACT, GOVERNANCE, MARKETING, MESH, WRITES, World, written

PEOPLE = [f"arn:aws:iam::{MARKETING}:role/{name}" for name in ("marketing-analyst", "marketing-lead")]
# The region becomes internal, the analyst's filter shows other rows, and somebody new comes.
CHANGED = CONTRACT.replace("classification: public", "classification: internal").replace("EUROPE", "ASIA")
CHANGED_MESH = MESH.replace("{analyst: marketing-analyst}", "{analyst: marketing-analyst, lead: marketing-lead}")
CHANGED_MESH = CHANGED_MESH.replace("to: marketing.analyst", "to: marketing.lead")
CHANGED_MESH = CHANGED_MESH.replace("open: {sensitivity: [public]}", "open: {sensitivity: [public, internal]}")


def shown(state: State) -> set[tuple[str, str, str]]:
    """What the people of marketing see by their grants: column by column, in which rows."""
    evaluator = Evaluator(state)
    return {
        (who, f"{table.name}.{column}", portion.rows)
        for who in PEOPLE
        for table in state.tables
        if table.catalog == GOVERNANCE
        for portion in evaluator.access(who, table).given
        for column in portion.columns
    }


def copies_of(root: Path, project: Project, folder: Path) -> list[Path]:
    """A copy of the accounts after each call that changes something, while the plan of the project is applied."""
    found: list[Path] = []

    def keep(name: str, phase: str) -> None:
        if phase == "after" and name.split(".")[1].startswith(WRITES):
            copy = folder / str(len(found))
            shutil.copytree(root / ".mesh", copy)
            found.append(copy)

    apply(project, World(root / ".mesh", keep), "me", dangerous=True)
    return found


@pytest.mark.parametrize("kind", ["first", "changed"])
def test_a_crash_after_any_call_is_healed_by_the_next_application(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "project"
    project = written(root)
    if kind == "changed":
        apply(project, World(root / ".mesh"), "me")
        project = written(root, CHANGED_MESH, CHANGED)
    before = shown(observed(project, World(root / ".mesh")))
    copies = copies_of(root, project, tmp_path)
    after = observed(project, World(root / ".mesh"))
    assert len(copies) >= 7
    assert before != shown(after)
    for number, copy in enumerate(copies):
        world = World(copy)
        more = shown(observed(project, world)) - before - shown(after)
        assert not more, f"after call {number}: {sorted(more)}"
        if number % (8 if kind == "first" else 2) == 0:  # all of them would take a minute
            apply(project, world, "me", dangerous=True)
            assert observed(project, world) == after


def test_lost_replies_change_nothing_about_the_end(project: Project, world: World) -> None:
    lost: set[str] = set()

    def lose(name: str, phase: str) -> None:
        first = len(world.calls) and f"{name} {world.calls.count(name)}"
        if phase == "after" and name.split(".")[1].startswith(WRITES) and world.calls.count(name) % 2 and first:
            lost.add(str(first))
            raise ReadTimeoutError(endpoint_url="https://embedded.invalid")

    world.fault = lose
    apply(project, world, "me")
    assert len(lost) >= 10
    world.fault = lambda _, __: None
    assert not planned(project, world).changes


def test_an_account_that_is_busy_is_asked_again(project: Project, world: World) -> None:
    def busy(name: str, phase: str) -> None:
        if phase == "before" and world.calls.count(name) % 2:
            code = "ConcurrentModificationException" if name.startswith("lakeformation") else "ThrottlingException"
            raise ClientError({"Error": {"Code": code, "Message": "later"}}, name)

    world.fault = busy
    apply(project, world, "me")
    world.fault = lambda _, __: None
    assert not planned(project, world).changes
