"""What service levels are measured on: the versions of a table, and the moments that its columns hold."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from mesh_etl.checks.levels import Version
from mesh_etl.checks.points import moment
from mesh_etl.kernels.write.states import ColumnState
from mesh_etl.tables.entry import Counts, Entry
from mesh_etl.tables.states import Metrics

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class TableService:
    """A table as of a moment; `state` tells the state of a column over the whole table, where it is known."""

    now: datetime.datetime
    versions: tuple[Version, ...]
    state: Callable[[str], ColumnState | None]

    def newest(self, column: str) -> datetime.datetime | None:
        """See `Service`."""
        state = self.state(column)
        return _moment(state.high) if state else None

    def oldest(self, column: str) -> datetime.datetime | None:
        """See `Service`."""
        state = self.state(column)
        return _moment(state.low) if state else None


def service(metrics: Metrics, now: datetime.datetime) -> TableService:
    """A table as its ledger says, as of now."""
    parts = tuple(metrics.parts())
    return TableService(now, versions(metrics.entries), lambda name: metrics.column(name, parts))


def versions(entries: Iterable[Entry]) -> tuple[Version, ...]:
    """The versions that these entries are."""
    made = [entry for entry in entries if not entry.is_upkeep]
    return tuple(version(moment(entry.committed_at), entry.counts, entry.operation) for entry in made)


def version(at: datetime.datetime, counts: Counts, operation: str) -> Version:
    """A version that was committed then, of a run that counted this."""
    return Version(
        at, counts.good, counts.read + counts.made, counts.quarantined, operation in ("replay", "delete", "rollback")
    )


def _moment(microseconds: Decimal | None) -> datetime.datetime | None:
    if microseconds is None:
        return None
    try:
        return _EPOCH + datetime.timedelta(microseconds=int(microseconds))
    except OverflowError:  # a date that Python's calendar does not have
        return None
