"""What holds in every state, whoever asks about whatever."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.govern.evaluate import Access, ColumnAccess, Evaluator
from mesh_etl.govern.state import (
    AllTables,
    Cells,
    Columns,
    ColumnsBut,
    Database,
    Filter,
    GrantKey,
    Rights,
    State,
    Table,
    Tagged,
)
from tests.unit.govern.evaluate import worlds
from tests.unit.govern.evaluate.stated import HOME, principal

EVERYBODY = (*worlds.PEOPLE, principal("B"))


def answers(state: State) -> dict[tuple[str, Table], Access]:
    evaluator = Evaluator(state)
    return {(who, table): evaluator.access(who, table) for who, table in product(EVERYBODY, worlds.TABLES)}


def shows_no_less(more: ColumnAccess, less: ColumnAccess) -> bool:
    """Whether each row that `less` shows is shown by `more`, as far as the text of conditions says."""
    if less.verdict == "denied":
        return True
    return more.verdict == "allowed" and (not more.rows or (bool(less.rows) and set(less.rows) <= set(more.rows)))


def no_less(after: State, before: State) -> bool:
    old, new = answers(before), answers(after)
    return all(
        new[at].rights >= old[at].rights
        and all(
            shows_no_less(new[at].column(name), old[at].column(name))
            and shows_no_less(new[at].granted(name), old[at].granted(name))
            for name in worlds.NAMES
        )
        for at in old
    )


@given(worlds.states(), worlds.keys, worlds.rights)
def test_another_grant_never_shows_less(state: State, key: GrantKey, rights: Rights) -> None:
    grants = dict(state.grants)
    grants[key] = grants[key] | rights if key in grants else rights
    assert no_less(replace(state, grants=grants), state)


@given(worlds.states(), worlds.filters, worlds.cells, worlds.some_names)
def test_a_narrower_filter_never_shows_more(
    state: State, resource: Filter, cells: Cells, kept: tuple[str, ...]
) -> None:
    wide = Cells(columns=worlds.NAMES) if cells.rows else replace(cells, columns=worlds.NAMES, excluded=())
    narrow = replace(wide, rows=cells.rows, columns=kept)
    in_wide, in_narrow = (replace(state, filters={**state.filters, resource: one}) for one in (wide, narrow))
    assert no_less(in_wide, in_narrow)


@given(worlds.states(), st.data())
def test_revoking_undoes_granting(state: State, data: st.DataObject) -> None:
    key = data.draw(worlds.keys.filter(lambda one: one not in state.grants))
    granted = replace(state, grants={**state.grants, key: data.draw(worlds.rights)})
    revoked = replace(granted, grants={one: rights for one, rights in granted.grants.items() if one != key})
    assert answers(revoked) == answers(state)


@given(worlds.states())
def test_nobody_sees_anything_without_a_grant(state: State) -> None:
    for (who, _), answer in answers(replace(state, grants={})).items():
        assert answer.denied, who
        assert not answer.given
        assert not answer.rights
        assert answer.obstacles


@given(worlds.states())
def test_nobody_of_another_account_sees_anything_without_an_active_share(state: State) -> None:
    for (who, _), answer in answers(replace(state, shares={})).items():
        assert f"::{HOME}:" in who or not (answer.given or answer.rights)


@given(worlds.states())
def test_what_is_read_was_given(state: State) -> None:
    for answer in answers(state).values():
        assert set(answer.portions) <= set(answer.given)
        for portion in answer.given:
            assert all(key in state.grants for key in portion.grants)


@given(worlds.states(), st.randoms())
def test_equal_states_give_equal_answers(state: State, chance: random.Random) -> None:
    def shuffled(name: str) -> dict[object, object]:
        items = list(getattr(state, name).items())
        chance.shuffle(items)
        return dict(items)

    other = State(**{one.name: shuffled(one.name) for one in fields(State)})
    assert answers(other) == answers(state)


@given(worlds.states(), worlds.tables, st.sampled_from(worlds.NAMES), st.data())
def test_the_nearer_tag_wins(state: State, table: Table, name: str, data: st.DataObject) -> None:
    """What is set on the column itself decides, whatever the table and the database have under the same keys."""
    own = {"k": data.draw(st.sampled_from("uv")), "l": data.draw(st.sampled_from("uv"))}
    set_here = {**state.assigned, Columns(table, (name,)): own}
    farther = {**set_here, table: data.draw(worlds.tags), Database(HOME, "db"): data.draw(worlds.tags)}
    before, after = (answers(replace(state, assigned=assigned)) for assigned in (set_here, farther))
    for who in EVERYBODY:
        assert before[who, table].column(name) == after[who, table].column(name)


@given(worlds.states())
def test_a_role_of_the_account_sees_what_its_grants_say_cell_by_cell(state: State) -> None:
    """The same answer from the words of the documentation, one column and one grant after the other."""
    who = principal("analyst")
    for table, name in product(worlds.TABLES, worlds.NAMES):
        rows = {
            condition
            for key, rights in state.grants.items()
            if key.account == HOME and key.principal in (who, principal("A:everyone"))
            if rights.permissions & {"SELECT", "ALL"}
            if (condition := _shown(state, key, table, name)) is not None
        }
        want = ColumnAccess(name, "allowed", () if "" in rows else tuple(sorted(rows))) if rows else None
        assert Evaluator(state).access(who, table).column(name) == (want or ColumnAccess(name, "denied"))


def _shown(state: State, key: GrantKey, table: Table, name: str) -> str | None:
    """The condition under which the grant shows the column; None where it does not."""
    match key.resource:
        case Table():
            return "" if key.resource == table else None
        case AllTables():
            return ""
        case Columns(of, names):
            return "" if of == table and name in names else None
        case ColumnsBut(of, names):
            return "" if of == table and name not in names else None
        case Filter(of):
            cells = state.filters.get(key.resource)
            if of != table or cells is None:
                return None
            shown = name not in cells.excluded if cells.columns is None else name in cells.columns
            return cells.rows if shown else None
        case Tagged(_, "TABLE", keys, saved):
            wanted = state.expressions.get((HOME, saved), ()) if saved else keys
            tags = {
                one: value
                for on in (Database(HOME, "db"), table, Columns(table, (name,)))
                for one, value in state.assigned.get(on, {}).items()
            }
            return "" if wanted and all(tags.get(one) in values for one, values in wanted) else None
    return None
