"""Service levels that mean nothing: amounts that are none, units of something else, times that are not on any clock."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_etl.contract.draft import Draft
from mesh_etl.contract.levels import (
    DURATIONS,
    MOMENTS,
    PERCENT,
    SHARES,
    TIMES,
    UNITS,
    iso_seconds,
    level,
    number,
    spelled,
)
from mesh_etl.contract.odcs import ServiceLevel
from mesh_etl.contract.table import Loc
from mesh_etl.contract.values import moment
from mesh_etl.errors import Fault, did_you_mean


def level_faults(draft: Draft) -> Iterator[Fault]:
    """Known service levels whose value or unit cannot be what it is for. Others are left to who wrote them."""
    for index, one in enumerate(draft.odcs.sla_properties):
        kind, loc = level(one.property), ("slaProperties", index)
        if kind in DURATIONS:
            yield from _duration(draft, one, loc)
        elif kind in SHARES:
            yield from _share(draft, one, loc)
        elif kind in MOMENTS and not (moment(one.value, "date") or moment(one.value, "timestamp")):
            problem = f"{one.property} is a date or a timestamp"
            yield Fault("LEVEL_VALUE", problem, draft.where(*loc, "value"), "write it as ISO 8601, such as 2032-05-12")
        elif kind in TIMES and not moment(one.value, "time"):
            problem = f"{one.property} is a time of day"
            yield Fault("LEVEL_VALUE", problem, draft.where(*loc, "value"), "write it as ISO 8601, such as 09:00-08:00")


def _duration(draft: Draft, one: ServiceLevel, loc: Loc) -> Iterator[Fault]:
    where, fix = draft.where(*loc, "value"), "write a number of units"
    if iso_seconds(one.value) is not None:
        return
    amount = None if isinstance(one.value, str) else number(one.value)
    if amount is None:
        yield Fault("LEVEL_VALUE", f"{one.property} is a length of time", where, fix)
    elif amount < 0:
        yield Fault("IMPOSSIBLE_BOUNDS", f"{one.property} cannot be negative", where, fix)
    if one.unit is not None and spelled(one.unit) not in UNITS:
        fix = did_you_mean(one.unit, UNITS)
        problem = f"'{one.unit}' is no unit of time"
        yield Fault("LEVEL_UNIT", problem, draft.where(*loc, "unit"), fix or "such as h, d, mo or y")


def _share(draft: Draft, one: ServiceLevel, loc: Loc) -> Iterator[Fault]:
    where, share = draft.where(*loc, "value"), number(one.value)
    if share is None:
        yield Fault("LEVEL_VALUE", f"{one.property} is a number", where, "write it as a number, with unit percent")
        return
    if not 0 <= share <= 100:
        problem = f"{one.property} lies between 0 and 100 percent"
        yield Fault("IMPOSSIBLE_BOUNDS", problem, where, "correct the number")
    if one.unit is not None and spelled(one.unit) not in PERCENT:
        problem = f"{one.property} is counted in percent"
        yield Fault("LEVEL_UNIT", problem, draft.where(*loc, "unit"), "write percent")
