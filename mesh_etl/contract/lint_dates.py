"""Dates about the contract itself, and about its people."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_etl.contract.draft import Draft
from mesh_etl.contract.people import Team
from mesh_etl.contract.table import Loc
from mesh_etl.contract.values import moment
from mesh_etl.errors import Fault

_FIX = "write it as ISO 8601, such as 2026-01-31"


def date_faults(draft: Draft) -> Iterator[Fault]:
    """Dates that are none, and people who left before they came."""
    created = draft.odcs.contract_created_ts
    if created is not None and moment(created, "timestamp") is None:
        where = draft.where("contractCreatedTs")
        yield Fault("BAD_DATE", "contractCreatedTs is not a timestamp", where, "such as 2026-01-31T09:30:00Z")
    inside: Loc = ("team", "members") if isinstance(draft.odcs.team, Team) else ("team",)
    for index, member in enumerate(draft.odcs.members):
        loc = (*inside, index)
        came, left = _day(member.date_in), _day(member.date_out)
        for key, stated, day in (("dateIn", member.date_in, came), ("dateOut", member.date_out, left)):
            if stated is not None and day is None:
                yield Fault("BAD_DATE", f"{key} is not a date", draft.where(*loc, key), _FIX)
        if came and left and left < came:
            yield Fault("IMPOSSIBLE_BOUNDS", "dateOut is before dateIn", draft.where(*loc, "dateOut"), "swap them")


def _day(text: str | None) -> str | None:
    """The day as it sorts, of a date or a timestamp."""
    found = moment(text, "date") or moment(text, "timestamp")
    return found.isoformat()[:10] if found else None
