"""How old the table of a product is, from its ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.times import duration
from mesh_etl.errors import MeshError
from mesh_etl.plan.build import ledger_of

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob


@dataclass(frozen=True)
class Freshness:
    """The head of a table: its version, 0 without one, when it was committed, and how much too late the next one is.

    `unknown` says why the ledger cannot be read, where it cannot.
    """

    version: int = 0
    committed: datetime | None = None
    late: timedelta | None = None
    unknown: str = ""


def freshness(job: LoadedJob, late_after: str | None, now: datetime | None = None) -> Freshness:
    """How the product's table stands now; one that was never published is not late."""
    try:
        head = ledger_of(job, job.product).snapshot()
    except MeshError as error:
        return Freshness(unknown=error.code)
    if head is None:
        return Freshness()
    committed = datetime.fromisoformat(str(head.data.committed_at))
    committed = committed if committed.tzinfo else committed.replace(tzinfo=UTC)
    late = (now or datetime.now(UTC)) - committed - duration(late_after) if late_after else None
    return Freshness(head.data.seq, committed, late if late and late > timedelta() else None)
