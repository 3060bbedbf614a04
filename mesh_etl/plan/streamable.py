"""Whether a job can go on and on: only where a round reads what no earlier one has read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.config.deployment.settled import of_job
from mesh_etl.errors import Fault

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob


def unstreamable(job: LoadedJob) -> Fault | None:
    """Why the job cannot be a stream, None where it can: its mode would read all of its input each time."""
    mode = job.job.target.mode
    if mode.incremental:
        return None
    problem = f"a stream reads what is new, and mode {mode.type} reads all of its input each time"
    fix = "use mode append, merge or cdc; or run it by a schedule, without deploy.stream"
    return Fault("STREAM_UNFIT", problem, job.where("target", "mode"), fix)


def misdeployed(job: LoadedJob) -> Fault | None:
    """As `unstreamable`, for a job that is to be deployed as a stream."""
    return unstreamable(job) if of_job(job.project.mesh, job.domain, job.job.deploy).stream is not None else None
