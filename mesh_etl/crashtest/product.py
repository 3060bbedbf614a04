"""The campaign over a producer's own job, on copies of the project; the project itself is never written to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl import worlds
from mesh_etl.config import LoadedJob, load
from mesh_etl.crashtest.campaign import Scenario
from mesh_etl.crashtest.state import State, faults_of, state_of
from mesh_etl.crashtest.storage import WatchedStorage
from mesh_etl.crashtest.watch import Strike, Watch
from mesh_etl.crashtest.world import WatchedWorld
from mesh_etl.errors import Fault, MeshError, PlanError
from mesh_etl.storage import through

if TYPE_CHECKING:
    from mesh_etl.worlds import World

Work = Callable[[LoadedJob, "World"], object]


def watched(root: Path, product: str, env: str, work: Work, strike: Strike | None) -> dict[str, Any]:
    """The work was done on the product, with a break where one is given; returns the calls and how it ended."""
    watch = Watch(strike)
    ended = "ok"
    job = load(product, root, env)
    with through(lambda storage: WatchedStorage(storage, watch)):
        try:
            work(job, WatchedWorld(worlds.open(job.project.env, job.project.root), watch))
        except MeshError as error:
            ended = error.code
    return {"calls": [(call.name, call.ways) for call in watch.calls], "ended": ended}


def run(job: LoadedJob, world: World) -> None:
    """The job has run."""
    from mesh_etl.pipeline import run_job
    from mesh_etl.run import engines

    with engines.open("embedded", cores=1) as engine:  # one after the other, so that calls keep their numbers
        run_job(job, engine, world)


def scenario(name: str, root: Path, product: str, env: str, work: Work) -> Scenario:
    """The scenario in which this work is done on a product of the project at `root`."""

    def opened(here: Path) -> tuple[LoadedJob, World]:
        job = load(product, here, env)
        return job, worlds.open(job.project.env, job.project.root)

    opened(root)[1].client("glue")  # botocore reads the service's model once, before all forks

    def act(here: Path, strike: Strike | None) -> dict[str, Any]:
        return watched(here, product, env, work, strike)

    def look(here: Path) -> State:
        return state_of(load(product, here, env))

    return Scenario(name, root, act, lambda here: work(*opened(here)), look, lambda here: faults_of(*opened(here)))


def copied(job: LoadedJob, folder: Path, empty: bool) -> Path:
    """A copy of the job's project, from which the campaign's copies are made; with `empty` the table is not there yet.

    Raises `PlanError` CRASH_TEST_UNFIT for a table that lies outside the project: a copy would not hold it.
    """
    from mesh_etl.crashtest.campaign import copied as copy

    root, table = job.project.root, job.project.table_root(job.product)
    if not Path(table).is_relative_to(root):
        fix = "use an environment whose warehouse is a folder of the project"
        raise PlanError(Fault("CRASH_TEST_UNFIT", "the table lies outside the project", str(job.path), fix))
    made = copy(root, folder)
    if empty:
        shutil.rmtree(made / Path(table).relative_to(root), ignore_errors=True)
        _forget(load(job.product, made, job.project.env_name))
    return made


def _forget(job: LoadedJob) -> None:
    """The catalogue of the copy does not know the table."""
    glue = worlds.open(job.project.env, job.project.root).client("glue")
    try:
        glue.delete_table(DatabaseName=job.domain, Name=job.name)
    except glue.exceptions.EntityNotFoundException:
        return
