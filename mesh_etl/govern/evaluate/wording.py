"""What things are called in an explanation, and how a list of names is read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from mesh_etl.govern.evaluate.effective import Source
from mesh_etl.govern.state import (
    AllTables,
    Catalog,
    Columns,
    ColumnsBut,
    Database,
    Filter,
    Location,
    Resource,
    SavedExpression,
    Table,
    Tagged,
    TagValues,
)
from mesh_etl.govern.state.lines import expression


class Names(Protocol):
    """What people call principals, accounts and tables."""

    def principal(self, principal: str) -> str:
        """The name of a role, of an account or of a group."""

    def account(self, account: str) -> str:
        """The name of an account."""

    def table(self, table: Table) -> str:
        """The name of a table."""


class Plain:
    """The names that AWS has for them."""

    def principal(self, principal: str) -> str:
        """The principal as it is."""
        return principal

    def account(self, account: str) -> str:
        """The account's twelve digits."""
        return account

    def table(self, table: Table) -> str:
        """`database.table`."""
        return f"{table.database}.{table.name}"


def listed(names: Iterable[str], shown: int = 8) -> str:
    """`a, b and c`; of many the first, and how many there are besides."""
    words = list(names)
    if len(words) > shown:
        words = [*words[: shown - 1], f"{len(words) - shown + 1:,} more"]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def origin(source: Source) -> str:
    """Where a tag was set."""
    match source.on:
        case Columns():
            return "set on the column"
        case Table():
            return "from the table"
    return f"from the database {source.on.name}"


def thing(resource: Resource, names: Names) -> str:
    """What something is given on, in words."""
    match resource:
        case Table():
            return f"{names.table(resource)}"
        case Columns(table, columns):
            return f"the columns {listed(columns)} of {names.table(table)}"
        case ColumnsBut(table, columns):
            return f"{names.table(table)} without {listed(columns)}"
        case Filter(table, name):
            return f"the filter '{name}' of {names.table(table)}"
        case AllTables(_, database):
            return f"all tables of the database {database}"
        case Tagged(_, kind, keys, saved):
            what = "whatever" if kind == "TABLE" else "each database that"
            return f"{what} is tagged {f'as {saved!r} says' if saved else expression(keys)}"
        case Database(_, name):
            return f"the database {name}"
        case Catalog(catalog):
            return f"the catalogue of account {names.account(catalog)}"
        case TagValues(_, key, values):
            return f"the tag {expression(((key, values),))}"
        case SavedExpression(_, name):
            return f"the expression '{name}'"
        case Location(_, arn):
            return arn
