"""`minimum`, `maximum` and their exclusive forms: the value lies in a range."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.base import ValueRule

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Range(ValueRule):
    """The column lies between the ends; each is a value and whether the value itself is allowed, or None."""

    lower: tuple[Any, bool] | None
    upper: tuple[Any, bool] | None

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        inside = []  # asked this way round, "not a number" is inside no range
        if self.lower:
            value, allowed = _end(self.lower, values.type, ROUND_CEILING)
            inside.append((pc.greater_equal if allowed else pc.greater)(values, value))
        if self.upper:
            value, allowed = _end(self.upper, values.type, ROUND_FLOOR)
            inside.append((pc.less_equal if allowed else pc.less)(values, value))
        return pc.invert(inside[0] if len(inside) == 1 else pc.and_(*inside))

    def text(self) -> str:
        low = f"{self.column} {'>=' if self.lower[1] else '>'} {self.lower[0]}" if self.lower else ""
        high = f"{self.column} {'<=' if self.upper[1] else '<'} {self.upper[0]}" if self.upper else ""
        return " and ".join(part for part in (low, high) if part)


def _end(end: tuple[Any, bool], kind: pa.DataType, rounding: str) -> tuple[Any, bool]:
    """The end as a value with which a column of the type can be compared: the nearest one inside, where it is none.

    An end of 0.5 is one of 1 for whole numbers, and an end that no number of the type reaches is the farthest there is.
    """
    import pyarrow as pa

    if not (pa.types.is_integer(kind) or pa.types.is_decimal(kind)):
        return end
    whole = pa.types.is_integer(kind)
    scale = 0 if whole else kind.scale
    with localcontext(prec=400):
        step = Decimal(1).scaleb(-scale)
        farthest = Decimal((1 << 63) - 1) if whole else (Decimal(10) ** 38 - 1) * step
        stated = Decimal(str(end[0]))
        value = stated.quantize(step, rounding)
    if abs(value) > farthest:
        value = farthest.copy_sign(value)
        return _typed(value, kind), (rounding == ROUND_CEILING) == (value < 0)
    return _typed(value, kind), end[1] if value == stated else True


def _typed(value: Decimal, kind: pa.DataType) -> pa.Scalar:
    """The value in the column's own type, which compares without a cast, or in the widest of its family."""
    import pyarrow as pa

    whole = pa.types.is_integer(kind)
    plain = int(value) if whole else value
    try:
        return pa.scalar(plain, kind)
    except pa.ArrowInvalid:
        return pa.scalar(plain, pa.int64() if whole else pa.decimal128(38, kind.scale))
