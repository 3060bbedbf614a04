"""Schedules that cron would not read, in rules and service levels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mesh_etl.contract.draft import Draft
from mesh_etl.errors import Fault

# crontab(5): minute, hour, day of the month, month, day of the week; names stand for months and days.
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
_NAMES = {
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "day of the week": ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
_MACROS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@reboot")
_ITEM = re.compile(r"(\*|\d+|[a-z]{3})(?:-(\d+|[a-z]{3}))?(?:/(\d+))?")


def schedule_warnings(draft: Draft) -> Iterator[Fault]:
    """Schedules of the scheduler cron that say no time. They are not followed, so none of them is a fault."""
    places = [(loc, one.scheduler, one.schedule) for loc, one in draft.odcs.rules()]
    places += [
        (("slaProperties", index), one.scheduler, one.schedule) for index, one in enumerate(draft.odcs.sla_properties)
    ]
    for loc, scheduler, schedule in places:
        reason = refusal(schedule) if schedule is not None and (scheduler or "").lower() == "cron" else None
        if reason:
            where = draft.where(*loc, "schedule")
            yield Fault("BAD_SCHEDULE", f"cron does not read the schedule: {reason}", where, "such as '0 20 * * *'")


def refusal(schedule: str) -> str | None:
    """Why cron does not read the schedule, or None where it does."""
    fields = schedule.lower().split()
    if fields[:1] and fields[0] in _MACROS and len(fields) == 1:
        return None
    if len(fields) != len(_FIELDS):
        return f"it has {len(fields)} fields instead of {len(_FIELDS)}"
    for text, (name, low, high) in zip(fields, _FIELDS, strict=True):
        if not all(_reads(item, name, low, high) for item in text.split(",")):
            return f"its {name} is not between {low} and {high}"
    return None


def _reads(item: str, name: str, low: int, high: int) -> bool:
    found = _ITEM.fullmatch(item)
    if not found or (found[1] == "*" and found[2]):
        return False
    ends = [_number(one, name) for one in (found[1], found[2]) if one and one != "*"]
    known = [one for one in ends if one is not None and low <= one <= high]
    return len(known) == len(ends) and known == sorted(known) and (found[3] is None or int(found[3]) > 0)


def _number(text: str, name: str) -> int | None:
    if text.isdigit():
        return int(text)
    names = _NAMES.get(name, ())
    first = 1 if name == "month" else 0
    return names.index(text) + first if text in names else None
