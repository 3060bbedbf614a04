"""The campaign over a producer's own job, on copies of the project; the project itself is never written to."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl import worlds
from mesh_etl.config import LoadedJob, load
from mesh_etl.crashtest.campaign import Scenario
from mesh_etl.crashtest.copies import copied
from mesh_etl.crashtest.state import State, faults_of, state_of
from mesh_etl.crashtest.storage import OneAtATime, WatchedStorage
from mesh_etl.crashtest.watch import Strike, Watch
from mesh_etl.crashtest.world import WatchedWorld, watch_client
from mesh_etl.errors import Fault, MeshError, PlanError
from mesh_etl.govern.names import central
from mesh_etl.storage import Storage, through

if TYPE_CHECKING:
    from mesh_etl.worlds import World

Work = Callable[[LoadedJob, "World"], object]
MOMENT = datetime.datetime.now(datetime.UTC)  # one for all runs: some modes write it into the table


def watched(root: Path, product: str, env: str, work: Work, strike: Strike | None) -> dict[str, Any]:
    """The work was done on the product, with a break where one is given; returns the calls and how it ended."""
    watch = Watch(strike)
    ended = "ok"
    job = load(product, root, env)
    with ExitStack() as stack:
        stack.enter_context(through(partial(_watched, watch=watch)))
        stack.enter_context(worlds.through(lambda world: WatchedWorld(world, watch)))
        if job.table_root.startswith("s3://"):
            from mesh_etl.stores import s3

            watch_client(s3.client(), watch)
        try:
            work(job, worlds.open(job.project.env, job.project.root))
        except MeshError as error:
            ended = error.code
    return {"calls": [(call.name, call.ways) for call in watch.calls], "ended": ended}


def _watched(storage: Storage, watch: Watch) -> Storage:
    """The storage, watched; S3 is by its client, whose calls are finer."""
    from mesh_etl.storage import LocalStorage

    return WatchedStorage(storage, watch) if isinstance(storage, LocalStorage) else OneAtATime(storage)


def run(job: LoadedJob, world: World) -> None:
    """The job has run."""
    from mesh_etl.pipeline import run_job
    from mesh_etl.run import engines

    with engines.open("embedded", cores=1) as engine:  # one after the other, so that calls keep their numbers
        run_job(job, engine, world, moment=MOMENT)


def scenario(
    name: str,
    prepare: Callable[[Path], object],
    product: str,
    env: str,
    work: Work,
    copy: Callable[[Path, Path], object] = copied,
) -> Scenario:
    """The scenario in which this work is done on a product of the project that `prepare` puts in place."""

    def opened(here: Path) -> tuple[LoadedJob, World]:
        job = load(product, here, env)
        return job, worlds.open(job.project.env, job.project.root)

    def act(here: Path, strike: Strike | None) -> dict[str, Any]:
        return watched(here, product, env, work, strike)

    def look(here: Path) -> State:
        return state_of(load(product, here, env))

    def warm(here: Path) -> None:
        job, world = opened(here)
        world.client("glue", job.identity)
        if job.table_root.startswith("s3://"):
            from mesh_etl.stores import s3

            s3.client()

    return Scenario(
        name, prepare, act, lambda here: work(*opened(here)), look, lambda here: faults_of(*opened(here)), copy, warm
    )


def first_run(job: LoadedJob, env: str) -> Scenario:
    """The job runs, and there is no table yet. Raises `PlanError` CRASH_TEST_UNFIT."""
    _require_inside(job)

    def prepare(here: Path) -> None:
        copied(job.project.root, here)
        _forget(load(job.product, here, env))

    return scenario("first run", prepare, job.product, env, run)


def next_run(job: LoadedJob, env: str) -> Scenario:
    """The job runs on the table as it is, or as its first run leaves it where that cannot be copied to another place.

    The metadata of an Iceberg table names its files by their whole addresses. Raises `PlanError` CRASH_TEST_UNFIT.
    """
    _require_inside(job)

    def prepare(here: Path) -> None:
        copied(job.project.root, here)
        copy = load(job.product, here, env)
        world = worlds.open(copy.project.env, copy.project.root)
        if copy.job.target.format == "iceberg":
            _forget(copy)
            run(copy, world)
        else:
            from mesh_etl.upkeep.verify import verify

            verify(copy, world, repair=True)  # the catalogue has the places of the copy

    return scenario("next run", prepare, job.product, env, run)


def _require_inside(job: LoadedJob) -> None:
    """A copy of the project holds the table, and what the world keeps."""
    root, table = job.project.root, job.table_root
    home = worlds.open(job.project.env, root).home
    if job.project.env.world.type == "local" and all(Path(one).is_relative_to(root) for one in (table, home)):
        return
    problem = "the table or the catalogue lies outside the project, so that a copy of it would not hold them"
    fix = "use an environment whose world is local, and whose warehouse is a folder of the project"
    raise PlanError(Fault("CRASH_TEST_UNFIT", problem, str(job.path), fix))


def _forget(job: LoadedJob) -> None:
    """There is no table, and no catalogue of the copy knows it.

    In a governed mesh those who govern drop its entries, since who runs jobs has no right to.
    """
    shutil.rmtree(job.table_root, ignore_errors=True)
    world, mesh = worlds.open(job.project.env, job.project.root), job.project.mesh
    account = mesh.domains[job.domain].account
    by = job.identity if mesh.governance is None or account is None else job.project.identity(account)
    entries = [(by, job.domain, job.name)]
    if mesh.governance is not None:
        place = central(mesh, job.product)
        entries.append((job.project.identity(mesh.governance.account), place.database, place.name))
    for identity, database, name in entries:
        glue = world.client("glue", identity)
        try:
            glue.delete_table(DatabaseName=database, Name=name)
        except glue.exceptions.EntityNotFoundException:
            continue
