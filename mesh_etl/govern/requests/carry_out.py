"""A decision becomes grants: of all that the mesh's configuration asks for, what follows from this request alone."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PublishError, RunError
from mesh_etl.govern.accounts import Accounts
from mesh_etl.govern.apply import ROUNDS, make
from mesh_etl.govern.compile import governance
from mesh_etl.govern.difference import Change, claimed
from mesh_etl.govern.difference.makers import of_makers
from mesh_etl.govern.difference.wording import line
from mesh_etl.govern.planned import planned, record
from mesh_etl.govern.requests.desk import Desk
from mesh_etl.govern.state import State

if TYPE_CHECKING:
    from mesh_etl.govern.requests.request import Request
    from mesh_etl.worlds import World


def carry_out(desk: Desk, world: World, request: Request, by: str) -> tuple[Change, ...]:
    """What the request gives is in the accounts, or out of them; returns the changes that were made.

    It was agreed to with the decision, dangerous or not. Whatever else the accounts lack is left to `govern apply`.
    Raises `ConfigError` and `PlanError` for a configuration that cannot be applied, `RunError` where the accounts
    cannot be read, and `PublishError` where only some changes hold: the decision does in any case.
    """
    kept, made = record(desk.project), list[Change]()
    others = [one for one in desk.approved() if one.id != request.id]
    without = governance(desk.project, others, desk.today).state
    with_it = governance(desk.project, [*others, request.approved()], desk.today).state
    own = set(_unlike(without, with_it))
    for _ in range(ROUNDS):
        plan = planned(desk.project, world)
        taken = of_makers(plan.changes.changes, made)
        changes = [one for one in plan.changes.changes if (one.part, one.key) in own or one in taken]
        if not changes:
            break
        if not made:
            kept.add("begun", by, [line(one) for one in changes], claimed(plan.desired), desk.clock())
        before = len(made)
        try:
            make(Accounts(desk.project, world), changes, plan.desired, lambda _: None, made.append)
        except RunError as error:
            first = error.faults[0]
            problem = f"{first.problem}; the decision and {len(made) - before} of {len(changes)} changes hold"
            fault = Fault(first.code, problem, first.where, "run mesh-etl govern apply")
            raise PublishError(fault, retryable=error.retryable) from error
    if made:
        kept.add("applied", by, [line(one) for one in made], claimed(plan.desired), desk.clock())
    return tuple(made)


def _unlike(one: State, other: State) -> list[tuple[str, object]]:
    """The entries in which two states differ, each by its part and key."""
    found = []
    for part in (field.name for field in fields(State)):
        left, right = getattr(one, part), getattr(other, part)
        found += [(part, key) for key in {*left, *right} if left.get(key) != right.get(key)]
    return found
