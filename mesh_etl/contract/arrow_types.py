"""The contract's name for a type that a Parquet or ORC file states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.contract.types import Array, DataType, Decimal, Field, Map, Simple, Struct

if TYPE_CHECKING:
    import pyarrow as pa

_NAMES = {
    "bool": "boolean", "int8": "tinyint", "int16": "smallint", "int32": "int", "int64": "bigint",
    "uint8": "smallint", "uint16": "int", "uint32": "bigint", "halffloat": "float", "float": "float",
    "double": "double", "string": "string", "large_string": "string", "string_view": "string", "binary": "binary",
    "large_binary": "binary", "date32[day]": "date", "date64[ms]": "date", "time32[s]": "string",
    "time32[ms]": "string", "time64[us]": "string", "time64[ns]": "string", "binary_view": "binary",
    "extension<arrow.uuid>": "string", "extension<arrow.json>": "string",
}  # fmt: skip


def from_arrow(kind: pa.DataType) -> DataType:
    """The type that holds every value of the Arrow type.

    Raises `ValueError` when there is none.
    """
    from pyarrow import types as arrow

    if str(kind) in _NAMES:
        return Simple(_NAMES[str(kind)])
    if str(kind) == "uint64":
        return Decimal(20, 0)
    if arrow.is_timestamp(kind):
        return Simple("timestamp" if kind.tz else "timestamp_ntz")
    if arrow.is_decimal(kind) and kind.precision <= 38 and 0 <= kind.scale <= kind.precision:
        return Decimal(kind.precision, kind.scale)
    if arrow.is_dictionary(kind):
        return from_arrow(kind.value_type)
    if arrow.is_fixed_size_binary(kind):
        return Simple("binary")
    if arrow.is_list(kind) or arrow.is_large_list(kind) or arrow.is_fixed_size_list(kind):
        return Array(from_arrow(kind.value_type))
    if arrow.is_map(kind):
        return Map(from_arrow(kind.key_type), from_arrow(kind.item_type))
    if arrow.is_struct(kind):
        return Struct(tuple(Field(one.name, from_arrow(one.type)) for one in kind))
    raise ValueError(f"no column type holds Arrow's {kind}")
