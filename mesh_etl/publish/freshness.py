"""How old a table is, by the newest version of its data: what upkeep commits makes no row newer."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.times import duration

if TYPE_CHECKING:
    from mesh_etl.tables.ledger import Snapshot


@dataclass(frozen=True)
class Freshness:
    """The newest version of a table's data, and when it was committed, in UTC."""

    version: int
    committed: datetime.datetime

    @classmethod
    def of(cls, snapshot: Snapshot) -> Freshness:
        """That of the table as a snapshot has it."""
        found = datetime.datetime.fromisoformat(snapshot.data.committed_at)
        return cls(snapshot.data.seq, found if found.tzinfo else found.replace(tzinfo=datetime.UTC))

    def age(self, now: datetime.datetime) -> datetime.timedelta:
        """How long ago the version was committed."""
        return now - self.committed

    def overdue(self, late_after: str, now: datetime.datetime) -> datetime.timedelta | None:
        """By how much the next version is late, which `late_after` (`6h`) allows so long after this one; None: not."""
        late = self.age(now) - duration(late_after)
        return late if late > datetime.timedelta() else None
