"""A database's own columns held against the contract's, before a row is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mesh_etl.contract.diff import fits
from mesh_etl.contract.types import Array, DataType, Decimal, Map, Schema, Simple, Struct, Varchar
from mesh_etl.errors import Fault, RunError, did_you_mean

# What a column may hold besides the values of one contract type: text (also JSON written as text), JSON itself, exact
# numbers whose digits only the value tells, and timestamps of a clock without a zone.
Kind = DataType | Literal["text", "json", "number", "local"]

_WHOLE = {"tinyint", "smallint", "int", "bigint"}


@dataclass(frozen=True)
class StoredColumn:
    """A column as the database states it: its type in the database's words, what it holds, and its SQL as text.

    `text_as` has other SQL for some contract types (by their DDL); `offset` says that the text of a timestamp states
    its offset. A column that no contract type holds has no `kinds`.
    """

    name: str
    spelled: str
    kinds: tuple[Kind, ...]
    text: str = ""
    text_as: Mapping[str, str] = field(default_factory=dict)
    offset: bool = False


@dataclass(frozen=True)
class ReadColumn:
    """A column to read: its name in the contract, and the SQL of its value as text."""

    name: str
    sql: str
    offset: bool = False


@dataclass(frozen=True)
class Wanted:
    """What a source reads of a relation: the contract's columns and their names in the database.

    With `rest_ignored` the relation may have more columns, and may lack those that are not `required`.
    """

    schema: Schema
    names: Mapping[str, str]
    required: frozenset[str]
    rest_ignored: bool
    zone_declared: bool


def chosen(wanted: Wanted, stored: Sequence[StoredColumn], where: str) -> list[ReadColumn]:
    """The columns to read, in the order of the schema; a column that may lack is read as NULL.

    Raises `RunError` with every COLUMN_MISSING, COLUMN_UNEXPECTED, COLUMN_DUPLICATE and TYPE_MISMATCH.
    """
    known = {column.name: column for column in stored}
    asked = {wanted.names.get(column.name, column.name) for column in wanted.schema}
    extra = [column.name for column in stored if column.name not in asked]
    faults = [
        Fault("COLUMN_DUPLICATE", f"column '{name[:64]}' is there more than once", where, "name each one differently")
        for name, count in Counter(column.name for column in stored).items()
        if count > 1 and name in asked
    ]
    found = []
    for column in wanted.schema:
        name = wanted.names.get(column.name, column.name)
        if name in known:
            read, fault = _typed(known[name], column.name, column.type, wanted.zone_declared, where)
            found += [read] if read else []
            faults += [fault] if fault else []
        elif wanted.rest_ignored and column.name not in wanted.required:
            found.append(ReadColumn(column.name, "NULL"))
        else:
            fix = did_you_mean(name, extra)
            fix = fix if fix.startswith("did") else "list the columns to read under source.columns"
            faults.append(Fault("COLUMN_MISSING", f"there is no column '{name}'", where, fix))
    if extra and not wanted.rest_ignored:
        listed = ", ".join(f"'{name[:64]}'" for name in extra[:8]) + (", …" if len(extra) > 8 else "")
        fix = "add them to the contract, or set drift: ignore"
        faults.append(Fault("COLUMN_UNEXPECTED", f"there are columns besides: {listed}", where, fix))
    if faults:
        raise RunError(*faults)
    return found


def _typed(
    stored: StoredColumn, name: str, type_: DataType, zone_declared: bool, where: str
) -> tuple[ReadColumn | None, Fault | None]:
    if any(_holds(type_, kind, zone_declared) for kind in stored.kinds):
        return ReadColumn(name, stored.text_as.get(type_.ddl(), stored.text), stored.offset), None
    problem = f"column '{stored.name[:64]}' is {stored.spelled[:64]} in the database"
    if not stored.kinds:
        return None, Fault("TYPE_MISMATCH", f"{problem}, which no contract type holds", where, "convert it in a query")
    if "local" in stored.kinds and type_ == Simple("timestamp"):
        fix = "declare the zone of its clock: timezone: Europe/Berlin"
        return None, Fault("TYPE_MISMATCH", f"{problem} and tells no offset", where, fix)
    fix = "change the contract, or convert it in a query"
    return None, Fault("TYPE_MISMATCH", f"{problem}, the contract says {type_.glue()}", where, fix)


def _holds(wanted: DataType, kind: Kind, zone_declared: bool) -> bool:
    string = isinstance(wanted, Varchar) or wanted == Simple("string")
    match kind:
        case "text" | "json":
            return string or isinstance(wanted, Array | Map | Struct)
        case "number":
            whole = isinstance(wanted, Simple) and wanted.name in _WHOLE
            return string or whole or isinstance(wanted, Decimal)
        case "local":
            return wanted == Simple("timestamp_ntz") or (zone_declared and wanted == Simple("timestamp"))
        case _:
            return fits(kind, wanted)
