"""What a run costs on so many workers of a type.

A run is paid by the second, for one minute at least, and not for the time until it starts. The first worker drives the
others. With auto scaling these are paid while there is work for them, otherwise all the time.
Source: https://aws.amazon.com/glue/pricing/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mesh_etl.cost.prices import Generation, Prices
from mesh_etl.cost.work import Work
from mesh_etl.deploy.package.glue_versions import FLEX_WORKERS
from mesh_etl.deploy.workers import STREAMS_ONLY, WORKERS, Worker

LEAST = 60  # seconds that are paid
HOUR = 3600
HARDLY_MORE = 1.05
_COUNTS = (2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 299)


@dataclass(frozen=True)
class Choice:
    """Workers of a type, how long a run takes on them and what it costs, as estimated and at worst.

    A stream has no end: its run is an hour. `flex` is None where that class is not to be had.
    """

    worker: Worker
    workers: int
    seconds: float
    at_worst: float
    units: float  # DPU-hours, or M-DPU-hours
    standard: float  # dollars
    flex: float | None


@dataclass(frozen=True)
class Terms:
    """What holds for all choices: how the job scales and what it may take, and the prices."""

    engine: str
    auto_scaling: bool
    stream: bool
    generation: Generation
    prices: Prices


def choice(work: Work, worker: Worker, workers: int, terms: Terms) -> Choice:
    """What a run comes to on these workers."""
    seconds, units = _run(work, 1.0, worker, workers, terms)
    at_worst, _ = _run(work, work.high, worker, workers, terms)
    rate = (terms.prices.m_dpu_hour if worker.doubled else terms.prices.dpu_hour)[terms.generation]
    spare = worker.type in FLEX_WORKERS and not terms.stream
    flex = units * rate.flex if spare and rate.flex is not None else None
    return Choice(worker, workers, seconds, at_worst, units, units * rate.standard, flex)


def choices(work: Work, timeout: float, terms: Terms) -> Iterator[Choice]:
    """For each worker type the fewest workers that cost hardly more than any number of them, and end in time at worst.

    Nothing for a type of which no number ends in `timeout` seconds. More workers cost more while they wait, and less
    where the one that drives them waits for fewer; so the fewest are not always the cheapest.
    """
    for worker in WORKERS.values():
        if (worker.type == STREAMS_ONLY) != terms.stream:
            continue
        fits = [
            one
            for one in (choice(work, worker, count, terms) for count in _COUNTS)
            if terms.stream or one.at_worst <= timeout
        ]
        if fits:
            bound = min(one.standard for one in fits) * HARDLY_MORE
            yield next(one for one in fits if one.standard <= bound)


def _run(work: Work, share: float, worker: Worker, workers: int, terms: Terms) -> tuple[float, float]:
    """Seconds and units of a run that is this share of the work."""
    if terms.stream:  # it has no end that could come too late
        return HOUR, workers * worker.units
    helpers = 0 if terms.engine == "embedded" else workers - 1
    cores = min(max(1, helpers) * worker.vcpus, max(1, work.tasks))
    busy = work.core_seconds * share / cores
    seconds = max(LEAST, work.overhead + busy)
    if not terms.auto_scaling:
        return seconds, workers * worker.units * seconds / HOUR
    needed = min(helpers, -(-cores // worker.vcpus))
    paid = max(LEAST, seconds) + needed * max(LEAST, busy)
    return seconds, worker.units * paid / HOUR
