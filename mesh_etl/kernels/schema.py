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
