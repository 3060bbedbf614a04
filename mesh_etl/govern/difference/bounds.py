"""What belongs to the mesh: which account is what, how strict each tag value is, and what was made before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mesh_etl.govern.state import (
    AllTables,
    Catalog,
    Columns,
    ColumnsBut,
    Database,
    Filter,
    GrantKey,
    Location,
    Resource,
    SavedExpression,
    State,
    Table,
    Tagged,
    TagValues,
)

PRODUCT = "mesh_etl.product"  # the parameter of an entry that a run has made


@dataclass(frozen=True)
class Claims:
    """What earlier applications made: the principals that were given something, and things as (part, names…)."""

    principals: frozenset[str] = frozenset()
    things: frozenset[tuple[str, ...]] = frozenset()

    def __or__(self, other: Claims) -> Claims:
        return Claims(self.principals | other.principals, self.things | other.things)


@dataclass(frozen=True)
class Bounds:
    """Where the mesh ends.

    `homes` has the account of the producer by the name of each database, its own and the central one. `values` has the
    values of each LF-Tag, the most open one first, and `strictest` the one that stands for data that nobody has
    judged. With `exclusive` nobody else's grants are left on what the mesh holds. `governors` are those who apply all
    this, by ARN.
    """

    mesh: str
    central: str
    homes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    strictest: Mapping[str, str] = field(default_factory=dict)
    exclusive: bool = False
    governors: frozenset[str] = frozenset()
    claims: Claims = Claims()


def claimed(state: State) -> Claims:
    """What the state names, so that it is known as ours when a later configuration names it no more."""
    things = {
        *(("tags", *key) for key in state.tags),
        *(("expressions", *key) for key in state.expressions),
        *(("databases", one.catalog, one.name) for one in state.databases),
        *(("tables", one.catalog, one.database, one.name) for one in state.tables),
        *(("filters", one.table.catalog, one.table.database, one.table.name, one.name) for one in state.filters),
        *(("locations", *key) for key in state.locations),
    }
    return Claims(frozenset(key.principal for key in state.grants), frozenset(things))


def thing(part: str, key: object) -> tuple[str, ...]:
    """The entry as claims name it."""
    match key:
        case Database(catalog, name):
            return part, catalog, name
        case Table(catalog, database, name):
            return part, catalog, database, name
        case Filter(Table(catalog, database, table), name):
            return part, catalog, database, table, name
        case (str(account), str(name)):
            return part, account, name
    raise TypeError(f"no thing of a mesh: {key!r}")


def is_others(table: Table, observed: State, bounds: Bounds) -> bool:
    """Whether there is such a table, and neither an application nor a run of the mesh has made it."""
    entry = observed.tables.get(table)
    return (
        entry is not None
        and thing("tables", table) not in bounds.claims.things
        and PRODUCT not in dict(entry.parameters)
    )


def database_of(resource: Resource) -> Database | None:
    """The database that the resource is, or is in."""
    match resource:
        case Database():
            return resource
        case Table(catalog, database) | AllTables(catalog, database):
            return Database(catalog, database)
        case Columns(table) | ColumnsBut(table) | Filter(table):
            return Database(table.catalog, table.database)
    return None


def holds(bounds: Bounds, desired: State, resource: Resource) -> bool:
    """Whether the resource is one of the mesh's, as it is to be or as it was made before."""
    things = bounds.claims.things
    database = database_of(resource)
    if database is not None:
        return database in desired.databases or thing("databases", database) in things
    match resource:
        case TagValues(catalog, key):
            return (catalog, key) in desired.tags or ("tags", catalog, key) in things
        case SavedExpression(catalog, name):
            return (catalog, name) in desired.expressions or ("expressions", catalog, name) in things
        case Tagged(catalog, _, keys, saved):
            named = (catalog, saved) in desired.expressions or ("expressions", catalog, saved) in things
            return named or any((catalog, key) in desired.tags for key, _ in keys)
        case Location(catalog, arn):
            return (catalog, arn) in desired.locations or ("locations", catalog, arn) in things
        case Catalog(catalog):
            return catalog == bounds.central
    return False


def owner_of(key: GrantKey) -> str:
    """The account whose catalogue the granted resource is in."""
    database = database_of(key.resource)
    return database.catalog if database is not None else str(getattr(key.resource, "catalog", key.account))
