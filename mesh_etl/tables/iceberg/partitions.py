"""Partition keys as an Iceberg spec, and partition values as text, as the ledger has them, and as Iceberg has them."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pyiceberg.partitioning import PARTITION_FIELD_ID_START, PartitionField, PartitionSpec
from pyiceberg.transforms import parse_transform
from pyiceberg.types import BooleanType, DateType, DecimalType, IcebergType, IntegerType, LongType

from mesh_etl.errors import Fault, PlanError
from mesh_etl.tables.entry import PartitionColumn

if TYPE_CHECKING:
    from pyiceberg.schema import Schema
    from pyiceberg.table import Table

_EPOCH = datetime.date(1970, 1, 1)

Values = tuple[str | None, ...]


def spec_of(keys: Sequence[PartitionColumn], schema: Schema, table: Table | None = None) -> PartitionSpec:
    """The spec of these keys: the table's own where it has such a one, current or earlier, else a new one.

    A key that the table had in an earlier spec keeps its id, as the format asks for.
    """
    wanted = [(schema.find_field(key.column).field_id, key.transform, key.name) for key in keys]
    specs = table.specs() if table else {}
    for spec in sorted(specs.values(), key=lambda one: one.spec_id != table.spec().spec_id if table else True):
        if [(one.source_id, str(one.transform), one.name) for one in spec.fields] == wanted:
            return spec
    ids = {
        (one.source_id, str(one.transform), one.name): one.field_id for spec in specs.values() for one in spec.fields
    }
    last = max(ids.values(), default=PARTITION_FIELD_ID_START - 1)
    fields = []
    for source, transform, name in wanted:
        known = ids.get((source, transform, name))
        last = last if known else last + 1
        fields.append(PartitionField(source, known or last, parse_transform(transform), name))
    return PartitionSpec(*fields, spec_id=1 + max(specs, default=-1))


def keys_of(spec: PartitionSpec, schema: Schema) -> tuple[PartitionColumn, ...]:
    """The partition keys that a spec states, as an entry has them."""
    return tuple(
        PartitionColumn(
            name=one.name, column=schema.find_column_name(one.source_id) or "", transform=str(one.transform)
        )
        for one in spec.fields
    )


def to_iceberg(values: Values, spec: PartitionSpec, schema: Schema) -> list[Any]:
    """The partition's values as a manifest has them: periods since 1970, days for dates."""
    return [
        None if value is None else _parsed(value, str(field.transform), schema.find_field(field.source_id).field_type)
        for value, field in zip(values, spec.fields, strict=True)
    ]


def to_text(values: Sequence[Any], spec: PartitionSpec, schema: Schema) -> Values:
    """The values of a manifest as the ledger has them."""
    return tuple(
        None if value is None else _text(value, str(field.transform), schema.find_field(field.source_id).field_type)
        for value, field in zip(values, spec.fields, strict=True)
    )


def _parsed(value: str, transform: str, kind: IcebergType) -> Any:
    match transform.partition("[")[0]:
        case "year":
            return int(value) - 1970
        case "month":
            year, _, month = value.rpartition("-")
            return (int(year) - 1970) * 12 + int(month) - 1
        case "day":
            return _days(value)
        case "hour":
            day, _, hour = value.rpartition("-")
            return _days(day) * 24 + int(hour)
        case "bucket":
            return int(value)
    if isinstance(kind, BooleanType):
        return value == "true"
    if isinstance(kind, IntegerType | LongType):
        return int(value)
    if isinstance(kind, DateType):
        return _days(value)
    return decimal.Decimal(value) if isinstance(kind, DecimalType) else value


def _text(value: Any, transform: str, kind: IcebergType) -> str:
    match transform.partition("[")[0]:
        case "year":
            return f"{1970 + value:04d}"
        case "month":
            return f"{1970 + value // 12:04d}-{value % 12 + 1:02d}"
        case "day":
            return _day(value)
        case "hour":
            return f"{_day(value // 24)}-{value % 24:02d}"
        case "bucket":
            return str(value)
    if isinstance(kind, BooleanType):
        return "true" if value else "false"
    if isinstance(kind, DateType):
        return _day(value)
    return format(value, "f") if isinstance(kind, DecimalType) else str(value)


def _days(text: str) -> int:
    try:
        return (datetime.date.fromisoformat(text) - _EPOCH).days
    except ValueError:
        problem = "a date is outside the years 1 to 9999, for which this table has no partition"
        raise PlanError(Fault("PARTITION_VALUE", problem, fix="add a rule that refuses such dates")) from None


def _day(days: Any) -> str:
    return days.isoformat() if isinstance(days, datetime.date) else (_EPOCH + datetime.timedelta(days=days)).isoformat()
