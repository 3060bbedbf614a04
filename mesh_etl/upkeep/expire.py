"""Versions that nobody needs any more: the ledger says first that they cannot be read, then their files go."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.plan.build import ledger_of
from mesh_etl.upkeep.commit import committed, following
from mesh_etl.upkeep.lifetimes import committed_at, due, expired
from mesh_etl.upkeep.needed import given_up
from mesh_etl.upkeep.removal import Removal, present, remove
from mesh_etl.upkeep.shown import is_shown, shown
from mesh_etl.upkeep.verify.ledger import require_whole

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.tables.entry import Entry
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World


@dataclass(frozen=True)
class Expired:
    """The versions that readers lost by the commit `version`, None where there was none, and the files that went.

    The files are those of these versions, and those that an earlier commit had given up and nobody had removed yet.
    `held` files would have gone, but the catalogue still shows them.
    """

    product: str
    versions: tuple[int, ...]
    files: int
    bytes: int
    held: int
    version: int | None

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON data."""
        return {
            "product": self.product,
            "version": self.version,
            "expired": list(self.versions),
            "removed": {"files": self.files, "bytes": self.bytes},
            "held": self.held,
        }


def expire(
    job: LoadedJob,
    world: World,
    older_than: datetime.timedelta,
    keep_last: int = 1,
    dry_run: bool = False,
) -> Expired:
    """Versions that were replaced at least `older_than` ago cannot be read, and their files are not stored, any more.

    The newest `keep_last` states of the table stay, and every version with a tag. Killed at any moment, the next call
    removes what this one has left. With `dry_run` nothing changes, and the answer is what would.

    Raises `PlanError` for a ledger that is not whole, by which nothing may be deleted; `PublishError` where the commit
    or the catalogue fails; and `RunError` where files cannot be removed.
    """
    ledger = ledger_of(job, job.product)

    def old(entries: Sequence[Entry]) -> tuple[int, ...]:
        now, moments = datetime.datetime.now(datetime.UTC), committed_at(entries, _written(ledger))
        tags = ledger.state(entries[-1].seq).tags if entries else {}
        return due(entries, moments, now, older_than, keep_last, tags.values())

    def prepare(head: Snapshot) -> Entry | None:
        versions = old([entry for entry in ledger.entries() if entry.seq <= head.seq])
        return following(head, "expire", expired=versions) if versions else None

    require_whole(ledger)
    entry = None if dry_run else committed(job, ledger, world, prepare)
    entries = require_whole(ledger)
    if not dry_run:
        ledger.forget(expired(entries))
    versions = old(entries) if dry_run else entry.expired if entry else ()
    there = present(ledger, "data", "metrics", "tombstones")
    gone = given_up(entries, there, expired(entries).union(versions))
    # An Iceberg table's catalogue shows old versions too, until they have been forgotten.
    folders = frozenset() if dry_run and not ledger.one_folder else shown(job, ledger, world)
    free = {path for path in gone if not is_shown(path, folders)}
    removal = Removal({path: there[path] for path in free})
    if not dry_run:
        remove(ledger, free, there)
    seq = entry.seq if entry else None
    return Expired(job.product, versions, len(removal), removal.bytes, len(gone) - len(free), seq)


def _written(ledger: Ledger) -> dict[int, datetime.datetime]:
    """When the storage says that each entry was written."""
    layout = ledger.layout
    names = {layout.entry(seq): seq for seq in ledger.seqs()}
    return {names[one.path]: one.modified for one in ledger.storage.walk(layout.ledger()) if one.path in names}
