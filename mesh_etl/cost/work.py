"""How much work a run is, in seconds of one core, and what says so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mesh_etl.cost.figures import MB, Figures
from mesh_etl.cost.history import GlueRun, Ran, usual
from mesh_etl.deploy.workers import WORKERS

ENOUGH = 64 * MB  # input: below it a run is start and end, and says nothing of its speed


@dataclass(frozen=True)
class Work:
    """A run: seconds that one core would need, seconds that pass besides, and how many cores can take part.

    `low` and `high` are the shares of it that it may turn out to be, and `basis` says what the estimate stands on.
    """

    core_seconds: float
    overhead: float
    tasks: int
    low: float
    high: float
    basis: str


@dataclass(frozen=True)
class Reading:
    """What a run reads: bytes by the type of the source, on which engine, and whether rows pass through transforms."""

    bytes: dict[str, int]
    engine: str
    transforms: bool

    @property
    def total(self) -> int:
        """All bytes."""
        return sum(self.bytes.values())


def work(reading: Reading, glue: Sequence[GlueRun], runs: Sequence[Ran], cores: int) -> Work:
    """The work of a run that reads so much: by runs on Glue that have published, else by those of the ledger, else by
    benchmarks.

    `cores` is how many those of the ledger had.
    """
    figures = Figures.read()
    overhead = figures.overhead(reading.engine).value
    tasks = max(len(reading.bytes), math.ceil(reading.total / (figures.task_mb.value * MB)))
    if made := [(one, ran.read) for one in glue for ran in runs if one.begun <= ran.at <= one.ended]:
        # A run that has found nothing new is no measure, and one that read less is one of what it read.
        seconds = usual(
            max(1.0, one.seconds - overhead) * _cores(one, reading.engine) * (reading.total / read if read else 1.0)
            for one, read in made
        )
        basis = f"{len(made)} runs of the Glue job" if len(made) > 1 else "one run of the Glue job"
        return Work(seconds, overhead, tasks, 0.7, 1.5, basis)
    timed = [one for one in runs if one.read >= ENOUGH and one.seconds >= 1]
    if timed:
        slower = _slower(reading.engine, timed[-1].engine, figures)
        speed = usual(one.read / (one.seconds * cores) for one in timed) / slower
        times = "a run" if len(timed) == 1 else f"{len(timed)} runs"
        basis = f"{times} in the ledger, on {cores} cores (engine {timed[-1].engine})"
        return Work(reading.total / speed, overhead, tasks, 0.5, 2.0, basis)
    seconds = sum(size / (figures.speed(kind).value * MB) for kind, size in reading.bytes.items())
    seconds /= 1.0 if reading.engine == "embedded" else figures.speed_of_spark.value
    seconds /= figures.speed_with_transforms.value if reading.transforms else 1.0
    return Work(seconds, overhead, tasks, 0.5, 3.0, "benchmarks of this library, not of this job")


def _cores(run: GlueRun, engine: str) -> float:
    """The cores that worked in a run: those of all workers but the driver's, or where there is no Spark of that one."""
    return (1 if engine == "embedded" else max(1, run.workers - 1)) * WORKERS[run.worker_type].vcpus


def _slower(engine: str, measured: str, figures: Figures) -> float:
    """How many times the work that the engine `measured` did is for `engine`."""
    if (engine == "embedded") == (measured == "embedded"):
        return 1.0
    return figures.speed_of_spark.value if engine == "embedded" else 1 / figures.speed_of_spark.value
