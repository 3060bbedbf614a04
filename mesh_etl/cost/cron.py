"""How often a schedule of AWS comes round.

Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import datetime
import re

HOURS = 730  # of a month: 8,760 of a year, in twelve
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_YEAR = 2027  # one without a 29th of February


def times_a_month(schedule: str) -> float | None:
    """How often `cron(…)` or `rate(…)` comes round in a month, on average; None for what is not understood."""
    if found := re.fullmatch(r"rate\(([1-9]\d*) (minute|hour|day)s?\)", schedule):
        return HOURS / (int(found[1]) * {"minute": 1 / 60, "hour": 1, "day": 24}[found[2]])
    fields = re.fullmatch(r"cron\((.*)\)", schedule)
    parts = fields[1].split() if fields else []
    if len(parts) != 6:
        return None
    try:
        minutes, hours = _values(parts[0], 0, 59), _values(parts[1], 0, 23)
        days, months = parts[2], _values(parts[3], 1, 12, _MONTHS)
        weekdays = parts[4]
        dates = [one for one in _dates() if one.month in months and _on(one, days, weekdays)]
    except ValueError:
        return None
    return len(dates) * len(minutes) * len(hours) / 12


def _dates() -> list[datetime.date]:
    first = datetime.date(_YEAR, 1, 1)
    return [first + datetime.timedelta(days=day) for day in range(365)]


def _on(date: datetime.date, days: str, weekdays: str) -> bool:
    if days == "L":
        return (date + datetime.timedelta(days=1)).day == 1
    if nth := re.fullmatch(r"(\w+)#([1-5])", weekdays):
        return _weekday(date) in _values(nth[1], 1, 7, _DAYS) and (date.day - 1) // 7 + 1 == int(nth[2])
    return date.day in _values(days, 1, 31) and _weekday(date) in _values(weekdays, 1, 7, _DAYS)


def _weekday(date: datetime.date) -> int:
    return date.isoweekday() % 7 + 1  # Sunday is 1


def _values(text: str, low: int, high: int, names: tuple[str, ...] = ()) -> set[int]:
    """The numbers that a field names. Raises `ValueError` for what it cannot be."""
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            begin, end = low, high
        else:
            first, _, last = span.partition("-")
            begin = _number(first, names)
            end = _number(last, names) if last else (high if step else begin)
        if not low <= begin <= high or not low <= end <= high:
            raise ValueError(f"{part} is not within {low} to {high}")
        width = end - begin if end >= begin else end - begin + high - low + 1  # FRI-MON goes round
        found |= {(begin - low + offset) % (high - low + 1) + low for offset in range(0, width + 1, int(step or 1))}
    return found


def _number(text: str, names: tuple[str, ...]) -> int:
    return names.index(text.upper()) + 1 if text.upper() in names else int(text)
