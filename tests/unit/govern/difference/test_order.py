"""At no moment of a plan does anybody see what neither the state before nor the state after shows."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.govern.difference import Changes, applied, difference
from mesh_etl.govern.evaluate import Access, Evaluator, Portion
from mesh_etl.govern.state import State
from tests.unit.govern.difference.worlds import CONSUMER, PEOPLE, bounds, states

Cell = tuple[str, str, str, str]


def shown(state: State) -> set[Cell]:
    """Who sees which column of which table in which rows, by grants alone and where a link leads there."""
    evaluator = Evaluator(state)
    return {
        (how, principal, f"{table.name}.{column}", portion.rows)
        for principal in (*PEOPLE, CONSUMER)
        for table in state.tables
        for how, portions in _both(evaluator.access(principal, table))
        for portion in portions
        for column in portion.columns
    }


def _both(found: Access) -> Iterator[tuple[str, tuple[Portion, ...]]]:
    yield "given", found.given
    yield "readable", found.portions


def moments(observed: State, changes: Changes) -> Iterator[State]:
    state = observed
    for change in changes.changes:
        state = applied(state, [change])
        yield state


@settings(max_examples=60, deadline=None)
@given(states(), states())
def test_no_moment_shows_more_than_before_and_after(before: State, after: State) -> None:
    plan = difference(before, after, bounds(before, after))
    allowed = shown(before) | shown(applied(before, plan.changes))
    for number, moment in enumerate(moments(before, plan)):
        more = shown(moment) - allowed
        assert not more, f"after {plan.changes[number]}: {sorted(more)}"


@settings(max_examples=40, deadline=None)
@given(states(), states())
def test_what_was_applied_needs_nothing_more(before: State, after: State) -> None:
    limits = bounds(before, after)
    reached = applied(before, difference(before, after, limits).changes)
    assert not difference(reached, after, limits)


@settings(max_examples=40, deadline=None)
@given(states(), states(), st.data())
def test_a_plan_that_was_cut_off_is_finished_by_the_next_one(before: State, after: State, data: st.DataObject) -> None:
    limits = bounds(before, after)
    plan = difference(before, after, limits).changes
    middle = applied(before, plan[: data.draw(st.integers(0, len(plan)))])
    reached = applied(middle, difference(middle, after, limits).changes)
    assert not difference(reached, after, limits)
