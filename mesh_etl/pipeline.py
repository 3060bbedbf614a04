"""The four steps in a row: load, build, execute, publish."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl import worlds
from mesh_etl.config import LoadedJob, load
from mesh_etl.config.moment import moment_of
from mesh_etl.errors import PublishError
from mesh_etl.plan import build
from mesh_etl.publish import Report, publish, recover
from mesh_etl.publish.announce import announce_failure
from mesh_etl.publish.publish import reported
from mesh_etl.run import engines, execute
from mesh_etl.run.verify import AuditFailed

if TYPE_CHECKING:
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
    moment = moment or datetime.datetime.now(datetime.UTC)
    for _ in range(_ROUNDS - 1):
        try:
            return _run_once(job, engine, world, progress, acknowledge, moment)
        except PublishError as error:
            restages = error.code == "CONFLICT" and job.job.target.mode.restages
            if not restages and error.code != "FENCED":
                raise
    return _run_once(job, engine, world, progress, acknowledge, moment)


def _run_once(
    job: LoadedJob,
    engine: Engine,
    world: World,
    progress: Progress | None,
    acknowledge: str,
    moment: datetime.datetime,
) -> Report:
    plan = build(job, acknowledge=acknowledge, moment=moment)
    if plan.work == "done":
        return reported(plan, plan.done, "done before", world)
    if plan.work == "nothing new":
        return reported(plan, None, "nothing new", world)
    recover(job, plan.contract, plan.ledger, world, before_work=True)
    try:
        staged = execute(plan, engine, world.secret, progress)
    except AuditFailed as error:
        error.faults += tuple(announce_failure(plan, error, world))
        raise
    return publish(staged, world)
