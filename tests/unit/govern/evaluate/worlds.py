"""Small states of all kinds, for laws that hold in each of them."""

from __future__ import annotations

from hypothesis import strategies as st

from mesh_etl.govern.state import (
    AllTables,
    Cells,
    Columns,
    ColumnsBut,
    Database,
    DatabaseEntry,
    Filter,
    GrantKey,
    Resource,
    Rights,
    Share,
    State,
    Table,
    TableEntry,
    Tagged,
    expression,
)
from tests.unit.govern.evaluate.stated import ACCOUNTS, HOME, principal

NAMES = ("a", "b", "c")
TABLES = tuple(Table(HOME, "db", name) for name in ("one", "two"))
PEOPLE = tuple(map(principal, ("analyst", "B/analyst", "C/analyst")))
HOLDERS = (*PEOPLE, *map(principal, ("B", "A:everyone", "B:everyone")))
ROWS = ("", "x = 1", "x = 2")
LINK = Database(ACCOUNTS["B"], "db")

tables = st.sampled_from(TABLES)
some_names = st.sets(st.sampled_from(NAMES), min_size=1).map(lambda names: tuple(sorted(names)))
tags = st.dictionaries(st.sampled_from(("k", "l")), st.sampled_from(("u", "v")), max_size=2)
expressions = st.dictionaries(
    st.sampled_from(("k", "l")), st.sets(st.sampled_from(("u", "v")), min_size=1), min_size=1
).map(expression)
filters = st.builds(Filter, tables, st.sampled_from(("f", "g")))
resources: st.SearchStrategy[Resource] = st.one_of(
    tables,
    st.builds(Columns, tables, some_names),
    st.builds(ColumnsBut, tables, some_names),
    filters,
    st.just(AllTables(HOME, "db")),
    st.builds(Tagged, st.just(HOME), st.sampled_from(("TABLE", "DATABASE")), expressions),
    st.just(Tagged(HOME, "TABLE", saved="s")),
)
permissions = st.sets(st.sampled_from(("SELECT", "DESCRIBE", "INSERT", "ALL")), min_size=1).map(frozenset)
rights = st.builds(lambda given, passes: Rights(given, given if passes else frozenset()), permissions, st.booleans())
keys = st.builds(GrantKey, st.sampled_from((HOME, ACCOUNTS["B"])), st.sampled_from(HOLDERS), resources)
tagged = st.one_of(
    st.just(Database(HOME, "db")),
    tables,
    st.builds(lambda table, name: Columns(table, (name,)), tables, st.sampled_from(NAMES)),
)
cells = st.builds(
    lambda rows, names, without: Cells(rows, None if without else names, names if without else ()),
    st.sampled_from(ROWS),
    some_names,
    st.booleans(),
)
sees_link = GrantKey(LINK.catalog, principal("B/analyst"), LINK)


@st.composite
def states(draw: st.DrawFn) -> State:
    """A state with two tables of three columns, and whatever may be said about them."""
    grants = draw(st.dictionaries(keys, rights, max_size=5))
    if draw(st.booleans()):
        grants[sees_link] = Rights(frozenset({"DESCRIBE"}))
    share = draw(st.sampled_from(("ACTIVE", "ACTIVE", "PENDING", None)))
    return State(
        expressions={(HOME, "s"): draw(expressions)} if draw(st.booleans()) else {},
        databases={Database(HOME, "db"): DatabaseEntry(), LINK: DatabaseEntry(target=Database(HOME, "db"))},
        tables={table: TableEntry(NAMES) for table in TABLES},
        assigned=draw(st.dictionaries(tagged, tags, max_size=5)),
        filters=draw(st.dictionaries(filters, cells, max_size=3)),
        grants=grants,
        shares={(HOME, LINK.catalog): Share(share)} if share else {},
    )
