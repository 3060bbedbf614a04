"""Text to integers, decimals and floats, exactly or not at all.

The usual column costs a look at its bytes and Arrow's own cast, which is exact. A column that has a cell outside the
plain grammar, or declares another spelling, is first brought into the plain one (`spelling.py`), and its range is told
by counting digits, so that one bad cell costs no more than a thousand. A float is the nearest one to the text; text
that is too large or too near to 0 for any is refused. Codes: TYPE_FORMAT, TYPE_OVERFLOW, DECIMAL_SCALE.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.values.characters import cell_bytes
from mesh_etl.kernels.values.short_decimals import short_decimals
from mesh_etl.kernels.values.spelling import plain_numbers, shortest
from mesh_etl.kernels.values.text_rules import Numerals
from mesh_etl.kernels.values.typed import Typed, coded, mask, without

_DIGITS = 38  # what 128 bits hold; Arrow's cast of longer text to decimals wraps around, without a word


def integers(text: pa.StringArray, target: pa.DataType, numbers: Numerals) -> Typed:
    """The cells as integers of the target's width: TYPE_FORMAT, TYPE_OVERFLOW."""
    if _plain(text, numbers):
        values = _cast(text, target)
        if values is not None:
            return Typed(values)
    cells, shapeless = plain_numbers(text, numbers, fraction=False)
    bad = coded("TYPE_FORMAT", shapeless)
    values = _cast(cells, target)
    if values is not None:
        return Typed(values, bad)
    end = pa.scalar(1 << (target.bit_width - 1), pa.decimal128(19, 0))
    long = mask(pc.greater(pc.binary_length(pc.ascii_ltrim(cells, "-")), 19))
    wide = pc.cast(without(cells, long), end.type)
    over = long | mask(pc.or_(pc.less(wide, pc.negate(end)), pc.greater_equal(wide, end)))
    return Typed(pc.cast(without(cells, over), target), bad | coded("TYPE_OVERFLOW", over))


def decimals(text: pa.StringArray, target: pa.Decimal128Type, numbers: Numerals) -> Typed:
    """The cells as decimals, never rounded: TYPE_FORMAT, TYPE_OVERFLOW, DECIMAL_SCALE."""
    values = short_decimals(text, target, numbers.decimal)
    if values is None and _plain(text, numbers, _DIGITS):
        values = _decimals(text, target)
    if values is not None:
        return Typed(values)
    cells, shapeless = plain_numbers(text, numbers, fraction=True)
    bad = coded("TYPE_FORMAT", shapeless)
    values = _decimals(cells, target)
    if values is not None:
        return Typed(values, bad)
    cells = shortest(cells)
    digits = pc.ascii_ltrim(cells, "-")
    point, length = pc.find_substring(digits, "."), pc.binary_length(digits)
    integral = pc.less(point, 0)
    whole = pc.if_else(integral, length, point)
    whole = pc.if_else(pc.starts_with(digits, "0"), 0, whole)  # one 0 before the point is no digit of the precision
    fraction = pc.if_else(integral, 0, pc.subtract(pc.subtract(length, point), 1))
    fine = mask(pc.greater(fraction, target.scale))
    over = mask(pc.greater(whole, target.precision - target.scale)) & ~fine
    values = pc.cast(without(cells, fine | over), target)
    return Typed(values, bad | coded("DECIMAL_SCALE", fine) | coded("TYPE_OVERFLOW", over))


def floats(text: pa.StringArray, target: pa.DataType, numbers: Numerals) -> Typed:
    """The cells as floats of the target's width: TYPE_FORMAT, TYPE_OVERFLOW."""
    if _plain(text, numbers, _DIGITS):
        values = _cast(text, target)
        if values is not None and not pc.any(pc.is_inf(values)).as_py():
            return Typed(values)
    declared = ((np.nan, numbers.nan), (np.inf, numbers.infinity), (-np.inf, numbers.negative_infinity))
    special = [(value, mask(pc.is_in(text, pa.array(words, pa.string())))) for value, words in declared if words]
    worded = np.logical_or.reduce([np.zeros(len(text), bool), *(rows for _, rows in special)])
    cells, shapeless = plain_numbers(without(text, worded), numbers, fraction=True, floats=True)
    values = pc.cast(cells, target)
    over = mask(pc.is_inf(values))
    zero = mask(pc.equal(values, pa.scalar(0, target)))
    if zero.any():  # 1e-400 is none, though the nearest float is 0
        over |= zero & mask(pc.match_substring_regex(cells, "^[^eE]*[1-9]"))
    values = without(values, over)
    for value, rows in special:
        values = pc.if_else(pa.array(rows), pa.scalar(value, target), values)
    return Typed(values, coded("TYPE_FORMAT", shapeless) | coded("TYPE_OVERFLOW", over))


def _cast(cells: pa.Array, target: pa.DataType) -> pa.Array | None:
    """The numbers, None where some cell is out of range or has a fraction that is not allowed."""
    try:
        return pc.cast(cells, target)
    except pa.ArrowInvalid:
        return None


def _decimals(cells: pa.StringArray, target: pa.Decimal128Type) -> pa.Array | None:
    """The decimals, None where some cell has too many digits, or so many that the cast might wrap around."""
    longest = pc.max(pc.binary_length(cells)).as_py() or 0
    if longest + target.scale <= _DIGITS:  # the number times its scale fits into 128 bits
        return _cast(cells, target)
    wide = _cast(cells, pa.decimal256(2 * _DIGITS, target.scale)) if longest <= _DIGITS else None
    return None if wide is None else _cast(wide, target)


def _plain(text: pa.StringArray, numbers: Numerals, longest: int | None = None) -> bool:
    """Whether every cell is made of `-./0123456789`, without a superfluous zero or a point at either end.

    Arrow's cast refuses what is left of wrong shapes (a slash, a second point, a minus inside), and would take what is
    refused here: white space, plus signs, exponents, hexadecimal, other alphabets' digits. Plain cells mean the same in
    every declared spelling whose decimal mark is the point; with another they have no point.
    """
    if text.null_count == len(text):
        return True
    offsets, data = cell_bytes(text)
    least = data.min() if len(data) else 0
    if least < 45 or data.max() > 57:
        return False
    if numbers.decimal != "." and (data == 46).any():
        return False
    starts, ends = offsets[:-1], offsets[1:]
    lengths = ends - starts
    if longest is not None and lengths.max() > longest:
        return False
    if lengths.min() == 0:
        filled = lengths > 0
        if text.null_count < len(text) - np.count_nonzero(filled):
            return False  # an empty text that is not NULL is no number
        starts, ends = starts[filled], ends[filled]
    first = data[starts]
    if least >= 48:  # nothing but digits
        return not ((first == 48) & (ends - starts > 1)).any()
    minus = first == 45
    if minus.any():
        starts = starts + minus
        if (starts >= ends).any():
            return False
        first = data[starts]
    if (first == 46).any() or (data[ends - 1] == 46).any():
        return False
    zero = starts[(first == 48) & (ends - starts > 1)]
    return not (data[zero + 1] != 46).any()
