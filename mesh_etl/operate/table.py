"""How old the table of a product is, from its ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mesh_etl.errors import MeshError
from mesh_etl.publish.lateness import newest

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob


@dataclass(frozen=True)
class TableStatus:
    """The head of a table: its version, 0 without one, when it was committed, and how much too late the next one is.

    `late` is None for a table that is not late, and for one without a version, of which nobody knows how late it is.
    `unknown` says why the ledger cannot be read, where it cannot.
    """

    version: int = 0
    committed: datetime | None = None
    late: timedelta | None = None
    awaited: bool = False  # it has no version, and should have one
    unknown: str = ""

    @property
    def is_late(self) -> bool:
        """Whether it is late, by however much."""
        return self.awaited or self.late is not None


def table_status(job: LoadedJob, late_after: str | None, now: datetime | None = None) -> TableStatus:
    """How the product's table stands now; one that was never published is late wherever `late_after` is stated."""
    try:
        found = newest(job)
    except MeshError as error:
        return TableStatus(unknown=error.code)
    if found is None:
        return TableStatus(awaited=late_after is not None)
    late = found.overdue(late_after, now or datetime.now(UTC)) if late_after else None
    return TableStatus(found.version, found.committed, late)
