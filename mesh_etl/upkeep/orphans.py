"""Files that no commit names, left by runs that died: the ledger bars these runs first, then their files go.

Nobody can tell a run that is dead from one that is slow. So a commit names the transaction, which can never be
committed from then on (see `publish/fence.py`); the age that files must have only spares a run that is slow.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.plan.build import ledger_of
from mesh_etl.upkeep.commit import committed, following
from mesh_etl.upkeep.removal import remove
from mesh_etl.upkeep.shown import is_shown, shown
from mesh_etl.upkeep.verify.ledger import require_whole

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.storage import Stored
    from mesh_etl.tables.entry import Entry
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World

FOLDERS = ("data", "quarantine", "metrics", "tombstones", "_spill")  # each has a folder for each transaction
METADATA = "metadata"  # an Iceberg table's own; other engines write there too, so that age is all that tells
METADATA_AGE = datetime.timedelta(days=3)  # as Iceberg's remove_orphan_files has it
_TXN = re.compile(r"\d{8}T\d{6}-[0-9a-f]{12}")  # as `tables.layout.new_txn` makes them
_UNFINISHED = re.compile(r"\.[0-9a-f]{32}")  # what an entry is called before it has its name, on a local disk


@dataclass(frozen=True)
class Orphans:
    """The transactions that the commit `version` barred, None where there was none, and the files that went.

    The files are those of these transactions, of ones that were barred before, and what committed ones have left beside
    what they committed; `uploads` are objects of theirs that were never whole. `held` files would have gone, but the
    catalogue shows them; `foreign` are files that this library cannot have written, which it leaves alone.
    """

    product: str
    fenced: tuple[str, ...]
    files: int
    bytes: int
    uploads: int
    held: int
    foreign: tuple[str, ...]
    version: int | None

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON data."""
        return {
            "product": self.product,
            "version": self.version,
            "fenced": list(self.fenced),
            "removed": {"files": self.files, "bytes": self.bytes, "uploads": self.uploads},
            "held": self.held,
            "foreign": list(self.foreign),
        }


def orphans(job: LoadedJob, world: World, older_than: datetime.timedelta, dry_run: bool = False) -> Orphans:
    """No file that is older than `older_than`, and that no commit names, is stored below the table's root any more.

    Killed at any moment, the next call removes what this one has left. With `dry_run` nothing changes.

    Raises `PlanError` for a ledger that is not whole, by which nothing may be deleted; `PublishError` where the commit
    or the catalogue fails; and `RunError` where files cannot be removed.
    """
    ledger = ledger_of(job, job.product)
    stored, begun = _stored(ledger), _begun(ledger)
    old = datetime.datetime.now(datetime.UTC) - older_than

    def prepare(head: Snapshot) -> Entry | None:
        fenced = _dead([entry for entry in ledger.entries() if entry.seq <= head.seq], [*stored.items(), *begun], old)
        return following(head, "fence", fenced=fenced) if fenced else None

    require_whole(ledger)
    entry = None if dry_run else committed(job, ledger, world, prepare)
    entries = require_whole(ledger)
    if not dry_run:
        ledger.abandon(txn for one in entries for txn in one.fenced)
    if not entries:  # a table without a commit has no head to stand on; its first commit comes before any fence
        return Orphans(job.product, (), 0, 0, 0, 0, (), None)
    fenced = _dead(entries, [*stored.items(), *begun], old) if dry_run else entry.fenced if entry else ()
    gone = [path for path in _named_by_nobody(entries, fenced, stored) if stored[path].modified <= old]
    folders = shown(job, ledger, world)
    free = [path for path in gone if not is_shown(path, folders)]
    held = len(gone) - len(free)
    metadata = _metadata(ledger)
    stored |= metadata
    ancient = min(old, datetime.datetime.now(datetime.UTC) - METADATA_AGE)
    free += [path for path, one in metadata.items() if one.modified <= ancient and not is_shown(path, folders)]
    broken_off = [path for path, one in begun if _is_over(entries, fenced, path) and one.modified <= old]
    if not dry_run:
        for path in broken_off:
            ledger.storage.abort(ledger.layout.path(path))
        remove(ledger, free, stored)
    ours = ("_ledger/", f"{METADATA}/")
    foreign = tuple(
        path for path in stored if _txn(path) is None and not path.startswith(ours) and not is_shown(path, folders)
    )
    size = sum(stored[path].size for path in free)
    seq = entry.seq if entry else None
    return Orphans(job.product, fenced, len(free), size, len(broken_off), held, foreign, seq)


def _stored(ledger: Ledger) -> dict[str, Stored]:
    """What lies where transactions write, and entries that were never finished, by path below the root."""
    layout, storage = ledger.layout, ledger.storage
    found = {layout.relative(one.path): one for name in FOLDERS for one in storage.walk(layout.path(name))}
    entries = {layout.relative(one.path): one for one in storage.walk(layout.ledger())}
    return found | entries


def _metadata(ledger: Ledger) -> dict[str, Stored]:
    """What lies where an Iceberg table has its metadata, by path below the root; nothing for other tables."""
    if ledger.one_folder:
        return {}
    walked = ledger.storage.walk(ledger.layout.path(METADATA))
    return {ledger.layout.relative(one.path): one for one in walked}


def _begun(ledger: Ledger) -> list[tuple[str, Stored]]:
    """What was begun to be sent and is not whole, by path below the root; to a path it can be more than once."""
    return [(ledger.layout.relative(one.path), one) for one in ledger.storage.uploads(ledger.layout.root)]


def _is_over(entries: Iterable[Entry], fenced: Collection[str], path: str) -> bool:
    """Whether the transaction to which the path belongs has committed, or never can."""
    txn = _txn(path)
    return txn is not None and (txn in fenced or any(txn == entry.txn or txn in entry.fenced for entry in entries))


def _txn(path: str) -> str | None:
    """The transaction that a file belongs to, by its path; None where the path is not of this library's making."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 and parts[0] in FOLDERS and _TXN.fullmatch(parts[1]) else None


def _dead(entries: Iterable[Entry], stored: Iterable[tuple[str, Stored]], old: datetime.datetime) -> tuple[str, ...]:
    """The transactions that are neither committed nor barred, and that have written nothing since `old`."""
    known = {txn for entry in entries for txn in (entry.txn, *entry.fenced)}
    newest: dict[str, datetime.datetime] = {}
    for path, one in stored:
        txn = _txn(path)
        if txn is not None and txn not in known:
            newest[txn] = max(one.modified, newest.get(txn, one.modified))
    return tuple(sorted(txn for txn, moment in newest.items() if moment <= old))


def _named_by_nobody(entries: Sequence[Entry], fenced: Iterable[str], stored: Iterable[str]) -> list[str]:
    """The stored files of barred transactions, and those of committed ones that no entry names."""
    barred = {txn for entry in entries for txn in entry.fenced}.union(fenced)
    ended = {entry.txn for entry in entries}
    named = {file.path for entry in entries for one in entry.partitions for file in one.files}
    named |= {file.path for entry in entries for file in entry.quarantine.files}
    named |= {file.path for entry in entries for file in entry.tombstones or ()}
    states = {entry.metrics for entry in entries}
    found = []
    for path in stored:
        txn = _txn(path)
        if txn is None:
            if path.startswith("_ledger/") and _UNFINISHED.fullmatch(path.rpartition("/")[2]):
                found.append(path)
        elif txn in barred or (txn in ended and path not in named and path.rpartition("/")[0] not in states):
            found.append(path)
    return found
