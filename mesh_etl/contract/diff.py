"""What a new contract changes for those who read the table, and for the data that is in it already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mesh_etl.contract.summary import ColumnSummary, Summary, spelled, summary
from mesh_etl.contract.types import Array, DataType, Decimal, Map, Simple, Struct, Varchar, parse

__all__ = ["Change", "ColumnSummary", "Kind", "Summary", "diff", "fits", "summary", "widens"]

Kind = Literal["breaking", "additive", "cosmetic"]

_WHOLE = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}
_WIDER = {
    "tinyint": {"smallint", "int", "bigint", "float", "double"},
    "smallint": {"int", "bigint", "float", "double"},
    "int": {"bigint", "double"},
    "float": {"double"},
}


@dataclass(frozen=True)
class Change:
    """One difference.

    Breaking: a reader can fail, or data that is stored may not keep the new promise. Additive: both stay right.
    Cosmetic: only words change.
    """

    kind: Kind
    path: str
    text: str


def diff(old: Summary, new: Summary) -> tuple[Change, ...]:
    """The changes from `old` to `new`, those of columns in their order; empty when nothing a reader sees differs."""
    return (*_columns(old, new), *_table(old, new))


def _columns(old: Summary, new: Summary) -> Iterator[Change]:
    before = {column.name: column for column in old.columns}
    after = {column.name: column for column in new.columns}
    for name, column in before.items():
        if name not in after:
            yield Change("breaking", name, _removal(column, new))
        else:
            yield from _column(column, after[name])
    for name, column in after.items():
        if name not in before and column.required:
            yield Change(
                "breaking", name, f"added as required {column.type}: rows that are stored have no value for it"
            )
        elif name not in before:
            yield Change("additive", name, f"added as {column.type}")
    kept = [name for name in before if name in after], [name for name in after if name in before]
    if kept[0] != kept[1]:
        yield Change("cosmetic", "columns", "ordered differently")


def _removal(column: ColumnSummary, new: Summary) -> str:
    renamed = next((one.name for one in new.columns if column.id is not None and one.id == column.id), None)
    return f"renamed to '{renamed}'" if renamed else "removed"


def _column(old: ColumnSummary, new: ColumnSummary) -> Iterator[Change]:
    yield from _type(old.name, parse(old.type), parse(new.type))
    yield from _promise(old.name, "required", old.required, new.required, "stored rows may have no value")
    yield from _promise(old.name, "unique", old.unique, new.unique, "stored rows may repeat values")
    yield from _accepted(old, new)
    if old.classification != new.classification:
        yield Change("cosmetic", old.name, f"classification is {new.classification or 'none'} now")
    if old.deprecated != new.deprecated:
        yield Change("cosmetic", old.name, "deprecated now" if new.deprecated else "no longer deprecated")
    if old.description != new.description:
        yield Change("cosmetic", old.name, "described differently")


def _promise(path: str, word: str, before: bool, after: bool, stored: str) -> Iterator[Change]:
    if after and not before:
        yield Change("breaking", path, f"{word} now: {stored}")
    if before and not after:
        yield Change("breaking", path, f"no longer {word}: readers may rely on it")


def _accepted(old: ColumnSummary, new: ColumnSummary) -> Iterator[Change]:
    before, after = old.accepted, new.accepted
    if before is None and after is not None:
        yield Change("breaking", old.name, f"restricted to {len(after)} accepted value(s)")
    elif before is not None and after is None:
        yield Change("additive", old.name, "no longer restricted to accepted values")
    elif before is not None and after is not None:
        if gone := len(set(before) - set(after)):
            yield Change("breaking", old.name, f"{gone} accepted value(s) removed")
        if more := len(set(after) - set(before)):
            yield Change("additive", old.name, f"{more} accepted value(s) added")


def _type(path: str, old: DataType, new: DataType) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, Struct) and isinstance(new, Struct):
        yield from _fields(path, old, new)
    elif isinstance(old, Array) and isinstance(new, Array):
        yield from _type(f"{path}[]", old.item, new.item)
    elif isinstance(old, Map) and isinstance(new, Map):
        yield from _type(f"{path}.key", old.key, new.key)
        yield from _type(f"{path}.value", old.value, new.value)
    elif widens(old, new):
        yield Change("additive", path, f"widened from {spelled(old)} to {spelled(new)}")
    elif widens(new, old):
        yield Change("breaking", path, f"narrowed from {spelled(old)} to {spelled(new)}")
    else:
        yield Change("breaking", path, f"changed from {spelled(old)} to {spelled(new)}")


def _fields(path: str, old: Struct, new: Struct) -> Iterator[Change]:
    before = {field.name: field.type for field in old.fields}
    after = {field.name: field.type for field in new.fields}
    for name, kind in before.items():
        if name in after:
            yield from _type(f"{path}.{name}", kind, after[name])
        else:
            yield Change("breaking", f"{path}.{name}", "removed")
    for name in after:
        if name not in before:
            yield Change("additive", f"{path}.{name}", f"added as {spelled(after[name])}")
    if set(before) == set(after) and list(before) != list(after):
        yield Change("cosmetic", path, "fields ordered differently")


def widens(old: DataType, new: DataType) -> bool:
    """Whether every value of `old` is exactly a value of `new`, which is another type."""
    match old, new:
        case Simple(a), Simple(b):
            return b in _WIDER.get(a, ())
        case Simple(a), Decimal(precision, scale):
            return a in _WHOLE and precision - scale >= _WHOLE[a]
        case Decimal(p, s), Decimal(precision, scale):
            return (p, s) != (precision, scale) and scale >= s and precision - scale >= p - s
        case Varchar(a), Varchar(b):
            return b > a
        case Varchar(), Simple("string"):
            return True
        case Array(a), Array(b):
            return widens(a, b)
        case Map(key, value), Map(wider_key, wider_value):
            return old != new and fits(key, wider_key) and fits(value, wider_value)
        case Struct(fields), Struct(wider):
            same = [one.name for one in fields] == [one.name for one in wider]
            return old != new and same and all(fits(a.type, b.type) for a, b in zip(fields, wider, strict=True))
    return False


def fits(found: DataType, wanted: DataType) -> bool:
    """Whether every value of the type found is one of the wanted type; lengths are left to the rules."""
    if isinstance(wanted, Varchar):
        wanted = Simple("string")
    return found == wanted or widens(found, wanted)


def _table(old: Summary, new: Summary) -> Iterator[Change]:
    for what, before, after in (
        ("primary key", old.primary_key, new.primary_key),
        ("partition keys", old.partition_keys, new.partition_keys),
    ):
        if before != after:
            text = f"changed from ({', '.join(before)}) to ({', '.join(after)})"
            yield Change("breaking", what, text)
    if old.id != new.id:
        yield Change("breaking", "id", "this is another contract")
    if old.version != new.version:
        yield Change("cosmetic", "version", f"{old.version} to {new.version}")
    if old.description != new.description:
        yield Change("cosmetic", "description", "the table is described differently")
