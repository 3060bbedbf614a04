"""Which rows of a batch a condition is true of."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.comparisons import COMPARED
from mesh_etl.kernels.conditions import Compare, Condition, Either, Every, IsNull, Like, Not, Value


def true_of(condition: Condition, batch: pa.RecordBatch) -> pa.BooleanArray:
    """For each row of the batch whether the condition is true of it; never NULL.

    Raises `ValueError` where a constant is no value of the column's type; it quotes neither.
    """
    return pc.fill_null(_answers(condition, batch), False)


def _answers(condition: Condition, batch: pa.RecordBatch) -> pa.Array:
    match condition:
        case Compare(name, sign, value):
            column = batch.column(name)
            return COMPARED[sign](column, constant(value, column.type))
        case Like(name, pattern):
            return pc.match_like(pc.cast(batch.column(name), pa.string()), pattern)
        case IsNull(name):
            return pc.is_null(batch.column(name))
        case Not(of):
            return pc.invert(_answers(of, batch))
        case Every(parts):
            return _joined(pc.and_kleene, parts, batch, True)
        case Either(parts):
            return _joined(pc.or_kleene, parts, batch, False)


def _joined(of: object, parts: tuple[Condition, ...], batch: pa.RecordBatch, none: bool) -> pa.Array:
    found = pa.repeat(pa.scalar(none), batch.num_rows)
    for part in parts:
        found = of(found, _answers(part, batch))  # type: ignore[operator]
    return found


def constant(value: Value, kind: pa.DataType) -> pa.Scalar:
    """The constant as a value of the column's type: a date and a moment, of UTC, are written as text.

    Raises `ValueError` where it is none; the text does not quote it.
    """
    types = pa.types
    try:
        if isinstance(value, str) and types.is_date(kind):
            return pa.scalar(datetime.date.fromisoformat(value), kind)
        if isinstance(value, str) and types.is_timestamp(kind):
            moment = datetime.datetime.fromisoformat(value)
            zone = datetime.UTC if kind.tz else None
            return pa.scalar(moment.replace(tzinfo=moment.tzinfo or zone), kind)
        is_text = types.is_string(kind) or types.is_large_string(kind)
        if is_text != isinstance(value, str) or types.is_boolean(kind) != isinstance(value, bool):
            raise ValueError
        if types.is_integer(kind) or types.is_decimal(kind):
            return pa.scalar(value)  # 2.5 is a number between whole ones, and no error
        return pa.scalar(float(value) if types.is_floating(kind) else value, kind)
    except (ValueError, TypeError, pa.ArrowException):
        raise ValueError(f"a constant is no {kind}") from None
