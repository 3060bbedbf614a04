"""The changes of a plan are made, in its order, until the accounts hold what is asked for."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PlanError, PublishError, RunError
from mesh_etl.govern.accounts import Accounts
from mesh_etl.govern.apply import lake, rights
from mesh_etl.govern.apply.batches import batches
from mesh_etl.govern.apply.catalogue import Inputs, database, table
from mesh_etl.govern.apply.joining import join, require_shareable
from mesh_etl.govern.difference import STEPS, Change, Changes, claimed
from mesh_etl.govern.difference.wording import line, said
from mesh_etl.govern.planned import ALL, Planned, Scope, planned, record

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.govern.state import State
    from mesh_etl.worlds import World

__all__ = ["Applied", "apply", "make"]

ROUNDS = 5  # a new thing comes with rights of its maker, which the next reading finds
Seen = Callable[[Change], None]
Planning = Callable[["Project", "World", Scope], Planned]


@dataclass(frozen=True)
class Applied:
    """What was changed, in the order in which it was, and what was left: nothing asked for, perhaps others' things."""

    made: tuple[Change, ...]
    left: Changes
    warnings: tuple[Fault, ...] = ()


def apply(
    project: Project,
    world: World,
    by: str,
    scope: Scope = ALL,
    *,
    dangerous: bool = False,
    inputs: Inputs = lambda _: None,
    seen: Seen = lambda _: None,
    planning: Planning = planned,
    clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
) -> Applied:
    """The accounts hold what is asked for, which reading back has shown; `by` is recorded as who did it.

    May be cut off anywhere and run again. Nothing is written where nothing is to change. `dangerous` allows changes
    that have a danger. `inputs` has the TableInput of a product's first entry; `seen` is told of each change made;
    `planning` says what is asked for.
    Raises `PlanError` (GOVERN_DANGEROUS), with nothing written, what `planned` raises, and `PublishError`, with the
    code of what went wrong, where some changes hold and others do not: run again.
    """
    accounts, kept = Accounts(project, world), record(project)
    made: list[Change] = []

    def changed(change: Change) -> None:
        made.append(change)
        seen(change)

    for number in range(ROUNDS):
        plan = planning(project, world, scope)
        if not plan.changes:
            if made:
                kept.add("applied", by, [line(one) for one in made], claimed(plan.desired), clock())
            return Applied(tuple(made), plan.changes, plan.warnings)
        if number == 0:  # what follows from the first plan was agreed to with it
            if plan.changes.dangerous and not dangerous:
                raise _dangerous(plan.changes)
            kept.add("begun", by, [line(one) for one in plan.changes.changes], claimed(plan.desired), clock())
        try:
            require_shareable(accounts, plan.changes.changes)
            make(accounts, plan.changes.changes, plan.desired, inputs, changed)
        except RunError as error:
            raise _half(error, len(made)) from error
        accounts.settle(number + 1)
    left = planning(project, world, scope).changes
    if not left:
        return Applied(tuple(made), left)
    problem = f"{len(left.changes)} changes do not hold after {ROUNDS} attempts, such as: {line(left.changes[0])}"
    raise PublishError(
        Fault("GOVERN_UNSETTLED", problem, fix="run it again, and see mesh-etl govern plan"), retryable=True
    )


def make(accounts: Accounts, changes: Sequence[Change], desired: State, inputs: Inputs, seen: Seen) -> None:
    """The changes are made one after the other. Raises `RunError`; those that `seen` was told of hold."""
    for batch in batches(changes):
        first = batch[0]
        match first.part:
            case "settings":
                lake.settings(accounts, first)
            case "tags":
                lake.tag(accounts, first)
            case "expressions":
                lake.saved_expression(accounts, first)
            case "filters":
                lake.cells(accounts, first)
            case "locations":
                lake.location(accounts, first)
            case "databases":
                database(accounts, first)
            case "tables":
                table(accounts, first, inputs)
            case "assigned":
                rights.tags(accounts, batch)
            case "grants":
                rights.grants(accounts, batch)
            case "shares":
                join(accounts, first, desired)
        for change in batch:
            seen(change)


def _dangerous(changes: Changes) -> PlanError:
    fix = "look at them in mesh-etl govern plan, then say --allow-dangerous"
    return PlanError(
        *(
            Fault("GOVERN_DANGEROUS", f"{said(one)}: {'; '.join(one.dangers)}", STEPS[one.step], fix)
            for one in changes.dangerous
        )
    )


def _half(error: RunError, made: int) -> PublishError:
    """What went wrong, and what holds nevertheless."""
    held = f"{made} {'change holds' if made == 1 else 'changes hold'}; mesh-etl govern apply goes on from there"
    faults = [replace(one, fix=f"{one.fix}; {held}" if one.fix else held) for one in error.faults]
    return PublishError(*faults, retryable=error.retryable)
