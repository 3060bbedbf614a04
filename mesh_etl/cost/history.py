"""What past runs tell: how much they read and wrote, how long they took, and how often they come."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from mesh_etl.deploy.workers import WORKERS
from mesh_etl.tables.table_state import Size, TableState

if TYPE_CHECKING:
    from mesh_etl.tables.ledger import Ledger

LOOKED_AT = 100  # versions, upkeep's among them
RECENT = 20  # runs that count: what a product was like long ago says little of the next run
_MONTH = datetime.timedelta(days=365) / 12


@dataclass(frozen=True)
class Ran:
    """A run that has published: bytes that it read and wrote, and seconds from its beginning to its commit.

    `replaced` are the bytes of the table that are its own no more, and `grown` those that it has more than before.
    """

    at: datetime.datetime
    engine: str
    seconds: float
    read: int
    written: int
    replaced: int
    grown: int


@dataclass(frozen=True)
class GlueRun:
    """A run of a Glue job that succeeded: when it was, on what, and what Glue counted.

    `workers` is how many it had at a time, on the whole: with auto scaling fewer than it might have had.
    """

    begun: datetime.datetime
    ended: datetime.datetime
    seconds: float
    worker_type: str
    workers: float


def published(ledger: Ledger) -> tuple[Ran, ...]:
    """The newest runs of a table that read something, oldest first; what upkeep did is none.

    Of a long history only the newest versions are read.
    """
    start = next(iter(ledger.seqs()[-LOOKED_AT:]), 1) - 1
    state = ledger.state(start).copy() if start else TableState()
    found, before = [], state.size
    for entry in ledger.entries(start):
        state.apply(entry, ledger.state)
        after, written = state.size, Size.of(entry.partitions)
        begun, at = _begun(entry.txn), datetime.datetime.fromisoformat(entry.committed_at)
        if entry.inputs and not entry.is_upkeep and begun is not None:
            read = sum(one.size for one in entry.inputs)
            replaced = before.bytes + written.bytes - after.bytes
            seconds = max(0.0, (at - begun).total_seconds())
            grown = after.bytes - before.bytes
            found.append(Ran(at, entry.engine, seconds, read, written.bytes, max(0, replaced), grown))
        before = after
    return tuple(found[-RECENT:])


def glue_runs(glue: Any, job: str) -> tuple[GlueRun, ...]:
    """The newest runs of the Glue job that have succeeded. Raises what the client raises."""
    answer = glue.get_job_runs(JobName=job, MaxResults=RECENT)
    return tuple(
        GlueRun(run["StartedOn"], run["CompletedOn"], float(run["ExecutionTime"]), run["WorkerType"], _workers(run))
        for run in answer["JobRuns"]
        if run.get("JobRunState") == "SUCCEEDED" and run.get("ExecutionTime") and run.get("WorkerType") in WORKERS
    )


def _workers(run: Mapping[str, Any]) -> float:
    """The workers of a run; Glue tells DPU-seconds where their number changes."""
    units = run.get("DPUSeconds")
    if not units:
        return float(run["NumberOfWorkers"])
    return float(units / run["ExecutionTime"] / WORKERS[run["WorkerType"]].units)


def usual(numbers: Iterable[float]) -> float:
    """The median; 0 of nothing."""
    found = list(numbers)
    return median(found) if found else 0.0


def a_month(runs: Sequence[Ran]) -> float | None:
    """How many runs there are in a month, by those that were; None where they span less than a day."""
    if len(runs) < 2 or (span := runs[-1].at - runs[0].at) < datetime.timedelta(days=1):
        return None
    return (len(runs) - 1) * (_MONTH / span)


def _begun(txn: str) -> datetime.datetime | None:
    """When a transaction began, which its name says to the second; None for a name that says nothing."""
    try:
        return datetime.datetime.strptime(txn[:15], "%Y%m%dT%H%M%S").replace(tzinfo=datetime.UTC)
    except ValueError:
        return None
