"""The parts of a state as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mesh_etl.govern.state.resources import (
    AllTables,
    Catalog,
    Columns,
    ColumnsBut,
    Database,
    Expression,
    Filter,
    Location,
    Resource,
    SavedExpression,
    Table,
    Tagged,
    TagValues,
)

if TYPE_CHECKING:
    from mesh_etl.govern.state.entries import Cells, DatabaseEntry, Rights, TableEntry

Name = Callable[[str], str]


def resource(what: Resource, name: Name = str) -> str:
    """A resource as people read it: `table governance/demo_sales.orders`."""
    match what:
        case Catalog(catalog):
            return f"catalogue {name(catalog)}"
        case Database(catalog, database_):
            return f"database {name(catalog)}/{database_}"
        case Table():
            return f"table {_table(what, name)}"
        case AllTables(catalog, database_):
            return f"all tables of {name(catalog)}/{database_}"
        case Columns(table, names):
            return f"{'column' if len(names) == 1 else 'columns'} {_table(table, name)}({', '.join(names)})"
        case ColumnsBut(table, names):
            return f"columns {_table(table, name)}(all but {', '.join(names)})"
        case Filter(table, filter_):
            return f"filter {_table(table, name)}[{filter_}]"
        case TagValues(catalog, key, values):
            return f"tag {name(catalog)}/{key}={'|'.join(values)}"
        case SavedExpression(catalog, saved):
            return f"expression {name(catalog)}/{saved}"
        case Tagged(catalog, kind, keys, saved):
            what_kind = "databases" if kind == "DATABASE" else "tables"
            return f"{what_kind} of {name(catalog)} tagged {saved or expression(keys)}"
        case Location(catalog, arn):
            return f"location {name(catalog)} {arn}"


def database(entry: DatabaseEntry, name: Name = str) -> str:
    """What follows the name of a database: what it leads to, if it is a link."""
    return f" → {resource(entry.target, name)}" if entry.target else ""


def table(entry: TableEntry, name: Name = str) -> str:
    """The columns of a table, or what it leads to, if it is a link; of a view its query as well."""
    if entry.target is not None:
        return f" → {resource(entry.target, name)}"
    query = f" as {entry.definition}" if entry.definition else ""
    return f"({', '.join(entry.columns)}){query}"


def tags(values: Mapping[str, str]) -> str:
    """Tags as `key=value`, in order."""
    return ", ".join(f"{key}={value}" for key, value in sorted(values.items()))


def cells(one: Cells) -> str:
    """The rows and columns that a filter shows."""
    columns = f"all columns but {', '.join(one.excluded)}" if one.excluded else "all columns"
    shown = columns if one.columns is None else ", ".join(one.columns)
    return f"{shown} where {one.rows}" if one.rows else f"{shown} of all rows"


def rights(one: Rights) -> str:
    """Rights in order; those that may be given on have a `+`."""
    return ", ".join(f"{right}+" if right in one.grantable else right for right in sorted(one.permissions))


def expression(keys: Expression) -> str:
    """What an expression asks for: `sensitivity=public|internal and domain=sales`."""
    return " and ".join(f"{key}={'|'.join(values)}" for key, values in keys)


def _table(of: Table, name: Name) -> str:
    return f"{name(of.catalog)}/{of.database}.{of.name}"
