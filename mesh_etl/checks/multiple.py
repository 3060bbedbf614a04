"""`multipleOf`: the number is a whole multiple of another, counted in decimals as they are written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.base import ValueRule

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_SURE = 10**15  # a double has at most one spelling of so many digits or fewer (IEEE 754: DBL_DIG)
_SURE_SINGLE = 10**6
_EXACT_POWERS = 22  # 10**22 is the last power of ten that is a double


@dataclass(frozen=True)
class Multiple(ValueRule):
    """The column is `step` times a whole number: 0.3 is a multiple of 0.1.

    A float counts as the shortest decimal that spells it, so 0.1 + 0.2, spelled 0.30000000000000004, is no multiple of
    0.1. Not a number and infinity are multiples of nothing.
    """

    step: Decimal

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import numpy as np
        import pyarrow as pa

        if not len(values):
            return None
        test = _floats if pa.types.is_floating(values.type) else _units
        multiple = test(values, Fraction(self.step))
        return pa.array(np.logical_not(multiple), mask=values.is_null().to_numpy(zero_copy_only=False))

    def text(self) -> str:
        return f"{self.column} is a multiple of {self.step}"


def _units(values: pa.Array, step: Fraction) -> np.ndarray:
    """Whole numbers and decimals, by the whole numbers of units that are stored: 1.50 is 150 units of 0.01.

    With the step in such units as a fraction p/q in lowest terms, n = k * p/q has a whole k exactly where p divides n.
    """
    import numpy as np
    import pyarrow as pa

    scale = values.type.scale if pa.types.is_decimal(values.type) else 0
    divisor = (step * 10**scale).numerator
    if divisor == 1:
        return np.ones(len(values), bool)
    units: Any = _stored(values)
    if units.dtype != object and divisor >= 1 << 63:
        only_zero: np.ndarray = units == 0
        return only_zero
    found: np.ndarray = units % divisor == 0
    return found


def _stored(values: pa.Array) -> np.ndarray:
    """The stored whole numbers: of 64 bits where they fit into them, else of Python's."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_decimal(values.type):
        whole: np.ndarray = pc.fill_null(values, 0).to_numpy(zero_copy_only=False).astype(np.int64)
        return whole
    words = np.frombuffer(values.buffers()[1], np.int64)[2 * values.offset : 2 * (values.offset + len(values))]
    if values.type.precision <= 18:
        return words[0::2]
    wide: np.ndarray = words[1::2].astype(object) * (1 << 64) + words[0::2].view(np.uint64).astype(object)
    return wide


def _floats(values: pa.Array, step: Fraction) -> np.ndarray:
    """Floats: those of few digits by their nearest decimal, the few others by their text."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = pc.fill_null(values, 0.0).to_numpy(zero_copy_only=False)
    digits = _digits_after_point(step)
    finite = np.isfinite(cells)
    if digits > _EXACT_POWERS:
        sure = np.zeros(len(cells), bool)
        near = np.zeros(len(cells))
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            near = np.rint(cells.astype(np.float64) * 10.0**digits)
            sure = finite & (np.abs(near) < (_SURE_SINGLE if pa.types.is_float32(values.type) else _SURE))
    found = np.zeros(len(cells), bool)
    spelled = (near[sure] / 10.0 ** min(digits, _EXACT_POWERS)).astype(cells.dtype) == cells[sure]
    divisor = (step * 10**digits).numerator
    found[sure] = spelled & (near[sure].astype(np.int64) % divisor == 0 if divisor < 1 << 63 else near[sure] == 0)
    for index in np.flatnonzero(finite & ~sure):
        found[index] = (Fraction(str(cells[index])) / step).denominator == 1
    return found


def _digits_after_point(step: Fraction) -> int:
    exponent = Decimal(step.numerator) / Decimal(step.denominator)
    return max(0, -int(exponent.normalize().as_tuple().exponent))
