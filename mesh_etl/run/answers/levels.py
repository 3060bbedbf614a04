"""Service levels as of the commit that is being made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mesh_etl.checks import Verdict
from mesh_etl.checks.levels import Level
from mesh_etl.checks.service import TableService, version, versions
from mesh_etl.run.answers.base import Audit, broken


def answered(rules: Sequence[Level], audit: Audit) -> Iterator[Verdict]:
    """The verdict on each level; one that cannot be measured yet is not executed."""
    past = versions(audit.states.metrics.entries)
    made = version(audit.now, audit.counts, audit.plan.mode.type)
    service = TableService(audit.now, (*past, made), audit.states.whole)
    yield from (verdict(rule, service) for rule in rules)


def verdict(level: Level, service: TableService) -> Verdict:
    """The verdict on a level as of the service's moment."""
    found = level.measured(service)
    if isinstance(found, str):
        return Verdict(level.id, "not executed", 0, level.text(), found)
    if found.holds:
        return Verdict(level.id, "passed", 0, level.text(), measured=found.value)
    return Verdict(level.id, broken(level), 0, level.text(), found.reason, measured=found.value)
