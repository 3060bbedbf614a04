"""Which changes a plan has, whose they are, and which of them are dangerous."""

from __future__ import annotations

from dataclasses import replace

from mesh_etl.govern.apply.batches import batches
from mesh_etl.govern.difference import Bounds, Change, applied, claimed, difference
from mesh_etl.govern.state import (
    Cells,
    Columns,
    Database,
    DatabaseEntry,
    GrantKey,
    Rights,
    Settings,
    State,
    Table,
    TableEntry,
)
from mesh_etl.govern.state.groups import EVERYBODY
from tests.unit.govern.difference.worlds import (
    BASE,
    BOUNDS,
    CENTRAL,
    CONSUMER,
    LEVELS,
    ORDERS,
    PEOPLE,
    SELECT,
    SOME,
)

LEVEL = {"level": "strict"}
ID, EMAIL = Columns(ORDERS, ("id",)), Columns(ORDERS, ("email",))
BEFORE = State(
    settings={CENTRAL: Settings(frozenset({PEOPLE[0]}), 3, False, False)},
    tags={(CENTRAL, "level"): LEVELS},
    databases={BASE: DatabaseEntry()},
    tables={ORDERS: TableEntry(("id", "email"))},
    assigned={BASE: {"level": "strict"}, ID: {"level": "open"}, EMAIL: {"level": "strict"}},
    filters={SOME: Cells("", ("id",))},
)
ANALYST = GrantKey(CENTRAL, PEOPLE[1], ORDERS)


def changes(after: State, before: State = BEFORE, bounds: Bounds = BOUNDS) -> list[Change]:
    return list(difference(before, after, bounds).changes)


def dangers(after: State, before: State = BEFORE) -> list[str]:
    return [reason for change in changes(after, before) for reason in change.dangers]


def test_equal_states_need_nothing() -> None:
    assert changes(BEFORE) == []


def test_whole_table_with_personal_columns_is_dangerous_to_give() -> None:
    assert dangers(replace(BEFORE, grants={ANALYST: SELECT})) == ["shows the strictest class of orders: email"]
    narrow = {GrantKey(CENTRAL, PEOPLE[1], SOME): SELECT}
    assert dangers(replace(BEFORE, grants=narrow)) == []


def test_a_lower_tag_is_dangerous_and_a_higher_one_is_not() -> None:
    lower = {**BEFORE.assigned, EMAIL: {"level": "inner"}}
    assert dangers(replace(BEFORE, assigned=lower)) == ["opens level from strict to inner"]
    assert dangers(replace(BEFORE, assigned={**BEFORE.assigned, ID: {"level": "strict"}})) == []


def test_columns_get_their_own_tags_before_those_of_their_table_change() -> None:
    after = replace(BEFORE, assigned={**BEFORE.assigned, BASE: {"level": "open"}})
    order = [(change.key, change.after) for change in changes(after)]
    assert order[-1] == (BASE, {"level": "open"}) or order.index((BASE, {"level": "open"})) > order.index(
        (EMAIL, {"level": "strict"})
    )
    assert (EMAIL, {"level": "strict"}) in order  # it may have been inherited only


def test_a_right_that_is_replaced_is_given_before_the_old_one_goes() -> None:
    old, new = {ANALYST: SELECT}, {GrantKey(CENTRAL, PEOPLE[1], SOME): SELECT}
    before = replace(BEFORE, grants=old)
    kinds = [change.kind for change in changes(replace(BEFORE, grants=new), before)]
    assert kinds == ["added"] or kinds == ["added", "removed"]


def test_what_others_gave_is_told_and_what_everybody_has_goes() -> None:
    foreign = GrantKey(CENTRAL, f"arn:aws:iam::{CENTRAL}:role/auditor", ORDERS)
    opened = GrantKey(CENTRAL, EVERYBODY, ORDERS)
    found = difference(replace(BEFORE, grants={foreign: SELECT, opened: Rights(frozenset({"ALL"}))}), BEFORE, BOUNDS)
    assert [(change.key, change.after) for change in found.changes] == [(opened, None)]
    assert [one.key for one in found.foreign] == [foreign]
    exclusive = difference(replace(BEFORE, grants={foreign: SELECT}), BEFORE, replace(BOUNDS, exclusive=True))
    assert [change.key for change in exclusive.changes] == [foreign]


def test_only_what_was_claimed_before_is_dropped() -> None:
    more = Table(CENTRAL, "demo_sales", "more")
    found = replace(BEFORE, tables={**BEFORE.tables, more: TableEntry(("id",))})
    assert changes(BEFORE, found) == []
    (dropped,) = changes(BEFORE, found, replace(BOUNDS, claims=claimed(found)))
    assert (dropped.key, dropped.kind, dropped.dangers) == (more, "removed", ("whoever uses it loses it",))


def test_columns_that_no_run_has_published_wait() -> None:
    published = TableEntry(("id",), parameters=(("mesh_etl.published_seq", "1"),))
    before = replace(BEFORE, tables={ORDERS: published}, assigned={ID: {"level": "open"}})
    after = replace(BEFORE, assigned={ID: {"level": "open"}, EMAIL: {"level": "strict"}})
    found = difference(before, replace(after, grants={GrantKey(CENTRAL, PEOPLE[1], EMAIL): SELECT}), BOUNDS)
    assert found.waiting == ((ORDERS, ("email",)),)
    assert not found.changes


def test_a_database_where_a_link_is_to_be_is_told_and_left() -> None:
    here = Database(CONSUMER, "demo_sales")
    before = replace(BEFORE, databases={**BEFORE.databases, here: DatabaseEntry()})
    after = replace(BEFORE, databases={**BEFORE.databases, here: DatabaseEntry(target=BASE)})
    found = difference(before, after, BOUNDS)
    assert not found.changes
    assert [one.key for one in found.foreign] == [here]


def test_columns_of_one_grant_count_one_by_one() -> None:
    both = GrantKey(CENTRAL, PEOPLE[1], Columns(ORDERS, ("email", "id")))
    one = GrantKey(CENTRAL, PEOPLE[1], ID)
    (change,) = changes(replace(BEFORE, grants={one: SELECT}), replace(BEFORE, grants={both: SELECT}))
    assert (change.key.resource, change.after) == (EMAIL, None)
    assert not difference(
        applied(replace(BEFORE, grants={both: SELECT}), []), replace(BEFORE, grants={both: SELECT}), BOUNDS
    )


def test_grants_of_one_account_go_together() -> None:
    shops = [str(number) * 12 for number in (4, 5)]
    given = {
        GrantKey(account, f"arn:aws:iam::{account}:role/r{number}", Database(account, "sales")): SELECT
        for number in range(30)
        for account in shops
    }
    after = replace(BEFORE, databases={one: DatabaseEntry() for one in {BASE, *(key.resource for key in given)}})
    plan = difference(after, replace(after, grants={**after.grants, **given}), BOUNDS)
    calls = [batch for batch in batches(plan.changes) if batch[0].part == "grants"]
    assert [(batch[0].account, len(batch)) for batch in calls] == [(one, n) for one in shops for n in (20, 10)]


def test_a_column_that_no_contract_has_any_more_is_closed() -> None:
    entry = TableEntry(("id", "email"), parameters=(("mesh_etl.published_seq", "7"),))
    before = replace(BEFORE, tables={ORDERS: entry})
    after = replace(before, tables={ORDERS: TableEntry(("email",))}, assigned={BASE: {"level": "strict"}, EMAIL: LEVEL})
    (change,) = difference(before, after, BOUNDS).changes
    assert (change.key, change.after) == (ID, LEVEL)
    assert not difference(applied(before, [change]), after, BOUNDS)
