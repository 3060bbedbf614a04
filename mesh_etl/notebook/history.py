"""The versions of a table, with the share of rows that each run refused, as a drawing and as a table."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.notebook.answer import Answer
from mesh_etl.notebook.chart import Bar, bars, drawn
from mesh_etl.notebook.page import Notes
from mesh_etl.plan.build import ledger_of

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.tables.entry import Entry


@dataclass(frozen=True)
class Version:
    """A run: when it committed (ISO 8601, UTC), the rows that it read and refused, and the rules that were broken."""

    version: int
    committed_at: str
    operation: str
    read: int
    rejected: int
    broken: tuple[str, ...]

    @property
    def rejected_percent(self) -> float:
        """The share of the rows read that were refused."""
        return 100 * self.rejected / self.read if self.read else 0.0


def history(job: LoadedJob, most: int) -> Answer[tuple[Version, ...]]:
    """The last versions that brought rows, oldest first."""
    entries = deque((one for one in ledger_of(job, job.product).entries() if not one.is_upkeep), max(most, 1))
    versions = tuple(map(_version, entries))
    page = Notes()
    if not versions:
        page.line(f"{job.product} has no version yet; make one: run()")
        return Answer(versions, page)
    page.line(f"{job.product}: rows refused by version", style="bold")
    shown = [Bar(f"#{one.version}", one.rejected_percent, f"{one.rejected:,} of {one.read:,} rows") for one in versions]
    page.picture(drawn(shown, f"Rows of {job.product} refused by version, in percent"), bars(shown))
    page.table(
        ("#", "when (UTC)", "operation", "read", "refused", "share", "broken rules"),
        [
            (
                str(one.version),
                one.committed_at[:16].replace("T", " "),
                one.operation,
                f"{one.read:,}",
                f"{one.rejected:,}",
                f"{one.rejected_percent:.3g} %",
                ", ".join(one.broken),
            )
            for one in versions
        ],
        ("#", "read", "refused", "share"),
    )
    return Answer(versions, page)


def _version(entry: Entry) -> Version:
    broken = tuple(one.rule for one in entry.rules if one.status in ("failed", "rejected rows", "warned"))
    counts = entry.counts
    return Version(entry.seq, entry.committed_at, entry.operation, counts.read, counts.quarantined, broken)
