"""A state as lines of text: sorted, and the same for the same state, for people and for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
    from mesh_etl.govern.state.entries import Cells, DatabaseEntry, Rights, Settings, Share, TableEntry
    from mesh_etl.govern.state.state import State

Name = Callable[[str], str]


def lines(state: State, name: Name = str) -> list[str]:
    """The state line by line; `name` says what people call an account's id or a principal."""
    found = [
        *(f"settings {name(account)}: {settings(one, name)}" for account, one in state.settings.items()),
        *(f"tag {name(account)}/{key}: {' | '.join(values)}" for (account, key), values in state.tags.items()),
        *(f"expression {name(account)}/{key}: {expression(one)}" for (account, key), one in state.expressions.items()),
        *(f"{resource(what, name)}{database(entry, name)}" for what, entry in state.databases.items()),
        *(f"{_entry(what, entry, name)}" for what, entry in state.tables.items()),
        *(f"tags of {resource(what, name)}: {tags(values)}" for what, values in _assigned(state)),
        *(f"{resource(what, name)}: {cells(one)}" for what, one in state.filters.items()),
        *(
            f"grant in {name(key.account)}: {name(key.principal)} {rights(one)} on {resource(key.resource, name)}"
            for key, one in state.grants.items()
        ),
        *(f"location {name(account)} {arn}: {role}" for (account, arn), role in state.locations.items()),
        *(f"share {name(owner)} → {name(to)}: {share(one)}" for (owner, to), one in state.shares.items()),
    ]
    return sorted(found)


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


def settings(one: Settings, name: Name = str) -> str:
    """The settings of an account."""
    open_ = [word for word, is_open in (("databases", one.open_databases), ("tables", one.open_tables)) if is_open]
    opened = f"new {' and '.join(open_)} are open to IAM" if open_ else "new entries are closed"
    admins = ", ".join(sorted(map(name, one.admins))) or "nobody"
    given = "; credentials for whole tables" if one.full_table_access else ""
    return f"administered by {admins}; cross-account version {one.cross_account_version}; {opened}{given}"


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


def share(one: Share) -> str:
    """How far a share has come."""
    return one.status.lower()


def expression(keys: Expression) -> str:
    """What an expression asks for: `sensitivity=public|internal and domain=sales`."""
    return " and ".join(f"{key}={'|'.join(values)}" for key, values in keys)


def _entry(what: Table, entry: TableEntry, name: Name) -> str:
    kind = "" if entry.kind == "table" else f"{entry.kind}: "
    return f"{kind}{resource(what, name)}{table(entry, name)}"


def _assigned(state: State) -> Iterator[tuple[Resource, Mapping[str, str]]]:
    """What has tags of its own; the columns of a table with the same tags stand together."""
    together: dict[tuple[Table, tuple[tuple[str, str], ...]], list[str]] = {}
    for what, values in state.assigned.items():
        if isinstance(what, Columns):
            together.setdefault((what.table, tuple(sorted(values.items()))), []).extend(what.names)
        else:
            yield what, values
    for (of, pairs), names in together.items():
        yield Columns(of, tuple(sorted(names))), dict(pairs)


def _table(of: Table, name: Name) -> str:
    return f"{name(of.catalog)}/{of.database}.{of.name}"
