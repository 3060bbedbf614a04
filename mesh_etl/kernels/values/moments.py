"""Text to dates and timestamps: days and moments of the proleptic calendar from the year 1 to 9999.

Without declared formats the text is ISO 8601: `2024-12-31`, `2024-12-31 23:59:59.999999+01:00`. There is no 24:00 and
no leap second, because no type could hold them. Codes: DATE_FORMAT, TS_FORMAT, TS_NO_OFFSET.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.values.characters import cell_bytes
from mesh_etl.kernels.values.moment_format import moment_format
from mesh_etl.kernels.values.spelling import iso_moments
from mesh_etl.kernels.values.text_rules import TextRules
from mesh_etl.kernels.values.typed import Typed, coded, mask, misshapen, without

_FIRST_DAY = -719_162  # 0001-01-01; Python, Spark and Athena know no earlier date
_FIRST_MOMENT = _FIRST_DAY * 86_400_000_000
_LAST_MOMENT = 253_402_300_799_999_999
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_NAIVE = rf"^{_DATE}[T ][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(?:\.[0-9]{{1,6}})?$"
_OFFSET = rf"{_NAIVE[:-1]}(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})$"
_HAS_OFFSET = "(?:Z|[+-][0-9]{2}:[0-9]{2})$"
_CLOCK = pa.timestamp("us")
_INSTANT = pa.timestamp("us", tz="UTC")
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_DAY_AT, _CLOCK_AT = ((0, 4), (5, 7), (8, 10)), ((11, 13), (14, 16), (17, 19))


def dates(text: pa.StringArray, rules: TextRules) -> Typed:
    """The cells as days: DATE_FORMAT."""
    if rules.dates:
        cells, bad = iso_moments(text, rules.dates, "date")
    else:
        values = _days(text)
        if values is not None:
            return Typed(values)
        bad = misshapen(text, f"^{_DATE}$")
        cells = without(text, bad)
    values = _days(cells)
    if values is None:
        bad = bad | _no_days(cells)
        values = pc.cast(without(cells, bad), pa.date32())
    return Typed(values, coded("DATE_FORMAT", bad))


def timestamps(text: pa.StringArray, instant: bool, rules: TextRules) -> Typed:
    """The cells as instants, or as what a clock shows where not `instant`: TS_FORMAT, TS_NO_OFFSET."""
    zone = rules.timezone
    if rules.timestamps:
        cells, shapeless = iso_moments(text, rules.timestamps, "timestamp")
        offsets = {"offset" in moment_format(one, "timestamp").parts for one in rules.timestamps}
        alike = offsets == {instant} or (offsets == {False} and zone is not None)
        found = (_cast(cells, not offsets.pop(), zone if instant else None) if alike else None) or _moments(
            cells, instant, zone
        )
        return Typed(found.values, coded("TS_FORMAT", shapeless) | found.bad)
    clocks = not instant or zone is not None  # then an offset would contradict the declaration
    shapeless = misshapen(text, _NAIVE if clocks else _OFFSET)
    cells = without(text, shapeless)
    found = _cast(cells, clocks, zone if instant else None) or _moments(cells, instant, zone)
    bad = coded("TS_FORMAT", shapeless)
    if bad and not clocks:  # a clock without an offset is told from rubbish
        rows = np.flatnonzero(shapeless)
        rest = text.take(pa.array(rows))
        lacking = _moments(without(rest, misshapen(rest, _NAIVE)), instant, zone).bad
        bad |= {int(rows[row]): code for row, code in lacking.items()}
    return Typed(found.values, bad | found.bad)


def _days(cells: pa.StringArray) -> pa.Array | None:
    """The days, None where some cell is none."""
    try:
        values = pc.cast(cells, pa.date32())
    except pa.ArrowInvalid:
        return None
    first = pc.min(values.view(pa.int32())).as_py()
    return values if first is None or first >= _FIRST_DAY else None


def _cast(cells: pa.StringArray, clocks: bool, zone: str | None) -> Typed | None:
    """The moments of cells that all have an offset, or all have none; None where some cell is no moment."""
    try:
        values = pc.cast(cells, _CLOCK if clocks else _INSTANT)
        values = _in_zone(values, zone) if zone and clocks else values
    except pa.ArrowInvalid:
        return None
    return None if _outside(values).any() else Typed(values)


def _moments(cells: pa.StringArray, instant: bool, timezone: str | None) -> Typed:
    """ISO cells as moments, some with an offset and some without: TS_FORMAT, TS_NO_OFFSET."""
    bad = _no_days(cells) | _no_clocks(cells)
    offset = mask(pc.match_substring_regex(cells, _HAS_OFFSET))
    lacking = np.zeros(len(cells), bool)
    if not instant:
        bad |= offset
    elif timezone is None:
        lacking = mask(pc.is_valid(cells)) & ~offset & ~bad
    clocks = pc.cast(without(cells, bad | lacking | offset), _CLOCK)
    if not instant:
        values = clocks
    else:
        if timezone is not None:
            skipped = _skipped(clocks, timezone)
            bad |= skipped
            clocks = _in_zone(without(clocks, skipped), timezone)
        else:
            clocks = pa.nulls(len(cells), _INSTANT)
        values = pc.coalesce(pc.cast(without(cells, bad | lacking | ~offset), _INSTANT), clocks)
    bad |= _outside(values)
    return Typed(without(values, bad), coded("TS_FORMAT", bad) | coded("TS_NO_OFFSET", lacking))


def _in_zone(clocks: pa.TimestampArray, timezone: str) -> pa.TimestampArray:
    """The moments at which clocks of the zone showed this; ArrowInvalid where they did so twice or never."""
    return pc.assume_timezone(clocks, timezone, ambiguous="raise", nonexistent="raise").cast(_INSTANT)


def _skipped(clocks: pa.TimestampArray, timezone: str) -> np.ndarray:
    """Which clocks the zone showed twice or never."""
    first, last = (
        pc.assume_timezone(clocks, timezone, ambiguous=end, nonexistent=end) for end in ("earliest", "latest")
    )
    return mask(pc.not_equal(first, last))


def _outside(values: pa.TimestampArray) -> np.ndarray:
    moments = values.view(pa.int64())
    return mask(pc.or_(pc.less(moments, _FIRST_MOMENT), pc.greater(moments, _LAST_MOMENT)))


def _no_days(cells: pa.StringArray) -> np.ndarray:
    """Which cells begin with no day of the calendar; all have its shape, or are NULL."""
    year, month, day = _numbers(cells, _DAY_AT)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    length = _DAYS[np.minimum(month, 12)] - ((month == 2) & ~leap)
    none: np.ndarray = (year < 1) | (month < 1) | (month > 12) | (day < 1) | (day > length)
    none &= mask(pc.is_valid(cells))
    return none


def _no_clocks(cells: pa.StringArray) -> np.ndarray:
    """Which cells have no time of day after the day, or no offset of less than a day at the end."""
    hour, minute, second = _numbers(cells, _CLOCK_AT)
    none: np.ndarray = (hour > 23) | (minute > 59) | (second > 59)
    ahead = pc.match_substring_regex(cells, "[+-][0-9]{2}:[0-9]{2}$")
    hours, minutes = _numbers(pc.if_else(ahead, pc.utf8_slice_codeunits(cells, -5), "00:00"), ((0, 2), (3, 5)))
    none = (none | (hours > 23) | (minutes > 59)) & mask(pc.is_valid(cells))
    return none


def _numbers(cells: pa.StringArray, places: tuple[tuple[int, int], ...]) -> list[np.ndarray]:
    """The digits at these places of each cell as numbers; 1 for NULL."""
    offsets, data = cell_bytes(cells)
    found = []
    valid = mask(pc.is_valid(cells))
    starts = offsets[:-1][valid]
    for begin, end in places:
        number = np.zeros(len(starts), np.int32)
        for at in range(begin, end):
            number = number * 10 + (data[starts + at] - 48)
        spread = np.ones(len(cells), np.int32)
        spread[valid] = number
        found.append(spread)
    return found
