"""What the sampled values prove about a column: the tightest type that holds all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from mesh_etl.contract.types import Array, DataType, Decimal, Field, Simple, Struct

# Words that stand for no value where a column's other cells are of a type that such a word is not.
NULL_WORDS = ("", "NULL", "null", "NA", "N/A", "n/a", "\\N", "NaN", "nan", "None", "-")
_STRING = Simple("string")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_FIXED = re.compile(r"-?(0|[1-9][0-9]*)\.([0-9]{1,18})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
_NAIVE = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_CLOCK}")
_ZONED = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_CLOCK}(Z|[+-][0-9]{{2}}:[0-9]{{2}})")
_BIGINT = range(-(2**63), 2**63)


def of_text(cells: Sequence[str]) -> tuple[DataType, tuple[str, ...]]:
    """The type that all cells have, and the words among them that stand for no value.

    The empty cell always does. Any other word does only where it lets the column be something else than text.
    """
    words = tuple(word for word in NULL_WORDS if word in set(cells))
    without = [cell for cell in cells if cell not in words]
    kind = _of_cells(without)
    if kind != _STRING:
        return kind, words
    return _STRING, ("",) if "" in words else ()


def _of_cells(cells: list[str]) -> DataType:
    if not cells:
        return _STRING
    if all(cell in ("true", "false") for cell in cells):
        return Simple("boolean")
    if all(_WHOLE.fullmatch(cell) for cell in cells):
        return _whole([int(cell) for cell in cells if len(cell) < 40], len(cells))
    if all(_FLOAT.fullmatch(cell) for cell in cells):
        return _fixed(cells) or Simple("double")
    if all(_is(date, _DATE, cell) for cell in cells):
        return Simple("date")
    if all(_is(datetime, _NAIVE, cell) for cell in cells):
        return Simple("timestamp_ntz")
    if all(_is(datetime, _ZONED, cell) for cell in cells):
        return Simple("timestamp")
    return _STRING


def _whole(values: list[int], count: int) -> DataType:
    if len(values) == count and all(value in _BIGINT for value in values):
        return Simple("bigint")
    fits = len(values) == count and all(abs(value) < 10**38 for value in values)
    return Decimal(38, 0) if fits else _STRING


def _fixed(cells: list[str]) -> DataType | None:
    """A decimal, where every cell has the same number of fraction digits, as amounts have."""
    matches = [_FIXED.fullmatch(cell) for cell in cells]
    scales = {len(match[2]) for match in matches if match}
    if None in matches or len(scales) != 1:
        return None
    scale = scales.pop()
    digits = max(len(match[1]) for match in matches if match)
    precision = 18 if digits + scale <= 18 else 38
    return Decimal(precision, scale) if digits + scale <= 38 else None


def _is(kind: type[date] | type[datetime], form: re.Pattern[str], cell: str) -> bool:
    if not form.fullmatch(cell):
        return False
    try:
        kind.fromisoformat(cell)
    except ValueError:
        return False
    return True


def of_json(values: Sequence[Any]) -> DataType:
    """The type that all JSON values but null have; numbers in quotes are text."""
    present = [value for value in values if value is not None]
    kinds = {type(value) for value in present}
    if kinds == {bool}:
        return Simple("boolean")
    if kinds == {int}:
        return _whole(present, len(present))
    if kinds in ({float}, {int, float}):
        return Simple("double")
    if kinds == {str}:
        kind = _of_cells(present)
        return kind if isinstance(kind, Simple) and kind.name in ("date", "timestamp", "timestamp_ntz") else _STRING
    if kinds == {list}:
        return Array(of_json([item for value in present for item in value]))
    if kinds == {dict} and any(present):
        names = dict.fromkeys(name for value in present for name in value)
        return Struct(tuple(Field(name, of_json([value.get(name) for value in present])) for name in names))
    return _STRING
