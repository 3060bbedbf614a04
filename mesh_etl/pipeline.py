"""The four steps in a row: load, build, execute, publish."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from mesh_etl import worlds
from mesh_etl.config import LoadedJob, load
from mesh_etl.config.moment import moment_of
from mesh_etl.errors import PublishError
from mesh_etl.events.model import OF_QUALITY
from mesh_etl.plan import build
from mesh_etl.publish import Report, publish, recover
from mesh_etl.publish.announce import announce_failure
from mesh_etl.publish.freshness import Freshness
from mesh_etl.publish.publish import reported
from mesh_etl.run import engines, execute
from mesh_etl.run.verify import AuditFailed
from mesh_etl.telemetry import of_refusal, of_run, tell

if TYPE_CHECKING:
    from mesh_etl.errors import Fault
    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.run.progress import Progress
    from mesh_etl.worlds import World


_ROUNDS = 5  # so often a run begins anew because rivals came first


def run_product(
    product: str, root: Path | str = ".", env: str = "local", engine: str = "embedded", date: str = ""
) -> Report:
    """The product's table holds what its job makes of its inputs, and the catalogue says so.

    A run of finished work changes nothing. `date` is the run's date or moment in UTC, such as 2026-11-20, where it is
    not now. Raises any `MeshError`; see `errors.py` for what each leaves behind.
    """
    moment = moment_of(date)
    job = load(product, root, env)
    with engines.open(engine) as opened:
        return run_job(job, opened, worlds.open(job.project.env, job.project.root), moment=moment)


def run_job(
    job: LoadedJob,
    engine: Engine,
    world: World,
    progress: Progress | None = None,
    acknowledge: str = "",
    moment: datetime.datetime | None = None,
) -> Report:
    """As `run_product`, for a loaded job, on an engine and in a world that are open already.

    `acknowledge` is the version of the contract whose breaking changes are accepted. `moment` is that of the run, in
    UTC, where it is not now: some modes write it into the table.
    """
    moment, begun = moment or datetime.datetime.now(datetime.UTC), perf_counter()
    for _ in range(_ROUNDS - 1):
        try:
            return _run_once(job, engine, world, progress, acknowledge, moment, begun)
        except PublishError as error:
            restages = error.code == "CONFLICT" and job.job.target.mode.restages
            if not restages and error.code != "FENCED":
                raise
    return _run_once(job, engine, world, progress, acknowledge, moment, begun)


def _run_once(
    job: LoadedJob,
    engine: Engine,
    world: World,
    progress: Progress | None,
    acknowledge: str,
    moment: datetime.datetime,
    begun: float,
) -> Report:
    plan = build(job, acknowledge=acknowledge, moment=moment)
    if plan.work == "done":
        return _told(reported(plan, plan.done, "done before", world), job, world, begun)
    if plan.work == "nothing new":
        return _told(reported(plan, None, "nothing new", world), job, world, begun)
    recover(job, plan.contract, plan.ledger, world, before_work=True)
    try:
        staged = execute(plan, engine, world.secret, progress)
    except AuditFailed as error:
        error.faults += tuple(_refusal_told(plan, error, world, begun))
        raise
    return _told(publish(staged, world), job, world, begun)


def _told(report: Report, job: LoadedJob, world: World, begun: float) -> Report:
    """The report, with why the run's metrics could not be told, if they could not.

    On a laptop no alarm waits for them, and a run that finds its work done leaves no trace there.
    """
    if world.name == "local" and report.outcome != "published":
        return report
    unsent = tell(world, job, of_run(report, Freshness.of(report.snapshot), perf_counter() - begun))
    return replace(report, warnings=(*report.warnings, *unsent))


def _refusal_told(plan: Plan, error: AuditFailed, world: World, begun: float) -> list[Fault]:
    """An event and metrics have told that the data were refused, where it was them; returns why they could not."""
    reasons = sum(fault.code in OF_QUALITY for fault in error.faults)
    if not reasons:
        return []
    table = Freshness.of(plan.head) if plan.head else None
    points = of_refusal(error.counts, reasons, table, perf_counter() - begun)
    return [*announce_failure(plan, error, world), *tell(world, plan.job, points)]
