"""Small states of a mesh with three accounts, made by hand and by hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from mesh_etl.govern.difference import Bounds, claimed
from mesh_etl.govern.state import (
    Cells,
    Columns,
    Database,
    DatabaseEntry,
    Filter,
    GrantKey,
    Resource,
    Rights,
    Settings,
    Share,
    State,
    Table,
    TableEntry,
    Tagged,
)

CENTRAL, PRODUCER, CONSUMER = "1" * 12, "2" * 12, "3" * 12
BASE = Database(CENTRAL, "demo_sales")
LINK = Database(CONSUMER, "demo_sales")
ORDERS, ITEMS = Table(CENTRAL, "demo_sales", "orders"), Table(CENTRAL, "demo_sales", "items")
SHAPES = {ORDERS: ("id", "email"), ITEMS: ("id",)}
LEVELS, ZONES = ("open", "inner", "strict"), ("north", "south")
SOME = Filter(ORDERS, "some")


def role(account: str, name: str) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


PEOPLE = (role(CENTRAL, "steward"), role(CONSUMER, "analyst"), role(CONSUMER, "intern"))
SELECT = Rights(frozenset({"SELECT", "DESCRIBE"}))
DESCRIBE = Rights(frozenset({"DESCRIBE"}))
GIVEN_ON = Rights(frozenset({"SELECT", "DESCRIBE"}), frozenset({"SELECT", "DESCRIBE"}))
BOUNDS = Bounds(
    "demo",
    CENTRAL,
    {"demo_sales": PRODUCER, "sales": PRODUCER},
    {"level": LEVELS, "zone": ZONES},
    {"level": "strict"},
)

tags = st.fixed_dictionaries({}, optional={"level": st.sampled_from(LEVELS), "zone": st.sampled_from(ZONES)})
expressions = st.one_of(
    st.builds(lambda level: (("level", level),), st.sampled_from([("open",), ("inner", "open"), ("strict",)])),
    st.builds(lambda zone: (("zone", (zone,)),), st.sampled_from(ZONES)),
    st.tuples(st.sampled_from(LEVELS), st.sampled_from(ZONES)).map(lambda two: (("level", two[:1]), ("zone", two[1:]))),
)  # fmt: skip
resources: st.SearchStrategy[Resource] = st.one_of(
    st.sampled_from([ORDERS, ITEMS, SOME, Columns(ORDERS, ("id",)), Columns(ORDERS, ("email", "id"))]),
    st.builds(lambda keys: Tagged(CENTRAL, "TABLE", keys), expressions),
    st.just(Tagged(CENTRAL, "TABLE", (), "saved")),
)


@st.composite
def states(draw: st.DrawFn) -> State:
    """A state in which the same tables are, under any tags, with any grants, filters, links and shares."""
    assigned = {}
    for one in (BASE, *SHAPES, *(Columns(table, (name,)) for table, names in SHAPES.items() for name in names)):
        found = draw(tags)
        if found:
            assigned[one] = found
    grants = {}
    for principal in (*PEOPLE, CONSUMER):
        for resource in draw(st.lists(resources, max_size=2)):
            grants[GrantKey(CENTRAL, principal, resource)] = GIVEN_ON if principal == CONSUMER else SELECT
    for principal in PEOPLE[1:]:
        for resource in draw(st.lists(st.sampled_from([ORDERS, ITEMS, Columns(ORDERS, ("id",))]), max_size=1)):
            grants[GrantKey(CONSUMER, principal, resource)] = SELECT
        if draw(st.booleans()):
            grants[GrantKey(CONSUMER, principal, LINK)] = DESCRIBE
    cells = Cells(
        draw(st.sampled_from(["", "zone = 1", "zone = 2"])), draw(st.sampled_from([("id",), ("email", "id")]))
    )
    databases = {BASE: DatabaseEntry()}
    if draw(st.booleans()):
        databases[LINK] = DatabaseEntry(target=BASE)
    shared = draw(st.sampled_from([None, Share("PENDING"), Share("ACTIVE")]))
    return State(
        settings={CENTRAL: Settings(cross_account_version=3, open_databases=False, open_tables=False)},
        tags={(CENTRAL, "level"): LEVELS, (CENTRAL, "zone"): ZONES},
        expressions={(CENTRAL, "saved"): draw(expressions)},
        databases=databases,
        tables={table: TableEntry(names) for table, names in SHAPES.items()},
        assigned=assigned,
        filters={SOME: cells},
        grants=grants,
        shares={(CENTRAL, CONSUMER): shared} if shared else {},
    )


def bounds(*seen: State) -> Bounds:
    """The bounds of a mesh that has made all that these states hold."""
    claims = BOUNDS.claims
    for state in seen:
        claims |= claimed(state)
    return Bounds(BOUNDS.mesh, BOUNDS.central, BOUNDS.homes, BOUNDS.values, BOUNDS.strictest, claims=claims)
