"""Contract types in Arrow."""

from __future__ import annotations

import pyarrow as pa

from mesh_etl.contract.types import Array, DataType, Decimal, Map, Schema, Simple, Struct, Varchar

_SIMPLE = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "timestamp_ntz": pa.timestamp("us"),
    "binary": pa.binary(),
}


def arrow(type_: DataType) -> pa.DataType:
    """The Arrow type that holds the contract's type without loss; timestamps have microseconds, as in Spark."""
    match type_:
        case Simple(name):
            return _SIMPLE[name]
        case Decimal(precision, scale):
            return pa.decimal128(precision, scale)
        case Varchar():
            return pa.string()
        case Array(item):
            return pa.list_(arrow(item))
        case Map(key, value):
            return pa.map_(arrow(key), arrow(value))
        case Struct(fields):
            return pa.struct([pa.field(field.name, arrow(field.type)) for field in fields])
    raise TypeError(f"no Arrow type for {type_!r}")


def arrow_schema(schema: Schema) -> pa.Schema:
    """The Arrow schema of a contract's columns."""
    return pa.schema([pa.field(field.name, arrow(field.type)) for field in schema])


def contract_type(type_: pa.DataType) -> DataType:
    """The contract type that an Arrow type stands for; the inverse of `arrow`, with wider spellings folded.

    Raises `ValueError` for types that no contract type holds without loss, such as unsigned 64-bit integers.
    """
    if pa.types.is_decimal(type_):
        return Decimal(type_.precision, type_.scale)
    if pa.types.is_dictionary(type_):
        return contract_type(type_.value_type)
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        return Array(contract_type(type_.value_type))
    if pa.types.is_map(type_):
        return Map(contract_type(type_.key_type), contract_type(type_.item_type))
    if pa.types.is_struct(type_):
        from mesh_etl.contract.types import Field

        return Struct(tuple(Field(field.name, contract_type(field.type)) for field in type_))
    if pa.types.is_timestamp(type_):
        return Simple("timestamp" if type_.tz else "timestamp_ntz")
    for name, known in _SIMPLE.items():
        if known == _FOLDED.get(type_, type_):
            return Simple(name)
    raise ValueError(f"{type_} has no contract type")


_FOLDED = {
    pa.large_string(): pa.string(),
    pa.string_view(): pa.string(),
    pa.large_binary(): pa.binary(),
    pa.uint8(): pa.int16(),
    pa.uint16(): pa.int32(),
    pa.uint32(): pa.int64(),
    pa.float16(): pa.float32(),
    pa.date64(): pa.date32(),
}
