"""How PostgreSQL's types become text: each in one spelling, whatever the session's or the server's locale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mesh_etl.contract.types import DataType, Decimal, Simple
from mesh_etl.sources.databases.columns import Kind, StoredColumn

_NUMBERS = {
    "bool": "boolean", "int2": "smallint", "int4": "int", "int8": "bigint", "oid": "bigint",
    "float4": "float", "float8": "double", "date": "date",
}  # fmt: skip
# Types whose text says everything: it is what COPY and pg_dump write.
_AS_TEXT = {
    "text", "varchar", "name", "uuid", "xml", "time", "timetz", "inet", "cidr", "macaddr", "macaddr8", "bit", "varbit",
    "citext", "int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange",
}  # fmt: skip
# Items of arrays that to_json writes as JSON numbers, booleans or ISO text; others would change their meaning.
_ITEMS = {"bool", "int2", "int4", "int8", "numeric", "float4", "float8", "date", "timestamp", "text", "varchar", "uuid"}


@dataclass(frozen=True)
class PostgresType:
    """A row of pg_type: `kind` is its typtype, `base` the type of a domain, `item` that of an array, by OID."""

    name: str
    kind: str
    category: str
    base: str
    modifier: int
    item: str
    extension: bool


def rendered(
    name: str, sql: str, type_: PostgresType, types: Mapping[str, PostgresType], modifier: int
) -> StoredColumn:
    """The column with the SQL of its text; `sql` addresses it, `modifier` is its typmod, -1 where none is known."""
    spelled = type_.name
    while type_.kind == "d":
        modifier, type_ = type_.modifier, types[type_.base]
    plain = f"({sql})::text"
    if type_.category == "A" and type_.item in types:
        return _array(name, sql, types[type_.item])
    if type_.kind == "e":
        return StoredColumn(name, spelled, ("text",), plain)
    if type_.extension and type_.name != "citext":
        return StoredColumn(name, spelled, ())
    if type_.name == "numeric":
        return StoredColumn(name, _spelled_numeric(modifier), (_numeric(modifier),), plain)
    if type_.name == "float4":  # as a double it is the same number, which its own short text is not
        as_double = {"double": f"({sql})::float8::text"}
        return StoredColumn(name, spelled, (Simple("float"),), plain, as_double)
    if type_.name in _NUMBERS:
        return StoredColumn(name, spelled, (Simple(_NUMBERS[type_.name]),), plain)
    if type_.name == "timestamp":
        return StoredColumn(name, spelled, ("local",), plain)
    if type_.name == "timestamptz":  # the session's clock is UTC, written +00
        return StoredColumn(name, spelled, (Simple("timestamp"),), f"({sql})::text || ':00'", offset=True)
    if type_.name == "bytea":
        return StoredColumn(name, spelled, (Simple("binary"),), f"encode({sql}, 'hex')")
    if type_.name == "bpchar":  # a cast to text would take the blanks off its end
        return StoredColumn(name, "char", ("text",), f"CASE WHEN {sql} IS NOT NULL THEN concat({sql}) END")
    if type_.name in ("json", "jsonb"):
        return StoredColumn(name, spelled, ("json",), plain)
    if type_.name in _AS_TEXT:
        return StoredColumn(name, spelled, ("text",), plain)
    return StoredColumn(name, spelled, ())


def _array(name: str, sql: str, item: PostgresType) -> StoredColumn:
    if item.name not in _ITEMS and item.kind != "e":
        return StoredColumn(name, f"{item.name}[]", ())
    return StoredColumn(name, f"{item.name}[]", ("json",), f"to_json({sql})::text")


def _numeric(modifier: int) -> Kind:
    """The decimal of a numeric's typmod; without one, or beyond 38 digits, only the value tells its digits."""
    if modifier < 4:
        return "number"
    precision, scale = _digits(modifier)
    whole = max(precision - scale, 0)
    kind: DataType | None = Decimal(whole + max(scale, 0), max(scale, 0)) if whole + max(scale, 0) <= 38 else None
    return kind or "number"


def _spelled_numeric(modifier: int) -> str:
    return "numeric({},{})".format(*_digits(modifier)) if modifier >= 4 else "numeric"


def _digits(modifier: int) -> tuple[int, int]:
    """Precision and scale, as numeric.c packs them: the scale has eleven bits and a sign."""
    packed = modifier - 4
    return packed >> 16 & 0xFFFF, ((packed & 0x7FF) ^ 1024) - 1024
