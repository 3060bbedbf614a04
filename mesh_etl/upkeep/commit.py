"""The commit of work on a table that no run of its job made: prepared at the head, and anew when a rival was first."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mesh_etl.contract.load import contract_of
from mesh_etl.errors import Fault, MeshError, PublishError
from mesh_etl.plan.build import taken_over
from mesh_etl.publish import recover
from mesh_etl.publish.fence import refuse_fenced
from mesh_etl.storage import OutcomeUnknown
from mesh_etl.tables.entry import Counts, Entry
from mesh_etl.tables.layout import new_txn
from mesh_etl.version import code_version

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World

NOTHING = Counts(read=0, good=0, quarantined=0, deduplicated=0, filtered=0)
_ROUNDS = 20

Prepare = Callable[["Snapshot"], "Entry | None"]


def committed(job: LoadedJob, ledger: Ledger, world: World, prepare: Prepare) -> Entry | None:
    """The ledger holds what `prepare` made of its head, and the catalogue says what the ledger's head says.

    `prepare` is asked with the table's head, and again with the new head when another commit came first; it answers
    None when there is nothing to commit, or when what it had made does not fit any more. Then this returns None, as for
    a table without a commit. The catalogue follows on entry and on every exit.

    Raises `PublishError`: CONFLICT (retryable) when other commits come first again and again; FENCED (retryable) when
    the work was given up for dead; COMMIT_UNKNOWN (retryable) when the storage does not answer; and what `recover`
    raises. A commit that was made stays.
    """
    contract = contract_of(job)
    # A ledger that has lost its end is found out before it grows another one.
    _recovered(job, contract, ledger, world, before_work=True)
    try:
        entry = _appended(ledger, prepare)
    except MeshError as error:
        if error.code != "COMMIT_UNKNOWN":
            _recovered_after(error, job, contract, ledger, world)
        raise
    _recovered(job, contract, ledger, world)
    return entry


def following(head: Snapshot, operation: str, **facts: Any) -> Entry:
    """The entry after the head, by an operation that brings no rows: `facts` are what differs from the head's.

    Columns, contract, partition keys, codec and verdicts are the head's. `txn` is new unless it is among the facts.
    """
    last = head.entry
    stated = {
        "seq": last.seq + 1,
        "base_seq": last.seq,
        "txn": new_txn(),
        "idem_key": last.idem_key,
        "product": last.product,
        "operation": operation,
        "committed_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
        "code_version": code_version(),
        "engine": last.engine,
        "contract": last.contract,
        "columns": last.columns,
        "partition_by": last.partition_by,
        "compression": last.compression,
        "file_format": last.file_format,
        "counts": NOTHING,
        "rules": last.rules,
        "evolved": last.evolved,
    }
    return Entry(**{**stated, **facts})


def _appended(ledger: Ledger, prepare: Prepare) -> Entry | None:
    for _ in range(_ROUNDS):
        head = ledger.snapshot()
        entry = prepare(head) if head else None
        if entry is None:
            return None
        refuse_fenced(ledger, entry.txn, entry.base_seq)
        try:
            if ledger.append(entry):
                return ledger.committed(entry)
        except OutcomeUnknown:
            problem = "the storage does not answer, so it is not known whether the commit happened"
            fix = "run again: it finds the commit or makes it"
            raise PublishError(Fault("COMMIT_UNKNOWN", problem, ledger.layout.ledger(), fix), retryable=True) from None
    problem = f"other commits came first {_ROUNDS} times"
    raise PublishError(Fault("CONFLICT", problem, ledger.layout.ledger(), "run again"), retryable=True)


def _recovered(job: LoadedJob, contract: Contract, ledger: Ledger, world: World, before_work: bool = False) -> None:
    recover(job, taken_over(job, contract, ledger.snapshot())[0], ledger, world, before_work=before_work)


def _recovered_after(error: MeshError, job: LoadedJob, contract: Contract, ledger: Ledger, world: World) -> None:
    """The catalogue follows the others' commits; if it cannot, both faults are told, the first one first.

    This is the guard `publish on abort` of the commit protocol, as in `publish/publish.py`.
    """
    try:
        _recovered(job, contract, ledger, world)
    except MeshError as second:
        raise PublishError(*error.faults, *second.faults, retryable=error.retryable) from second
