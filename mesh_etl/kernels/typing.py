"""Text to typed columns by one strict grammar: a cell is exactly a value of the type, or it is rejected with a code.

Nothing is trimmed, rounded, guessed or read by locale. The usual case costs one pass over the bytes (a table of allowed
characters, a look at first and last characters) and Arrow's own cast, which is exact; only a column that fails it is
looked at cell by cell. Codes: TYPE_FORMAT, TYPE_OVERFLOW, DECIMAL_SCALE, DATE_FORMAT, TS_FORMAT, TS_NO_OFFSET.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.contract.types import DataType, Decimal, Simple, Varchar
from mesh_etl.kernels.schema import arrow

_INTEGERS = {"tinyint", "smallint", "int", "bigint"}
_FLOATS = {"float", "double"}
_FIRST_DAY = -719_162  # 0001-01-01; Python, Spark and Athena know no earlier date
_FIRST_MOMENT = _FIRST_DAY * 86_400_000_000
_LAST_MOMENT = 253_402_300_799_999_999
_WHOLE = r"-?(0|[1-9][0-9]*)"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
_NAIVE = rf"^{_DATE}[T ]{_CLOCK}$"
_OFFSET = rf"^{_DATE}[T ]{_CLOCK}(Z|[+-][0-9]{{2}}:[0-9]{{2}})$"


@dataclass(frozen=True)
class TextRules:
    """What a source declares about its text: the words for true and false, and the zone of timestamps without one."""

    true: tuple[str, ...] = ("true",)
    false: tuple[str, ...] = ("false",)
    timezone: str | None = None


PLAIN_TEXT = TextRules()


@dataclass(frozen=True)
class Typed:
    """The typed column, NULL where a cell was rejected, with a code for each rejected cell (by row index)."""

    values: pa.Array
    bad: dict[int, str]


def typed(text: pa.StringArray, type_: DataType, rules: TextRules) -> Typed:
    """The column with every cell typed exactly or rejected; NULL stays NULL."""
    if isinstance(type_, Varchar) or type_ == Simple("string"):
        return Typed(text, {})
    if isinstance(type_, Decimal):
        return _number(text, arrow(type_), rf"^{_WHOLE}(\.[0-9]+)?$", partial(_decimal_code, type_.scale))
    if not isinstance(type_, Simple) or type_.name == "binary":
        raise TypeError(f"{type_.ddl()} cannot be read from text")
    if type_.name in _INTEGERS:
        return _number(text, arrow(type_), rf"^{_WHOLE}$", _overflow)
    if type_.name in _FLOATS:
        return _float(text, arrow(type_))
    if type_.name == "boolean":
        return _boolean(text, rules)
    if type_.name == "date":
        return _date(text)
    return _timestamp(text, type_.name, rules)


def _number(text: pa.StringArray, target: pa.DataType, grammar: str, code: Callable[[str], str]) -> Typed:
    if _plain(text):
        try:
            return Typed(pc.cast(text, target), {})
        except pa.ArrowInvalid:
            pass  # some cell is out of range: find which
    return _cell_by_cell(text, grammar, "TYPE_FORMAT", lambda cells: pc.cast(cells, target), code)


def _float(text: pa.StringArray, target: pa.DataType) -> Typed:
    def cast(cells: pa.StringArray) -> pa.Array:
        values = pc.cast(cells, target)
        if pc.any(pc.is_inf(values)).as_py():
            raise pa.ArrowInvalid("out of range")
        return values

    if _plain(text):
        try:
            return Typed(cast(text), {})
        except pa.ArrowInvalid:
            pass  # some cell is out of range: find which
    return _cell_by_cell(text, rf"^{_WHOLE}(\.[0-9]+)?([eE][+-]?[0-9]+)?$", "TYPE_FORMAT", cast, _overflow)


def _boolean(text: pa.StringArray, rules: TextRules) -> Typed:
    true = pc.is_in(text, pa.array(rules.true, pa.string()))
    false = pc.is_in(text, pa.array(rules.false, pa.string()))
    known = pc.or_(true, false)
    bad = np.flatnonzero(pc.and_(pc.is_valid(text), pc.invert(known)).to_numpy(zero_copy_only=False))
    values = pc.if_else(known, true, pa.scalar(None, pa.bool_()))
    return Typed(values, {int(row): "TYPE_FORMAT" for row in bad})


def _date(text: pa.StringArray) -> Typed:
    def cast(cells: pa.StringArray) -> pa.Array:
        values = pc.cast(cells, pa.date32())
        first = pc.min(values.cast(pa.int32())).as_py()
        if first is not None and first < _FIRST_DAY:
            raise pa.ArrowInvalid("before the year 1")
        return values

    try:
        return Typed(cast(text), {})
    except pa.ArrowInvalid:
        return _cell_by_cell(text, rf"^{_DATE}$", "DATE_FORMAT", cast, lambda _: "DATE_FORMAT")


def _timestamp(text: pa.StringArray, name: str, rules: TextRules) -> Typed:
    naive = name == "timestamp_ntz" or rules.timezone is not None
    target = pa.timestamp("us") if naive else pa.timestamp("us", tz="UTC")

    def cast(cells: pa.StringArray) -> pa.Array:
        values = pc.cast(cells, target)
        if naive and name == "timestamp":
            values = pc.assume_timezone(values, rules.timezone, ambiguous="raise", nonexistent="raise")
            values = values.cast(pa.timestamp("us", tz="UTC"))
        ends = pc.min_max(values.cast(pa.int64())).as_py()
        if ends["min"] is not None and (ends["min"] < _FIRST_MOMENT or ends["max"] > _LAST_MOMENT):
            raise pa.ArrowInvalid("before the year 1 or after 9999")
        return values

    def code(cell: str) -> str:
        return "TS_NO_OFFSET" if not naive and cell[-6:-5] not in "+-" and not cell.endswith("Z") else "TS_FORMAT"

    grammar = _NAIVE if naive else _OFFSET
    if pc.all(pc.match_substring_regex(text, grammar)).as_py() is not False:
        try:
            return Typed(cast(text), {})
        except pa.ArrowInvalid:
            pass  # a shape that is no time, such as 25:00: find which
    found = _cell_by_cell(text, grammar, "TS_FORMAT", cast, lambda _: "TS_FORMAT")
    return Typed(found.values, {row: code(text[row].as_py()) for row in found.bad})


def _plain(text: pa.StringArray) -> bool:
    """Whether every cell is made of `-./0123456789`, without a superfluous zero or a point at either end.

    Arrow's cast refuses what is left of wrong shapes (a slash, a second point, a minus inside), and would take what is
    refused here: white space, plus signs, exponents, hexadecimal, other alphabets' digits.
    """
    if text.null_count == len(text):
        return True
    offsets, data = _bytes(text)
    if not (data - np.uint8(45) <= 12).all():
        return False
    starts, ends = offsets[:-1], offsets[1:]
    filled = ends > starts
    if not filled.all():
        if text.null_count < int((~filled).sum()):
            return False  # an empty text that is not NULL is no number
        starts, ends = starts[filled], ends[filled]
    minus = data[starts] == 45
    head = starts + minus
    if (head >= ends).any() or (data[head] == 46).any() or (data[ends - 1] == 46).any():
        return False
    long = ends - head > 1
    zero = data[head[long]] == 48
    return not (zero & (data[head[long] + 1] != 46)).any()


def _bytes(text: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    _, offsets_buffer, data_buffer = text.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32)[text.offset : text.offset + len(text) + 1]
    if data_buffer is None:
        return offsets - offsets[0], np.zeros(0, np.uint8)
    return offsets - offsets[0], np.frombuffer(data_buffer, np.uint8)[offsets[0] : offsets[-1]]


def _cell_by_cell(
    text: pa.StringArray,
    grammar: str,
    shape_code: str,
    cast: Callable[[pa.StringArray], pa.Array],
    value_code: Callable[[str], str],
) -> Typed:
    """The slow path: reject by grammar first, then find the cells that have the shape and are no value."""
    shaped = pc.fill_null(pc.match_substring_regex(text, grammar), True)
    misshapen = np.flatnonzero(~shaped.to_numpy(zero_copy_only=False))
    bad = {int(row): shape_code for row in misshapen}
    cells = pc.if_else(shaped, text, pa.scalar(None, pa.string())) if bad else text
    for row in _no_values(cells, cast, 0):
        bad[row] = value_code(cells[row].as_py())
    if len(bad) > len(misshapen):
        keep = np.ones(len(text), bool)
        keep[list(bad)] = False
        cells = pc.if_else(pa.array(keep), text, pa.scalar(None, pa.string()))
    return Typed(cast(cells), bad)


def _no_values(cells: pa.StringArray, cast: Callable[[pa.StringArray], pa.Array], base: int) -> list[int]:
    """Rows that `cast` refuses, found by halving: cheap when they are few."""
    try:
        cast(cells)
    except pa.ArrowInvalid:
        if len(cells) == 1:
            return [base]
        middle = len(cells) // 2
        return _no_values(cells[:middle], cast, base) + _no_values(cells[middle:], cast, base + middle)
    return []


def _overflow(_: str) -> str:
    return "TYPE_OVERFLOW"


def _decimal_code(scale: int, cell: str) -> str:
    return "DECIMAL_SCALE" if len(cell.partition(".")[2].rstrip("0")) > scale else "TYPE_OVERFLOW"
