"""The service levels of a product as of now."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesh_etl.checks.levels import Level
    from mesh_etl.checks.service import TableService
    from mesh_etl.contract.load import Contract
    from mesh_etl.tables.ledger import Ledger


def levels(contract: Contract, ledger: Ledger) -> list[dict[str, Any]]:
    """Each level of the contract with what holds now; what is measured says so in words."""
    from mesh_etl.checks.found import Skipped
    from mesh_etl.checks.levels import Level
    from mesh_etl.checks.reading.levels import level_rules
    from mesh_etl.checks.service import service
    from mesh_etl.tables.states import Metrics

    now = datetime.datetime.now(datetime.UTC)
    table = service(Metrics(ledger), now)
    found = []
    for rule in (one.rule for one in level_rules(contract)):
        if isinstance(rule, Level):
            found.append(_facts(rule, table))
        elif isinstance(rule, Skipped):
            what = rule.id.removeprefix("sla.")
            found.append(
                {"rule": rule.id, "text": what, "status": "not executed", "measured": "", "reason": rule.reason}
            )
    return found


def _facts(level: Level, table: TableService) -> dict[str, Any]:
    from mesh_etl.run.answers.levels import verdict

    found = verdict(level, table)
    measured = "" if found.measured is None else level.spelled(found.measured)
    return {
        "rule": level.id,
        "text": level.text(),
        "status": found.status,
        "measured": measured,
        "reason": found.reason,
    }
