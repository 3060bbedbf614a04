"""Refused rows go when their time is over, or when they have to: their files leave the ledger first, then the disk."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mesh_etl.plan.build import ledger_of
from mesh_etl.storage import faults
from mesh_etl.tables.entry import Entry, Quarantine
from mesh_etl.tables.quarantine import Refused, fallen, standing
from mesh_etl.upkeep.commit import committed, following
from mesh_etl.upkeep.removal import present, remove

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World

GRACE = datetime.timedelta(hours=1)  # so long may a reader go on with files that it has found in the ledger


@dataclass(frozen=True)
class Expired:
    """Files of refused rows that left the quarantine, by the commit `version`; None where there was none.

    `removed` files are deleted: these, and those that earlier commits have taken out of the quarantine.
    """

    product: str
    files: int
    rows: int
    removed: int
    bytes: int
    version: int | None

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON data."""
        return {
            "product": self.product,
            "version": self.version,
            "expired": {"files": self.files, "rows": self.rows},
            "removed": {"files": self.removed, "bytes": self.bytes},
        }


def expire(job: LoadedJob, world: World, everything: bool = False, dry_run: bool = False) -> Expired:
    """Refused rows that are older than the job keeps them, or all of them, are neither in the ledger nor on the disk.

    Files go whole, by the age of the commit that refused their rows, and their bytes only once the ledger no longer
    names them. Raises `PublishError` CONFLICT when other commits come first again and again, and `RunError`
    PERMISSION_DENIED where files are out of reach, before anything has changed.
    """
    ledger = ledger_of(job, job.product)
    due, strays = _found(job, ledger, everything)
    if dry_run:
        return _told(job, due, strays)

    def prepare(head: Snapshot) -> Entry | None:
        nonlocal due, strays
        due, strays = _found(job, ledger, everything)
        gone = Quarantine(rows=0, gone=tuple(one.path for one in due))
        return following(head, "expire", quarantine=gone) if due else None

    entry = committed(job, ledger, world, prepare)
    told = _told(job, due, strays)
    if strays:
        remove(ledger, strays, present(ledger, "quarantine"))
    return replace(told, version=entry.seq if entry else None)


def _found(job: LoadedJob, ledger: Ledger, everything: bool) -> tuple[list[Refused], dict[str, int]]:
    """The files of refused rows whose time is over, and all files to remove."""
    entries = list(ledger.entries())
    now = datetime.datetime.now(datetime.UTC)
    due = [one for one in standing(entries) if everything or one.is_older(job.job.quarantine.age, now)]
    with faults(ledger.layout.path("quarantine")):
        return due, _strays(ledger, entries, due, everything, now)


def _strays(
    ledger: Ledger, entries: Sequence[Entry], due: Sequence[Refused], everything: bool, now: datetime.datetime
) -> dict[str, int]:
    """The files, with their bytes, that are there and are no part of the quarantine, or will not be without the due.

    Those that a replay or a later run has replaced stay for as long as a reader may still be at them.
    """
    expired = {path for entry in entries if entry.operation == "expire" for path in entry.quarantine.gone}
    gone = {
        path
        for path, at in fallen(entries).items()
        if everything or path in expired or now - datetime.datetime.fromisoformat(at) > GRACE
    }
    gone |= {one.path for one in due}
    return {path: size for path, size in present(ledger, "quarantine").items() if path in gone} if gone else {}


def _told(job: LoadedJob, due: Sequence[Refused], strays: Mapping[str, int]) -> Expired:
    size = sum(strays.values())
    return Expired(job.product, len(due), sum(one.rows for one in due), len(strays), size, None)
