"""The contract's columns as Iceberg fields, and Arrow schemas whose columns carry the fields' ids.

A field keeps its id for life: a contract that adds, widens, renames (by the column's `id`) or removes columns makes a
new schema of the same ids, so that other engines read old files by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
from pyiceberg.schema import Schema as IcebergSchema
from pyiceberg.schema import assign_fresh_schema_ids
from pyiceberg.table import Transaction
from pyiceberg.table.update.schema import UpdateSchema
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IcebergType,
    IntegerType,
    ListType,
    LongType,
    MapType,
    NestedField,
    StringType,
    StructType,
    TimestampType,
    TimestamptzType,
)

from mesh_etl.contract.types import Array, DataType, Decimal, Map, Schema, Simple, Struct
from mesh_etl.errors import Fault, PlanError
from mesh_etl.kernels.schema import arrow

if TYPE_CHECKING:
    from pyiceberg.table import Table

ID = b"PARQUET:field_id"
OWN = 1_000_000_000  # ids from here on are of no schema
_SIMPLE: Mapping[str, IcebergType] = {
    "string": StringType(), "boolean": BooleanType(), "tinyint": IntegerType(), "smallint": IntegerType(),
    "int": IntegerType(), "bigint": LongType(), "float": FloatType(), "double": DoubleType(), "date": DateType(),
    "timestamp": TimestamptzType(), "timestamp_ntz": TimestampType(), "binary": BinaryType(),
}  # fmt: skip


def fresh(schema: Schema) -> IcebergSchema:
    """The schema of a new table, its ids counted from 1, the same at each call."""
    return assign_fresh_schema_ids(_provisional(schema))


def evolved(table: Table, schema: Schema, renamed: Mapping[str, str]) -> IcebergSchema:
    """The schema as the contract states it now: the table's own where nothing differs; `renamed` has old names by new.

    Raises `PlanError` ICEBERG_SCHEMA where Iceberg has no way from the one to the other.
    """
    update = UpdateSchema(Transaction(table), allow_incompatible_changes=True)
    present = {field.name for field in table.schema().fields}
    wanted = {column.name for column in schema}
    try:
        for new, old in renamed.items():
            if old in present and new in wanted:
                update.rename_column(old, new)
        gone = present - wanted - set(renamed.values())
        for name in sorted(gone):
            update.delete_column(name)
        kept = _renamed_fields(table.schema(), renamed, gone)
        target = _provisional(schema)
        for field in target.fields:
            old_type = kept.get(field.name)
            name = renamed.get(field.name, field.name)
            if old_type is None:
                update.add_column(field.name, field.field_type)
            elif isinstance(field.field_type, StructType | ListType | MapType):
                _same_shape(old_type, field.field_type, field.name)
            elif old_type != field.field_type:
                update.update_column(name, field_type=field.field_type)
        result = update._apply()
    except (ValueError, TypeError) as error:
        raise _no_way(table, type(error).__name__) from None
    ordered = {field.name: field for field in result.fields}
    fields = tuple(ordered[column.name] for column in schema)
    if fields == table.schema().fields:
        return table.schema()
    known = next((one for one in table.schemas().values() if one.fields == fields), None)
    return known or IcebergSchema(*fields, schema_id=1 + max(table.schemas()))


def arrow_schema(schema: Schema, iceberg: IcebergSchema) -> pa.Schema:
    """The Arrow schema of files with these columns, with the ids of the fields.

    A column that only this library reads, such as a mode's own, has an id that no schema has: others pass it over.
    """
    fields = {field.name: field for field in iceberg.fields}
    found = []
    for index, column in enumerate(schema):
        field = pa.field(column.name, arrow(column.type))
        own = field.with_metadata({ID: str(OWN + index)})
        found.append(_identified(field, fields[column.name]) if column.name in fields else own)
    return pa.schema(found)


def _identified(field: pa.Field, known: NestedField) -> pa.Field:
    return pa.field(field.name, _type(field.type, known.field_type), metadata={ID: str(known.field_id)})


def _type(kind: pa.DataType, known: IcebergType) -> pa.DataType:
    if isinstance(known, IntegerType):
        return pa.int32()  # Iceberg has no smaller one
    if isinstance(known, StructType):
        return pa.struct([_identified(one, field) for one, field in zip(kind, known.fields, strict=True)])
    if isinstance(known, ListType):
        return pa.list_(_identified(kind.value_field.with_name("element"), known.element_field))
    if isinstance(known, MapType):
        key, value = _identified(kind.key_field, known.key_field), _identified(kind.item_field, known.value_field)
        return pa.map_(key.with_nullable(False), value)
    return kind


def _provisional(schema: Schema) -> IcebergSchema:
    """The schema with ids that are no two alike and mean nothing yet."""
    ids = iter(range(1, 1_000_000))

    def typed(kind: DataType) -> IcebergType:
        match kind:
            case Simple(name):
                return _SIMPLE[name]
            case Decimal(precision, scale):
                return DecimalType(precision, scale)
            case Array(item):
                return ListType(element_id=next(ids), element_type=typed(item), element_required=False)
            case Map(key, value):
                return MapType(next(ids), typed(key), next(ids), typed(value), value_required=False)
            case Struct(fields):
                return StructType(*(NestedField(next(ids), one.name, typed(one.type)) for one in fields))
        return StringType()

    return IcebergSchema(*(NestedField(next(ids), column.name, typed(column.type)) for column in schema))


def _renamed_fields(schema: IcebergSchema, renamed: Mapping[str, str], gone: set[str]) -> dict[str, IcebergType]:
    new = {old: name for name, old in renamed.items()}
    return {new.get(field.name, field.name): field.field_type for field in schema.fields if field.name not in gone}


def _same_shape(old: IcebergType, new: IcebergType, name: str) -> None:
    """A nested column stays as it is. Raises `PlanError` ICEBERG_SCHEMA where it would not."""
    if _spelled(old) != _spelled(new):
        problem = f"the nested column '{name}' has another type than in the table, which is not changed in place"
        raise PlanError(
            Fault("ICEBERG_SCHEMA", problem, fix="give the new column another name, or publish a new product")
        )


def _spelled(kind: IcebergType) -> object:
    if isinstance(kind, StructType):
        return [(one.name, _spelled(one.field_type)) for one in kind.fields]
    if isinstance(kind, ListType):
        return ["list", _spelled(kind.element_type)]
    if isinstance(kind, MapType):
        return ["map", _spelled(kind.key_type), _spelled(kind.value_type)]
    return str(kind)


def _no_way(table: Table, kind: str) -> PlanError:
    problem = f"Iceberg cannot change the table's columns into those of the contract ({kind})"
    fix = "add, widen, rename (the column's id stays) or remove columns; publish another type under another name"
    return PlanError(Fault("ICEBERG_SCHEMA", problem, ".".join(table.name()), fix))
