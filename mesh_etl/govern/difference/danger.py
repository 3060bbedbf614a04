"""Changes that somebody should look at twice, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mesh_etl.govern.difference.bounds import Bounds, database_of
from mesh_etl.govern.difference.change import Change
from mesh_etl.govern.difference.inheritance import column, columns, effective
from mesh_etl.govern.state import (
    AllTables,
    Cells,
    Columns,
    ColumnsBut,
    Filter,
    GrantKey,
    Resource,
    Rights,
    Settings,
    State,
    Table,
    Tagged,
)
from mesh_etl.govern.state.groups import account_of

SHOWN = 5  # columns that a reason names


def dangers(change: Change, observed: State, after: State, bounds: Bounds) -> tuple[str, ...]:
    """The reasons to look twice at a change that leads from the state that was found towards `after`."""
    match change.part:
        case "grants":
            return (*_widened(change, after, bounds), *_taken(change))
        case "assigned":
            return tuple(_opened(change, observed, bounds))
        case "settings" if isinstance(change.before, Settings) and change.before.admins:
            return tuple(_handed_on(change.before, change.after))
        case "filters" if change.kind == "changed":
            return tuple(_filtered(change.before, change.after))
        case "expressions" if change.kind == "changed":
            return ("grants on the expression come to reach other data",)
        case "databases" | "tables" | "locations" | "tags" | "expressions" if change.kind == "removed":
            return ("whoever uses it loses it",)
        case "tags" if change.before and len(change.after) < len(change.before):
            return ("takes values from a tag: what has one of them loses it",)
    return ()


def _handed_on(before: Settings, after: Settings) -> Iterator[str]:
    """What the settings of an account come to let others do, who have been there before."""
    more = sorted(after.admins - before.admins)
    if more:
        yield f"makes {', '.join(more)} an administrator"
    if after.full_table_access > before.full_table_access:
        yield "whoever is shown all of a table can have credentials for its files, with any engine"


def _widened(change: Change, after: State, bounds: Bounds) -> Iterator[str]:
    """Personal data that is shown to somebody outside of the domain that publishes it."""
    key: GrantKey = change.key
    before = change.before or Rights(frozenset())
    if change.after is None or not {"SELECT", "ALL"} & (change.after.permissions - before.permissions):
        return
    database = database_of(key.resource)
    if database is not None and bounds.homes.get(database.name) == account_of(key.principal):
        return
    if isinstance(key.resource, Tagged):
        yield from _reached(key.resource, after, bounds)
        return
    for table, names in _shown(key.resource, after):
        strict = [name for name in names if _is_strict(effective(after.assigned, column(table, name)), bounds)]
        if strict:
            more = f" and {len(strict) - SHOWN} more" if len(strict) > SHOWN else ""
            yield f"shows the strictest class of {table.name}: {', '.join(strict[:SHOWN])}{more}"


def _shown(resource: Resource, state: State) -> Iterator[tuple[Table, tuple[str, ...]]]:
    """The columns that a right to select on the resource shows, by table."""
    match resource:
        case Table():
            yield resource, _names(state, resource)
        case AllTables(catalog, database):
            for table in state.tables:
                if (table.catalog, table.database) == (catalog, database):
                    yield table, _names(state, table)
        case Columns(table, names):
            yield table, names
        case ColumnsBut(table, names):
            yield table, tuple(name for name in _names(state, table) if name not in names)
        case Filter(table):
            cells = state.filters.get(resource, Cells())
            every = (name for name in _names(state, table) if name not in cells.excluded)
            yield table, cells.columns if cells.columns is not None else tuple(every)


def _names(state: State, table: Table) -> tuple[str, ...]:
    return tuple(one.names[0] for one in columns(state, table))


def _is_strict(tags: Mapping[str, str], bounds: Bounds) -> bool:
    judged = (key for key in bounds.strictest if len(bounds.values.get(key, ())) > 1)
    return any(tags.get(key) == bounds.strictest[key] for key in judged)


def _reached(resource: Tagged, after: State, bounds: Bounds) -> Iterator[str]:
    keys = resource.expression or after.expressions.get((resource.catalog, resource.saved), ())
    stated = dict(keys)
    for key, value in bounds.strictest.items():
        if resource.kind == "TABLE" and value in stated.get(key, (value,)):
            yield f"reaches data with {key}={value}"


def _taken(change: Change) -> Iterator[str]:
    key: GrantKey = change.key
    made_by = "ALL" in change.before.permissions if change.before else False  # what a maker has by itself
    if change.kind == "removed" and key.principal.startswith("arn:") and not made_by:
        yield "somebody loses a right"


def _opened(change: Change, observed: State, bounds: Bounds) -> Iterator[str]:
    before = observed.assigned.get(change.key, {})
    for key, value in (change.after or {}).items():
        ranks = bounds.values.get(key, ())
        old = before.get(key)
        if key in bounds.strictest and old in ranks and value in ranks and ranks.index(value) < ranks.index(old):
            yield f"opens {key} from {old} to {value}"


def _filtered(before: Cells, after: Cells) -> Iterator[str]:
    if before.rows != after.rows:
        yield "shows other rows"
    more = set(after.columns or ()) - set(before.columns or ())
    if before.columns is not None and (after.columns is None or more):
        yield f"shows more columns: {', '.join(sorted(more)) or 'all'}"
