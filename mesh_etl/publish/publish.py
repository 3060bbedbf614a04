"""Make a staged run visible: commit it, then roll the catalogue forward."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, MeshError, PublishError
from mesh_etl.publish.commit import commit
from mesh_etl.publish.recover import recover
from mesh_etl.publish.report import Outcome, Report, Written

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.run import Staged
    from mesh_etl.tables.entry import Entry
    from mesh_etl.worlds import World


def publish(staged: Staged, world: World) -> Report:
    """The staged rows are the table's, whole and at once, and the catalogue says so.

    Raises `PublishError`. When the commit lost against a rival, the staged files are removed; when the catalogue could
    not be reached after the commit, the commit holds and the next run, or anybody's, publishes it.
    """
    plan = staged.plan
    try:
        entry = commit(staged)
    except MeshError as error:
        if error.code != "COMMIT_UNKNOWN":
            discard(staged)
            _recovered_after(error, staged, world)
        raise
    if entry.txn != staged.txn:
        discard(staged)
        return reported(plan, entry, "done before", world)
    files = [file for partition in staged.partitions for file in partition.files]
    written = Written(len(files), sum(file.bytes for file in files))
    return replace(reported(plan, entry, "published", world), written=written)


def reported(plan: Plan, entry: Entry | None, outcome: Outcome, world: World) -> Report:
    """The report on the table as it stands, after the catalogue has been rolled forward to it."""
    change = recover(plan.job, plan.contract, plan.ledger, world)
    snapshot = plan.ledger.snapshot()
    if snapshot is None:
        fix = "restore the folder from a backup, or from the bucket's earlier versions of its files, and run again"
        raise PublishError(Fault("LEDGER_MISSING", "the ledger has gone", plan.ledger.layout.ledger(), fix))
    told = entry or snapshot.data
    root = plan.ledger.layout.root
    if change is None:
        return Report(plan.product, outcome, told, snapshot, root, (), plan.warnings)
    warnings = (*plan.warnings, *change.warnings)
    return Report(plan.product, outcome, told, snapshot, root, change.lines(), warnings, change.central_lines())


def _recovered_after(error: MeshError, staged: Staged, world: World) -> None:
    """The catalogue follows the rival that won; if it cannot, both faults are told, the lost commit first.

    This is the guard `publish on abort` of the commit protocol.
    """
    plan = staged.plan
    try:
        recover(plan.job, plan.contract, plan.ledger, world)
    except MeshError as second:
        raise PublishError(*error.faults, *second.faults, retryable=error.retryable) from second


def discard(staged: Staged) -> None:
    """Nothing is left of what was staged; for a run that is not committed and will not be."""
    layout, storage = staged.plan.ledger.layout, staged.plan.ledger.storage
    for folder in layout.staged(staged.txn):
        storage.remove(folder)
