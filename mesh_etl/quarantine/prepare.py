"""What a replay needs before it starts: the rows that can be read again, and a plan of the job over nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl.config import LoadedJob, MaxRejected
from mesh_etl.errors import Fault, PlanError, PublishError
from mesh_etl.expressions.parse import tree
from mesh_etl.modes.replay import Replay
from mesh_etl.plan import build
from mesh_etl.plan.build import identity, items_of
from mesh_etl.quarantine.cells import cells
from mesh_etl.quarantine.feed import Feed, Stuck, Versions
from mesh_etl.quarantine.pinned import pinned
from mesh_etl.quarantine.rows import Row
from mesh_etl.quarantine.spelling import is_text
from mesh_etl.quarantine.text import text
from mesh_etl.sources import Jdbc, Opened, Source
from mesh_etl.storage import faults
from mesh_etl.transforms.aggregate import Aggregate
from mesh_etl.transforms.python import Python
from mesh_etl.transforms.sql import Sql
from mesh_etl.transforms.union import Union

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.tables.entry import Entry
    from mesh_etl.tables.quarantine import Refused
    from mesh_etl.transforms.base import Transform

MADE = "a transform made it from other rows"
LOOKED_UP = "it is of an input that is only looked up in, which every run reads anew"


@dataclass(frozen=True)
class Prepared:
    """What is to be replayed: the plan over the rows of the feeds, the files that the quarantine consists of, the rest.

    `chosen` counts the rows that were asked for; `stuck` are those of them that cannot be read again.
    """

    plan: Plan
    feeds: Mapping[str, Feed]
    held: list[Refused]
    chosen: int
    stuck: list[Stuck]

    @property
    def fed(self) -> int:
        """The number of rows that are read again."""
        return sum(len(feed.rows) for feed in self.feeds.values())


def prepared(
    job: LoadedJob, chosen: list[Row], held: list[Refused], entries: list[Entry], folder: Path, acknowledge: str
) -> Prepared:
    """The replay of the chosen rows, whose text is below the folder; `held` are the files of the quarantine.

    Raises `PlanError`, and `PublishError` CONFLICT when there is a later entry than `entries`.
    """
    with faults(str(folder)):
        feeds, stuck = _fed(job, chosen, entries, folder)
    plan, missed = _planned(job, feeds, entries, acknowledge)
    return Prepared(plan, feeds, held, len(chosen), [*stuck, *missed])


def require_single_records(job: LoadedJob) -> None:
    """Neither a step of the job nor its mode needs more than one record. Raises `PlanError` REPLAY_UNFIT."""
    found = [
        Fault(
            "REPLAY_UNFIT",
            f"transforms[{index}]: {step.type} may make a row from several records, and a replay has a few of them",
            job.where("transforms", index),
            "mend the source and run the job again",
        )
        for index, step in enumerate(job.job.transforms)
        if _gathers(step)
    ]
    if reason := job.job.target.mode.needs_whole():
        problem = f"target.mode: a replay has a few of the records, and {reason}"
        found.append(
            Fault("REPLAY_UNFIT", problem, job.where("target", "mode"), "mend the source and run the job again")
        )
    if found:
        raise PlanError(*found)


def _gathers(step: Transform) -> bool:
    """Whether the step may make one row of several; what a Python function does cannot be known."""
    from sqlglot import exp

    if isinstance(step, Sql):
        gathering = (exp.AggFunc, exp.Window, exp.Distinct, exp.Group, exp.Limit, exp.SetOperation)
        return tree(step.query.sql, "query").find(*gathering) is not None
    return isinstance(step, Aggregate | Python)


def _fed(job: LoadedJob, chosen: list[Row], entries: list[Entry], folder: Path) -> tuple[dict[str, Feed], list[Stuck]]:
    """What reads the rows again, by input, and the rows that cannot be."""
    sources: dict[str, Source] = {"source": job.job.source, **job.job.inputs}
    known = Versions(entries)
    feeds: dict[str, Feed] = {}
    stuck = [Stuck(row, MADE) for row in chosen if row.file is None]
    primary = _primary(job)
    for name in dict.fromkeys(row.input or "" for row in chosen if row.file is not None):
        here = [row for row in chosen if row.input == name and row.file is not None]
        if name not in primary or name not in sources:
            stuck += [Stuck(row, LOOKED_UP) for row in here]
        else:
            feed, others = _feed(sources[name], here, known, folder / name, job.project.root)
            stuck += others
            if feed.rows:
                feeds[name] = feed
    return feeds, stuck


def _feed(source: Source, rows: list[Row], known: Versions, folder: Path, root: Path) -> tuple[Feed, list[Stuck]]:
    """What reads rows of a source again: their text, the cells that a database gave, or their file."""
    if isinstance(source, Jdbc):
        return cells(source, rows, known, folder), []
    return text(source, rows, known, folder, root) if is_text(source) else pinned(source, rows, known, root)


def _primary(job: LoadedJob) -> set[str]:
    """The inputs whose rows become rows of the table."""
    return {"source"}.union(*(step.reads() for step in job.job.transforms if isinstance(step, Union)))


def _planned(
    job: LoadedJob, feeds: Mapping[str, Feed], entries: list[Entry], acknowledge: str
) -> tuple[Plan, list[Stuck]]:
    """The plan of the job over nothing but the rows, whose rejection is no news; and rows that it does not reach."""
    checks = job.job.checks.model_copy(update={"max_rejected": MaxRejected(Fraction(100), percent=True)})
    tolerant = replace(job, job=job.job.model_copy(update={"checks": checks}))
    plan, stuck = _built(tolerant, feeds, acknowledge)
    if plan.head is None or plan.head.seq != entries[-1].seq:
        problem = "another version was committed while the replay began"
        raise PublishError(Fault("CONFLICT", problem, plan.ledger.layout.ledger(), "run again"), retryable=True)
    inputs = {name: _only(name, opened, feeds, plan.primary) for name, opened in plan.inputs.items()}
    items = items_of(inputs)
    for name, feed in feeds.items():
        stuck += feed.missed([item for item in items if item.input == name])
    key = hashlib.sha256(identity(job, plan.contract, inputs).encode())
    for row in (row for feed in feeds.values() for row in feed.rows.values()):
        key.update(f"{row.held.path}:{row.index} ".encode())
    return replace(plan, inputs=inputs, items=items, idem_key=key.hexdigest(), done=None, work="run"), stuck


def _built(job: LoadedJob, feeds: Mapping[str, Feed], acknowledge: str) -> tuple[Plan, list[Stuck]]:
    """The plan with the sources of the feeds, and the rows of files that do not fit the contract any more."""
    stuck: list[Stuck] = []
    while True:
        try:
            sources = {name: one.source for name, one in feeds.items() if one.rows}
            return build(job, sources, Replay(of=job.job.target.mode), acknowledge), stuck
        except PlanError as error:
            found = [
                feed.refuse(fault.where, f"its file does not fit: {fault.problem} [{fault.code}]")
                for fault in error.faults
                for feed in feeds.values()
            ]
            if not any(found):
                raise
            stuck += [one for some in found for one in some]


def _only(name: str, opened: Opened, feeds: Mapping[str, Feed], primary: frozenset[str]) -> Opened:
    """The input with the rows that are read again, and no others; inputs that are looked up in stay as they are."""
    if name in feeds and feeds[name].rows:
        return feeds[name].opened(opened)
    return replace(opened, files=(), fetches=()) if name in primary else opened
