"""Refused records go through today's contract and job once more; what passes is published, in one commit.

The same commit takes the rows that passed out of the quarantine: its ledger entry names the files that are gone and
those that hold what is left of them. So a row is in the table or in the quarantine at any moment, and never in both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mesh_etl.config import LoadedJob
from mesh_etl.errors import Fault, RunError
from mesh_etl.plan.build import ledger_of
from mesh_etl.publish import publish, recover
from mesh_etl.publish.publish import discard
from mesh_etl.quarantine.prepare import Prepared, prepared, require_single_records
from mesh_etl.quarantine.rows import Choice, rows
from mesh_etl.quarantine.settle import settle
from mesh_etl.run import execute
from mesh_etl.run.landing import shared
from mesh_etl.run.scratch import scratch
from mesh_etl.run.verify import RECOUNT
from mesh_etl.storage import faults
from mesh_etl.tables.entry import Counts
from mesh_etl.tables.layout import new_txn
from mesh_etl.tables.quarantine import kept
from mesh_etl.upkeep.commit import committed

if TYPE_CHECKING:
    from mesh_etl.run import Staged
    from mesh_etl.run.engines import Engine
    from mesh_etl.run.progress import Progress
    from mesh_etl.worlds import World

Outcome = Literal["published", "tried", "nothing to replay", "nothing changes"]

_NOTHING = Counts(read=0, good=0, quarantined=0, deduplicated=0, filtered=0)


@dataclass(frozen=True)
class Replayed:
    """What a replay came to: `chosen` rows = `counts.read` that were read again + those that are `stuck`, by reason.

    `refused` of those that were read are refused again, `still` says by which rules. `version` is None where nothing
    was committed.
    """

    product: str
    outcome: Outcome
    chosen: int = 0
    counts: Counts = _NOTHING
    refused: int = 0
    still: Mapping[str, int] = field(default_factory=dict)
    stuck: Mapping[str, int] = field(default_factory=dict)
    version: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON data; it holds counts and names, no cell values."""
        return {
            "product": self.product,
            "outcome": self.outcome,
            "version": self.version,
            "chosen": self.chosen,
            "replayed": self.counts.read,
            "published": self.counts.good,
            "refused": self.refused,
            "refused_by": dict(self.still),
            "deduplicated": self.counts.deduplicated,
            "filtered": self.counts.filtered,
            "consumed": self.counts.consumed,
            "made": self.counts.made,
            "stuck": dict(self.stuck),
        }


def replay(
    job: LoadedJob,
    engine: Engine,
    world: World,
    choice: Choice,
    dry_run: bool = False,
    progress: Progress | None = None,
    acknowledge: str = "",
) -> Replayed:
    """The chosen rows that pass by now are the table's and no longer the quarantine's, and the catalogue says so.

    With `dry_run`, and when nothing would change, nothing is committed. `acknowledge` is the version of the contract
    whose breaking changes are accepted. Raises `PlanError` REPLAY_UNFIT where the job makes rows from several records,
    and `PublishError` CONFLICT when another commit comes between.
    """
    require_single_records(job)
    ledger = ledger_of(job, job.product)
    entries = list(ledger.entries())
    held = kept(entries, job.job.quarantine.age)
    chosen = choice.rows(list(rows(ledger, choice.files(held))), entries)
    if not chosen:
        if not dry_run:
            committed(job, ledger, world, lambda _: None)  # the catalogue may be behind
        return Replayed(job.product, "nothing to replay")
    with scratch(ledger, engine, new_txn()) as texts, texts.here() as folder:
        ready = prepared(job, chosen, held, entries, Path(folder), acknowledge)
        if not dry_run:
            recover(job, ready.plan.contract, ledger, world, before_work=True)
        ready = replace(ready, plan=shared(ready.plan, texts))
        return _carried_out(ready, engine, world, dry_run, progress)


def _carried_out(ready: Prepared, engine: Engine, world: World, dry_run: bool, progress: Progress | None) -> Replayed:
    plan, stuck = ready.plan, Counter(one.reason for one in ready.stuck)
    if not ready.fed:
        return Replayed(plan.product, "nothing changes", ready.chosen, stuck=stuck)
    staged = execute(plan, engine, world.secret, progress)
    try:
        with faults(plan.ledger.layout.root):
            settled = settle(staged, ready.feeds, ready.held)
        _require_balance(staged, ready)
    except BaseException:
        discard(staged)
        raise
    found = Replayed(plan.product, "tried", ready.chosen, staged.counts, settled.refused, settled.still, stuck)
    if dry_run or not settled.changed:
        discard(staged)
        return found if dry_run else replace(found, outcome="nothing changes")
    report = publish(settled.staged, world)
    return replace(found, outcome="published", version=report.entry.seq)


def _require_balance(staged: Staged, ready: Prepared) -> None:
    """Every row was read once. Raises `RunError` ACCOUNTING."""
    read = staged.counts.read
    if read != ready.fed:
        problem = f"{ready.fed:,} rows of the quarantine were given to the job, {read:,} were read"
        raise RunError(Fault("ACCOUNTING", problem, str(ready.plan.job.path), RECOUNT))
