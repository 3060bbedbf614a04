"""What a contract lacks for those who read it, and words that nothing gives a meaning."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_etl.contract.draft import Draft
from mesh_etl.contract.levels import DURATIONS, KNOWN, SHARES, level
from mesh_etl.contract.people import Team
from mesh_etl.contract.quality import LibraryRule
from mesh_etl.contract.table import Loc, Property, Table
from mesh_etl.errors import Fault, did_you_mean

STATUSES = ("proposed", "draft", "active", "deprecated", "retired")
SEVERITIES = ("info", "minor", "warn", "warning", "error", "major", "critical")
SHOWN = 3


def advice(draft: Draft) -> Iterator[Fault]:
    """Missing descriptions, owners and statuses, unknown words, and rules that another promise has made pointless."""
    odcs = draft.odcs
    if odcs.description is None or not (odcs.description.purpose or odcs.description.usage):
        yield Fault(
            "NO_DESCRIPTION", "nothing says what the data is for", draft.where(), "add description: {purpose: …}"
        )
    if odcs.status is None:
        yield Fault("NO_STATUS", "the contract has no status", draft.where(), f"one of: {', '.join(STATUSES)}")
    elif odcs.status.lower() not in STATUSES:
        fix = did_you_mean(odcs.status, STATUSES)
        yield Fault("UNKNOWN_STATUS", "the standard does not name this status", draft.where("status"), fix)
    if not odcs.members and not (isinstance(odcs.team, Team) and odcs.team.name):
        yield Fault("NO_OWNER", "nobody stands behind the contract", draft.where(), "add team: {name: …}")
    for index, table in enumerate(odcs.tables):
        yield from _descriptions(draft, table, ("schema", index))
        for below, found in table.walk():
            yield from _redundant(draft, found, ("schema", index, *below))
    for loc, rule in odcs.rules():
        if rule.severity is not None and rule.severity.lower() not in SEVERITIES:
            where, fix = draft.where(*loc, "severity"), did_you_mean(rule.severity, SEVERITIES)
            yield Fault("UNKNOWN_SEVERITY", "the severity is unknown, and counts as error", where, fix)
    yield from _levels(draft)


def _descriptions(draft: Draft, table: Table, loc: Loc) -> Iterator[Fault]:
    if not table.description:
        yield Fault("NO_DESCRIPTION", "the table has no description", draft.where(*loc), "say what one row is")
    silent = [one.name for one in table.properties if not (one.description or one.business_name)]
    if silent:
        names = ", ".join(silent[:SHOWN]) + (f" and {len(silent) - SHOWN} more" if len(silent) > SHOWN else "")
        problem = f"{len(silent)} of {len(table.properties)} columns have no description: {names}"
        yield Fault("NO_DESCRIPTION", problem, draft.where(*loc, "properties"), "say what they mean")


def _redundant(draft: Draft, found: Property, loc: Loc) -> Iterator[Fault]:
    promised = {
        "nullValues": found.required or found.primary_key,
        "duplicateValues": found.unique,
    }
    for index, rule in enumerate(found.quality):
        if isinstance(rule, LibraryRule) and promised.get(rule.measure):
            where = draft.where(*loc, "quality", index)
            problem = f"the column itself promises what the rule '{rule.measure}' measures"
            yield Fault("REDUNDANT_RULE", problem, where, "keep one of them")


def _levels(draft: Draft) -> Iterator[Fault]:
    for index, one in enumerate(draft.odcs.sla_properties):
        if level(one.property) is None:
            fix = did_you_mean(one.property, KNOWN)
            where = draft.where("slaProperties", index, "property")
            yield Fault("UNKNOWN_LEVEL", f"the standard names no service level '{one.property}'", where, fix)
        elif (unit := _unit(level(one.property))) and one.unit is None and not isinstance(one.value, str):
            where = draft.where("slaProperties", index)
            yield Fault("NO_UNIT", f"{one.property} has no unit", where, f"add one, such as unit: {unit}")


def _unit(kind: str | None) -> str:
    """A unit in which values of the level are counted."""
    if kind in SHARES:
        return "percent"
    return "d" if kind in DURATIONS else "rows/day" if kind == "throughput" else ""
