"""What a change lets people see, and what it takes away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given

from mesh_etl.govern.evaluate import Evaluator
from mesh_etl.govern.evaluate.widening import Change, changes
from mesh_etl.govern.state import State
from tests.unit.govern.evaluate import stated, worlds

ORDERS = {"tables": {"orders": ["id", "email", "total"]}, "grants": []}


def found(before: dict[str, Any], after: dict[str, Any], who: str = "analyst") -> list[tuple[Any, ...]]:
    old, new = (stated.state({**ORDERS, **case}) for case in (before, after))
    told = changes(Evaluator(old), Evaluator(new), [stated.principal(who)], [stated.table("orders")])
    return [(one.widens, one.kind, one.columns, one.before, one.after) for one in told]


def grants(*columns: str, **more: Any) -> dict[str, Any]:
    return {"grants": [{"to": "analyst", "on": {"table": "orders", "columns": list(columns)}}], **more}


def test_a_column_more_and_a_column_less() -> None:
    assert found(grants("id", "total"), grants("id", "email")) == [
        (True, "columns", ("email",), "denied", "allowed"),
        (False, "columns", ("total",), "allowed", "denied"),
    ]


def test_an_equal_state_changes_nothing() -> None:
    assert found(grants("id"), grants("id")) == []


def test_a_tag_that_becomes_looser_lets_a_column_through() -> None:
    tagged = {"grants": [{"to": "analyst", "on": {"tagged": {"level": ["public"]}}}]}
    strict = {**tagged, "tags": {"db": {"level": "public"}, "orders.email": {"level": "personal"}}}
    assert found(strict, {**tagged, "tags": {"db": {"level": "public"}}}) == [
        (True, "columns", ("email",), "denied", "allowed")
    ]


def of_rows(rows: str) -> dict[str, Any]:
    filters = {"f": {"table": "orders", "rows": rows}}
    return {"filters": filters, "grants": [{"to": "analyst", "on": {"table": "orders", "filter": "f"}}]}


def test_all_rows_in_place_of_some_widen_and_some_in_place_of_all_narrow() -> None:
    names = ("id", "email", "total")
    assert found(of_rows("id = 1"), of_rows("")) == [(True, "rows", names, "(id = 1)", "all rows")]
    assert found(of_rows(""), of_rows("id = 1")) == [(False, "rows", names, "all rows", "(id = 1)")]


def test_another_condition_counts_as_other_rows() -> None:
    assert found(of_rows("id = 1"), of_rows("id = 2"))[0][0] is True


def test_a_right_to_write_is_told_and_that_to_see_the_entry_is_not_told_beside_columns() -> None:
    after = {"grants": [{"to": "analyst", "on": {"table": "orders"}, "rights": ["SELECT", "INSERT", "DELETE"]}]}
    assert found({}, after) == [
        (True, "columns", ("id", "email", "total"), "denied", "allowed"),
        (True, "right", (), "", "DELETE, INSERT"),
    ]


def test_a_grant_without_a_resource_link_counts() -> None:
    after = {"grants": [{"to": "B/analyst", "on": {"table": "orders", "columns": ["id"]}}], "shares": {"B": "ACTIVE"}}
    assert found({}, after, "B/analyst") == [(True, "columns", ("id",), "denied", "allowed")]


def test_a_masked_column_that_is_shown_as_it_is_widens() -> None:
    view = {"v": {"of": "orders", "columns": ["id", "email"], "masked": ["email"], "sql": "SELECT 1"}}
    masked = {"views": view, "grants": [{"to": "analyst", "on": {"table": "v"}}]}
    shown = {
        **masked,
        "grants": [*masked["grants"], {"to": "analyst", "on": {"table": "orders", "columns": ["email"]}}],
    }
    assert (True, "columns", ("email",), "masked", "allowed") in found(masked, shown)


def test_an_administrator_by_accident_widens() -> None:
    assert found({}, {"admins": {"A": ["analyst"]}})[-1][:2] == (True, "administers")


@given(worlds.states(), worlds.states())
def test_going_back_is_the_change_the_other_way_round(one: State, other: State) -> None:
    def told(before: State, after: State) -> list[Change]:
        return list(changes(Evaluator(before), Evaluator(after), worlds.PEOPLE, worlds.TABLES))

    there, back = told(one, other), told(other, one)
    columns = [
        [(change.principal, change.table, change.columns, ends) for change in some if change.kind == "columns"]
        for some, ends in ((there, "there"), (back, "there"))
    ]
    assert sorted(columns[0], key=repr) == sorted(columns[1], key=repr)
    assert told(one, replace(one)) == []
