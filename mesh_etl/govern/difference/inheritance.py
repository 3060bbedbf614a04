"""The tags that hold on a resource: its own before its table's, its table's before its database's."""

from __future__ import annotations

from collections.abc import Mapping

from mesh_etl.govern.state import Columns, Database, State, Table

Tagable = Database | Table | Columns
Assigned = Mapping[Tagable, Mapping[str, str]]


def line(resource: Tagable) -> tuple[Tagable, ...]:
    """The resource and those that it inherits from, the nearest first."""
    match resource:
        case Columns(table):
            return (resource, *line(table))
        case Table(catalog, database):
            return resource, Database(catalog, database)
    return (resource,)


def effective(assigned: Assigned, resource: Tagable) -> dict[str, str]:
    """All tags that hold on the resource.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/how-TBAC-works.html
    """
    found: dict[str, str] = {}
    for one in reversed(line(resource)):
        found.update(assigned.get(one, {}))
    return found


def column(table: Table, name: str) -> Columns:
    """One column of the table, as states name it."""
    return Columns(table, (name,))


def columns(state: State, table: Table) -> tuple[Columns, ...]:
    """Each column of the table that the state knows."""
    entry = state.tables.get(table)
    return tuple(column(table, name) for name in entry.columns) if entry else ()
