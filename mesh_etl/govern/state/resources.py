"""What rights are given on: the resources of Lake Formation, as frozen values.

`catalog` is always the account that owns the catalogue. Names are in lower case, as Glue folds them.
Source: the `Resource` structure of Lake Formation's API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

# Keys in order, each with its values in order: all keys must match (AND), one of the values of each (OR).
Expression = tuple[tuple[str, tuple[str, ...]], ...]


def expression(keys: Mapping[str, Iterable[str]]) -> Expression:
    """The tag expression in its one normal form."""
    return tuple((key, tuple(sorted(set(values)))) for key, values in sorted(keys.items()))


@dataclass(frozen=True, order=True, slots=True)
class Catalog:
    """A whole catalogue: who may create databases and tags in it."""

    catalog: str


@dataclass(frozen=True, order=True, slots=True)
class Database:
    """A database of a catalogue; a resource link to one is a database as well."""

    catalog: str
    name: str


@dataclass(frozen=True, order=True, slots=True)
class Table:
    """A table, a view, or a resource link to one."""

    catalog: str
    database: str
    name: str


@dataclass(frozen=True, order=True, slots=True)
class AllTables:
    """Every table of a database, those to come included."""

    catalog: str
    database: str


@dataclass(frozen=True, order=True, slots=True)
class Columns:
    """These columns of a table and no others."""

    table: Table
    names: tuple[str, ...]


@dataclass(frozen=True, order=True, slots=True)
class ColumnsBut:
    """All columns of a table but these; a column that comes later is among them."""

    table: Table
    names: tuple[str, ...]


@dataclass(frozen=True, order=True, slots=True)
class Filter:
    """A data cells filter of a table."""

    table: Table
    name: str


@dataclass(frozen=True, order=True, slots=True)
class TagValues:
    """Values of an LF-Tag: who may see and assign them."""

    catalog: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, order=True, slots=True)
class SavedExpression:
    """A tag expression that is saved under a name."""

    catalog: str
    name: str


@dataclass(frozen=True, order=True, slots=True)
class Tagged:
    """All databases, or all tables and their columns, whose tags match: an expression, or the name of a saved one."""

    catalog: str
    kind: Literal["DATABASE", "TABLE"]
    expression: Expression = ()
    saved: str = ""


@dataclass(frozen=True, order=True, slots=True)
class Location:
    """A place in S3, by ARN: who may create tables that point there."""

    catalog: str
    arn: str


Resource = (
    Catalog
    | Database
    | Table
    | AllTables
    | Columns
    | ColumnsBut
    | Filter
    | TagValues
    | SavedExpression
    | Tagged
    | Location
)
