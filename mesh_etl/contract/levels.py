"""The service levels that the standard names, and what their values and units mean.

What the lint takes, what is measured and what a diff compares is read by these functions alone.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, time

from mesh_etl.contract.values import moment

# https://bitol-io.github.io/open-data-contract-standard (service-level-agreement.md): "Those values are
# case-insensitive"; each has a synonym of two letters. timeOfAvailability stands in its example alone.
SYNONYMS = {
    "av": "availability", "th": "throughput", "er": "errorRate", "ga": "generalAvailability", "es": "endOfSupport",
    "el": "endOfLife", "re": "retention", "fy": "frequency", "ly": "latency", "td": "timeToDetect",
    "tn": "timeToNotify", "tr": "timeToRepair",
}  # fmt: skip
DURATIONS = ("latency", "freshness", "retention", "frequency", "timeToDetect", "timeToNotify", "timeToRepair")
SHARES = ("availability", "errorRate")
MOMENTS = ("generalAvailability", "endOfSupport", "endOfLife")
TIMES = ("timeOfAvailability",)
KNOWN = (*DURATIONS, *SHARES, *MOMENTS, *TIMES, "throughput")
MORE_IS_BETTER = ("availability", "throughput", "retention", "endOfSupport", "endOfLife")
# "d, day, days for days; y, yr, years for years, etc."; a month and a year are as long as on average
_SECONDS = {
    0.001: ("ms", "millisecond", "milliseconds"),
    1: ("s", "sec", "second", "seconds"),
    60: ("m", "min", "minute", "minutes"),
    3_600: ("h", "hr", "hrs", "hour", "hours"),
    86_400: ("d", "day", "days"),
    604_800: ("w", "wk", "week", "weeks"),
    2_629_800: ("mo", "month", "months"),
    7_889_400: ("q", "quarter", "quarters"),
    31_557_600: ("y", "yr", "year", "years"),
}
UNITS = {name: seconds for seconds, names in _SECONDS.items() for name in names}
_LONGEST = 1_000 * 31_557_600  # seconds; dates end with the year 9999
PERCENT = ("%", "percent", "pct")
_COUNT = r"(\d+(?:[.,]\d+)?)"
_ISO = re.compile(
    rf"P(?=.)(?:{_COUNT}Y)?(?:{_COUNT}M)?(?:{_COUNT}W)?(?:{_COUNT}D)?"
    rf"(?:T(?=.)(?:{_COUNT}H)?(?:{_COUNT}M)?(?:{_COUNT}S)?)?"
)
_ISO_UNITS = ("y", "mo", "w", "d", "h", "min", "s")
_RATE = re.compile(r"(?:rows|row|records|record)\s*(?:/|per)\s*([a-z]+)")


def level(name: str) -> str | None:
    """The service level that the name stands for, in the standard's spelling, or None where it names none."""
    word = name.strip().lower()
    known = {one.lower(): one for one in KNOWN}
    return SYNONYMS.get(word) or known.get(word)


def amount(kind: str | None, value: object, unit: str | None) -> float | datetime | time:
    """What the value of a known level means: seconds, percent, rows per second, a moment or a time of day.

    Raises `ValueError` with the reason where it means nothing.
    """
    if kind in DURATIONS:
        return period(kind, value, unit)
    if kind in SHARES:
        return percent(value, unit)
    if kind in MOMENTS:
        return day(value)
    if kind in TIMES:
        return clock(value)
    if kind == "throughput":
        return rate(value, unit)
    raise ValueError("the standard does not name the level")


def period(kind: str | None, value: object, unit: str | None) -> float:
    """The seconds of a length of time. Raises `ValueError` where it is none, or where nobody knows which."""
    seconds, count, word = iso_seconds(value), number(value), spelled(unit)
    if seconds is None:
        if count is None:
            raise ValueError("the value is no number")
        if not word:
            raise ValueError("the unit is not told: write s, min, h, d, weeks, months or y")
        if word == "m" and kind == "retention":
            raise ValueError("the unit 'm' may be minutes or months: write min or months")
        if word not in UNITS:
            raise ValueError(f"'{unit}' is no unit of time")
        seconds = count * UNITS[word]
    if seconds > _LONGEST:
        raise ValueError("the time is longer than a thousand years")
    return seconds


def percent(value: object, unit: str | None) -> float:
    """The share in percent. Raises `ValueError` where the value is none, or not told to be one."""
    share = number(value)
    if share is None:
        raise ValueError("the value is no number")
    if unit is None and not (isinstance(value, str) and value.rstrip().endswith("%")):
        raise ValueError("the unit is not told: write percent")
    if unit is not None and spelled(unit) not in PERCENT:
        raise ValueError(f"'{unit}' is not percent")
    return share


def rate(value: object, unit: str | None) -> float:
    """The rows per second. Raises `ValueError` for what is no number of rows in a time."""
    match = _RATE.fullmatch(spelled(unit))
    if not match or match[1] not in UNITS:
        raise ValueError("the unit is no number of rows in a time: write rows/s, rows/h or rows/day")
    rows = number(value)
    if rows is None:
        raise ValueError("the value is no number")
    return rows / UNITS[match[1]]


def day(value: object) -> datetime:
    """The moment; a date is its first one in UTC. Raises `ValueError` where it is none."""
    found = moment(value, "timestamp")
    if not isinstance(found, datetime):
        raise ValueError("the value is no date and no timestamp")
    return found


def clock(value: object) -> time:
    """The time of day, with its zone. Raises `ValueError` where it is none."""
    found = moment(value, "time")
    if not isinstance(found, time):
        raise ValueError("the value is no time of day")
    return found


def iso_seconds(value: object) -> float | None:
    """The seconds of an ISO 8601 duration such as PT4H, or None where the value is no such text."""
    match = _ISO.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    counts = (float((count or "0").replace(",", ".")) for count in match.groups())
    return sum(count * UNITS[unit] for count, unit in zip(counts, _ISO_UNITS, strict=True))


def number(value: object) -> float | None:
    """The number, of text as well and with a percent sign behind it; None for what is none, or has no end."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value.strip().removesuffix("%") if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def spelled(unit: str | None) -> str:
    """The unit as units are compared."""
    return (unit or "").strip().lower()
