"""Each moment of an application that a mesh goes through: who sees what then, and that it can be taken up from there.

The accounts are kept as they are after each call that changes something, and looked at one by one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from botocore.exceptions import ReadTimeoutError

from mesh_etl.config import Project
from mesh_etl.embedded_aws import FILE
from mesh_etl.embedded_aws.lakeformation import rights
from mesh_etl.embedded_aws.operations import Call
from mesh_etl.embedded_aws.store import Store
from mesh_etl.govern.apply import apply
from mesh_etl.govern.difference.inheritance import column, effective
from mesh_etl.govern.evaluate import Evaluator
from mesh_etl.govern.observe import observed
from mesh_etl.govern.planned import planned
from mesh_etl.govern.principals import people
from mesh_etl.govern.state import State
from tests.aws.govern.conftest import GOVERNANCE, MARKETING, SALES, WRITES, World
from tests.aws.govern.scenarios import FINANCE, SCENARIOS, Setup

HEALED = int(os.environ.get("MESH_FAULT_HEALED", "1"))  # moments of each scenario from which it is taken up
LEVELS = ("public", "internal", "secret", "personal")
STRANGERS = [f"arn:aws:iam::{one}:role/stranger" for one in (GOVERNANCE, SALES, MARKETING, FINANCE)]


class Cell(NamedTuple):
    """Who sees which column of which table, in which rows; `how` says by whose word."""

    how: str
    who: str
    table: str
    column: str
    rows: str


@dataclass
class Course:
    """A scenario up to where it begins, with what there is of the mesh between its calls."""

    root: Path
    setup: Setup
    project: Project
    before: State
    seen_before: set[Cell]

    def moments(self, folder: Path) -> list[Path]:
        """What the mesh is after each call that changes something, while the application goes on to its end."""
        found: list[Path] = []

        def keep(name: str, phase: str) -> None:
            if phase == "after" and name.split(".")[1].startswith(WRITES):
                found.append(folder / str(len(found)))
                shutil.copytree(self.root / ".mesh", found[-1])

        apply(self.project, World(self.root / ".mesh", keep), "me", dangerous=True)
        return found

    def back_to(self, moment: Path) -> None:
        """The accounts and the record of applications are as they were then."""
        shutil.rmtree(self.root / ".mesh", ignore_errors=True)
        if moment.exists():
            shutil.copytree(moment, self.root / ".mesh")


def begun(root: Path, name: str) -> Course:
    first, second = SCENARIOS[name]
    world = World(root / ".mesh")
    if first is not None:
        apply(first.write(root), world, "me")
    project = second.write(root)
    before = observed(project, world)
    return Course(root, second, project, before, shown(project, before, root / ".mesh"))


def shown(project: Project, state: State, home: Path) -> set[Cell]:
    """What the people of the mesh and strangers see: as the evaluator says, and as the accounts do."""
    evaluator, found = Evaluator(state), set[Cell]()
    everybody = [*people(project.mesh).values(), *STRANGERS]
    tables = [one for one, entry in state.tables.items() if entry.kind != "link"]
    for who in everybody:
        for table in tables:
            name, answer = f"{table.catalog}/{table.database}.{table.name}", evaluator.access(who, table)
            for how, portions in (("given", answer.given), ("readable", answer.portions)):
                found |= {Cell(how, who, name, one, part.rows) for part in portions for one in part.columns}
    if (home / FILE).exists():
        with Store(home / FILE).reading() as sql:
            for who in everybody:
                for table in tables:
                    region = project.identity("governance").region
                    call = Call({}, f"{table.catalog}/{region}", table.catalog, region, who, sql, 0.0)
                    name = f"{table.catalog}/{table.database}.{table.name}"
                    columns = rights.selected(call, table.catalog, table.database, table.name)
                    found |= {Cell("accounts", who, name, one, "") for one in columns}
    return found


def opened(moment: State, before: State, after: State) -> Iterable[str]:
    """Columns that are tagged less strictly than both before and after, or not at all."""
    for table, entry in moment.tables.items():
        if table.catalog != GOVERNANCE:
            continue
        for name in entry.columns:
            one = column(table, name)
            there = [
                state for state in (before, after) if table in state.tables and name in state.tables[table].columns
            ]
            least = min(LEVELS.index(effective(state.assigned, one)["sensitivity"]) for state in there)
            now = effective(moment.assigned, one).get("sensitivity")
            if now is None or LEVELS.index(now) < least:
                yield f"{table.name}.{name} is {now}"


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_moment_shows_more_and_each_can_be_taken_up(tmp_path: Path, name: str) -> None:
    course = begun(tmp_path / "project", name)
    moments = course.moments(tmp_path)
    home = course.root / ".mesh"
    world = World(home)
    after = observed(course.project, world)
    allowed = course.seen_before | shown(course.project, after, home)
    assert moments
    assert not planned(course.project, world).changes
    for number, moment in enumerate(moments):
        course.back_to(moment)  # and looked at with clients that are there: to make them takes a fifth of the time
        state = observed(course.project, world)
        more = shown(course.project, state, home) - allowed
        assert not more, f"after call {number}: {sorted(more)}"
        assert not [*opened(state, course.before, after)], f"after call {number}"
    few = max(1, len(moments) // HEALED)
    for number in range(len(name) % few, len(moments), few):
        course.back_to(moments[number])
        apply(course.project, world, "me", dangerous=True)
        assert observed(course.project, world) == after, f"taken up after call {number}"
    again = World(home)
    assert not apply(course.project, again, "me").made
    assert again.writes == []


@pytest.mark.parametrize("name", [*SCENARIOS][:: len(SCENARIOS) // 4])
@pytest.mark.parametrize("phase", ["before", "after"])
def test_calls_without_a_reply_lead_to_the_same_end(tmp_path: Path, name: str, phase: str) -> None:
    course = begun(tmp_path / "project", name)
    home = course.root / ".mesh"
    kept = tmp_path / "kept"
    if home.exists():
        shutil.copytree(home, kept)
    apply(course.project, World(home), "me", dangerous=True)
    after = observed(course.project, World(home))
    course.back_to(kept)
    world = World(home)

    def lose(name: str, at: str) -> None:
        if at == phase and name.split(".")[1].startswith(WRITES) and world.calls.count(name) % 2:
            raise ReadTimeoutError(endpoint_url="https://embedded.invalid")

    world.fault = lose
    apply(course.project, world, "me", dangerous=True)
    world.fault = lambda _, __: None
    assert observed(course.project, world) == after
