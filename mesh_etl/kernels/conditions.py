"""Conditions on the rows of a table: columns held against constants, as row filters of Lake Formation have them.

SQL's logic of three values: where a column is NULL a comparison is neither true nor false, and a row counts only where
the whole is true. Source: https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = str | Decimal | bool
Sign = Literal["=", "<>", "<", "<=", ">", ">="]

_COMPARE = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


@dataclass(frozen=True, slots=True)
class Compare:
    """The column's value against a constant."""

    column: str
    sign: Sign
    value: Value


@dataclass(frozen=True, slots=True)
class Like:
    """The column's text, by a pattern in which % stands for any characters and _ for one; case counts."""

    column: str
    pattern: str


@dataclass(frozen=True, slots=True)
class IsNull:
    """The column has no value."""

    column: str


@dataclass(frozen=True, slots=True)
class Not:
    """What is false is true."""

    of: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """All parts are true; of none it is true."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of the parts is true; of none it is false."""

    of: tuple[Condition, ...]


Condition = Compare | Like | IsNull | Not | Every | Either


def columns(condition: Condition) -> Iterator[str]:
    """The columns that the condition reads, in lower case, with repetitions."""
    match condition:
        case Compare(column=name) | Like(column=name) | IsNull(column=name):
            yield name
        case Not(of):
            yield from columns(of)
        case Every(parts) | Either(parts):
            for part in parts:
                yield from columns(part)


def true_of(condition: Condition, batch: pa.RecordBatch) -> pa.BooleanArray:
    """For each row of the batch whether the condition is true of it; never NULL.

    Raises `ValueError` where a constant is no value of the column's type; it quotes neither.
    """
    return pc.fill_null(_answers(condition, batch), False)


def _answers(condition: Condition, batch: pa.RecordBatch) -> pa.Array:
    match condition:
        case Compare(name, sign, value):
            column = batch.column(name)
            return _COMPARE[sign](column, constant(value, column.type))
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
