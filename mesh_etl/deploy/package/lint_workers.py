"""Workers of a job that are more than it can use, or than an account usually has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.deploy.package.glue_versions import USUAL_DPUS
from mesh_etl.deploy.places import place
from mesh_etl.deploy.workers import WORKERS
from mesh_etl.errors import Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import GlueJob


def warned_workers(project: Project, job: GlueJob) -> Iterator[Fault]:
    """WORKERS_MANY for more DPUs than the usual quota, WORKERS_IDLE for workers that engine embedded leaves alone."""
    settings, where = job.settings, place(project, job, "workers")
    dpus = WORKERS[settings.worker_type].units * settings.workers * settings.concurrent_runs
    if dpus > USUAL_DPUS:
        problem = (
            f"{dpus:,.0f} DPUs at once are more than the {USUAL_DPUS:,} that an account has unless it asks for more"
        )
        yield Fault("WORKERS_MANY", problem, where, "take fewer, or raise the quota of Glue first")
    if settings.engine == "embedded" and job.product and settings.workers > 2:
        problem = f"engine embedded works on the first of the {settings.workers} workers alone"
        yield Fault("WORKERS_IDLE", problem, where, "say workers: 2, the fewest that Glue has, or engine: glue")
