"""Refused rows go when their time is over, or when they have to: their files leave the ledger first, then the disk."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.contract.load import load
from mesh_etl.errors import Fault, PublishError
from mesh_etl.plan.build import ledger_of, taken_over
from mesh_etl.publish import recover
from mesh_etl.publish.commit import code_version
from mesh_etl.storage import faults
from mesh_etl.tables.entry import Counts, Entry, Quarantine
from mesh_etl.tables.layout import new_txn
from mesh_etl.tables.ledger import folded
from mesh_etl.tables.quarantine import Refused, fallen, standing

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.tables.ledger import Ledger
    from mesh_etl.worlds import World

GRACE = datetime.timedelta(hours=1)  # so long may a reader go on with files that it has found in the ledger
_ROUNDS = 20
_NOTHING = Counts(read=0, good=0, quarantined=0, deduplicated=0, filtered=0)


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
    for _ in range(_ROUNDS):
        entries = list(ledger.entries())
        now = datetime.datetime.now(datetime.UTC)
        due = [one for one in standing(entries) if everything or one.is_older(job.job.quarantine.age, now)]
        with faults(str(Path(ledger.layout.root) / "quarantine")):
            strays = _strays(ledger, entries, due, everything, now)
            told = _told(job, due, strays)
        if dry_run:
            return told
        entry = _entry(entries, due) if due else None
        if entry is None or ledger.append(entry):
            break
    else:
        problem = f"other commits came first {_ROUNDS} times"
        raise PublishError(Fault("CONFLICT", problem, ledger.layout.ledger(), "run again"), retryable=True)
    for path in strays:
        ledger.storage.remove(str(path))
        with contextlib.suppress(OSError):  # other files of the run are still there
            path.parent.rmdir()
    if entry is not None:
        path = job.contract_path
        contract = load(path, str(path.relative_to(job.project.root)))
        recover(job, taken_over(job, contract, ledger.snapshot())[0], ledger, world)
    return replace(told, version=entry.seq if entry else None)


def _entry(entries: Sequence[Entry], due: Sequence[Refused]) -> Entry:
    """The commit that takes the files out of the quarantine and leaves the table, and what is known of it, as it is."""
    head = folded(entries)
    assert head is not None, "refused rows come with a commit"
    last = head.entry
    return Entry(
        seq=last.seq + 1,
        base_seq=last.seq,
        txn=new_txn(),
        idem_key=last.idem_key,
        product=last.product,
        operation="expire",
        committed_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
        code_version=code_version(),
        engine=last.engine,
        contract=last.contract,
        columns=last.columns,
        partition_by=last.partition_by,
        compression=last.compression,
        quarantine=Quarantine(rows=0, gone=tuple(one.path for one in due)),
        counts=_NOTHING,
        rules=last.rules,
        evolved=last.evolved,
    )


def _strays(
    ledger: Ledger, entries: Sequence[Entry], due: Sequence[Refused], everything: bool, now: datetime.datetime
) -> list[Path]:
    """The files that are there and that the quarantine no longer consists of, or will not without those that are due.

    Those that a replay or a later run has replaced stay for as long as a reader may still be at them.
    """
    root = Path(ledger.layout.root)
    expired = {path for entry in entries if entry.operation == "expire" for path in entry.quarantine.gone}
    gone = [
        path
        for path, at in fallen(entries).items()
        if everything or path in expired or now - datetime.datetime.fromisoformat(at) > GRACE
    ]
    return [root / path for path in (*gone, *(one.path for one in due)) if (root / path).exists()]


def _told(job: LoadedJob, due: Sequence[Refused], strays: Sequence[Path]) -> Expired:
    size = sum(path.stat().st_size for path in strays)
    return Expired(job.product, len(due), sum(one.rows for one in due), len(strays), size, None)
