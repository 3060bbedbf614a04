"""Rows leave a table because somebody has the right to be forgotten: their files are written anew without them.

Only files that hold such rows are touched. The predicate may name a person, so it is kept nowhere: the ledger has a
salted hash of it, by which whoever knows the predicate can show that it was carried out.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PlanError, PublishError
from mesh_etl.modes.delete import Delete
from mesh_etl.plan import Plan
from mesh_etl.plan.build import ledger_of
from mesh_etl.publish import publish, recover
from mesh_etl.run.progress import Progress, Silent
from mesh_etl.run.rows_to_delete import counted, rewritten
from mesh_etl.run.scratch import scratch
from mesh_etl.run.staged import Staged
from mesh_etl.storage import faults
from mesh_etl.tables.entry import Changed, Counts, Deletion, Quarantine
from mesh_etl.tables.layout import new_txn
from mesh_etl.upkeep.standing import plan_as_it_stands

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.expressions import Expression
    from mesh_etl.run.engines import Engine
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World

_ROUNDS = 5
_NOTHING = Counts(read=0, good=0, quarantined=0, deduplicated=0, filtered=0)


@dataclass(frozen=True)
class Deleted:
    """Rows that left the table with the commit `version`, or would; `kept` rows were written anew beside them.

    `refused` rows in the quarantine may hold what the predicate means: it cannot be asked about raw records. So may
    the versions that `tags` name, which do not expire.
    """

    product: str
    rows: int
    files: int
    kept: int
    refused: int
    tags: Mapping[str, int]
    version: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON data; it holds counts, no cell values."""
        return {
            "product": self.product,
            "version": self.version,
            "deleted": self.rows,
            "kept": self.kept,
            "files": self.files,
            "refused_rows": self.refused,
            "tags": dict(self.tags),
        }


def delete(
    job: LoadedJob,
    engine: Engine,
    world: World,
    where: Expression,
    reason: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Deleted:
    """No row for which `where` is true is in the table's newest version, and the catalogue says so.

    Rows for which it is NULL stay. `reason` is kept in the ledger. Older versions still hold the rows. The contract
    stays that of the newest version, whatever its file says by now. Raises `PlanError`: NO_VERSION for a table without
    one, COLUMN_MISSING and NOT_A_CONDITION for the predicate; and what a run raises.
    """
    for _ in range(_ROUNDS - 1):
        try:
            return _deleted(job, engine, world, where, reason, dry_run, progress or Silent())
        except PublishError as error:
            if error.code not in ("CONFLICT", "FENCED"):
                raise
    return _deleted(job, engine, world, where, reason, dry_run, progress or Silent())


def _deleted(
    job: LoadedJob, engine: Engine, world: World, where: Expression, reason: str, dry_run: bool, progress: Progress
) -> Deleted:
    ledger = ledger_of(job, job.product)
    head = _head(job, ledger)
    plan = plan_as_it_stands(job, ledger, head, Delete(of=job.job.target.mode))
    progress.phase("find rows", 0)
    found = counted(plan, engine, where)
    rows = sum(found.values())
    held = sum(file.rows for one in head.partitions.values() for file in one.files if file.path in found)
    told = Deleted(job.product, rows, len(found), held - rows, head.refused, ledger.state().tags)
    if dry_run:
        return told
    recover(job, plan.contract, ledger, world, before_work=bool(found))
    if not found:
        return told
    staged = _staged(plan, engine, where, reason, found, held - rows, progress)
    report = publish(staged, world)
    return replace(told, version=report.entry.seq)


def _head(job: LoadedJob, ledger: Ledger) -> Snapshot:
    head = ledger.snapshot()
    if head is None:
        raise PlanError(Fault("NO_VERSION", f"{job.product} has no version yet", str(job.path), "run the job before"))
    return head


def _staged(
    plan: Plan,
    engine: Engine,
    where: Expression,
    reason: str,
    found: Mapping[str, int],
    kept: int,
    progress: Progress,
) -> Staged:
    txn, layout, storage = new_txn(), plan.ledger.layout, plan.ledger.storage
    try:
        with scratch(plan.ledger, engine, txn) as spilled, faults(layout.root):
            partitions, metrics = rewritten(plan, engine, where, found, kept, txn, spilled, progress)
    except BaseException:
        for folder in (layout.data(txn), layout.metrics(txn)):
            storage.remove(folder)
        raise
    rows, salt = sum(found.values()), secrets.token_hex(16)
    return Staged(
        plan,
        txn,
        engine.name,
        partitions,
        Quarantine(rows=0),
        _NOTHING,
        (),
        {},
        (),
        metrics,
        frozenset(found),
        Changed(deleted=rows, kept=kept),
        deletion=Deletion(
            rows=rows,
            reason=reason,
            salt=salt,
            predicate_sha256=hashlib.sha256(f"{salt}{where.sql}".encode()).hexdigest(),
        ),
    )
