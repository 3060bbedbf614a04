"""The runs of a Glue job.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mesh_etl.errors import Fault, PlanError
from mesh_etl.operate.listed import listed
from mesh_etl.operate.named import LOOKED_AT, WHOLE, meant
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained

ACTIVE = frozenset({"STARTING", "RUNNING", "STOPPING", "WAITING"})
RECENT = 20  # of these some may be active
FAILED = frozenset({"FAILED", "TIMEOUT", "ERROR", "EXPIRED"})


@dataclass(frozen=True)
class Run:
    """One run of a job: `seconds` is how long it took, `dpu_hours` what it is billed by, None while it runs."""

    id: str
    job: str
    state: str
    started: datetime
    ended: datetime | None
    seconds: int
    dpu_hours: float | None
    attempt: int
    previous: str
    error: str
    arguments: Mapping[str, str]

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.state in ACTIVE

    @property
    def failed(self) -> bool:
        """Whether it ended without having done its work, and nobody had stopped it."""
        return self.state in FAILED


def runs(glue: Any, job: str, limit: int) -> tuple[Run, ...]:
    """The last runs of the job, the newest first. Raises `PlanError` (NOT_DEPLOYED), and as `explained` does."""
    from botocore.exceptions import ClientError

    with explained("glue:GetJobRuns", job):
        try:
            found = listed(glue, "get_job_runs", "JobRuns", limit, largest=200, JobName=job)
            return tuple(told(one) for one in found)
        except ClientError as error:
            if code_of(error) != "EntityNotFoundException":
                raise
    raise not_deployed(job)


def run(glue: Any, job: str, identity: str) -> Run:
    """The run of that id. Raises `PlanError` (UNKNOWN_RUN), and as `explained` does."""
    from botocore.exceptions import ClientError

    with explained("glue:GetJobRun", job):
        try:
            return told(glue.get_job_run(JobName=job, RunId=identity)["JobRun"])
        except ClientError as error:
            if code_of(error) != "EntityNotFoundException":
                raise
    raise unknown(job, f"the job has no run '{identity}'")


def run_named(glue: Any, job: str, asked: str) -> Run:
    """The run of that id, or the one of the newest runs whose id begins so.

    Raises `PlanError`: UNKNOWN_RUN, RUN_AMBIGUOUS; and as `run` and `runs` do.
    """
    if WHOLE.fullmatch(asked):
        return run(glue, job, asked)
    known = {one.id: one for one in runs(glue, job, LOOKED_AT)}
    identity = meant(asked, known, job)
    if identity is None:
        raise unknown(job, f"none of the newest {LOOKED_AT:,} runs of the job begins with '{asked}'")
    return known[identity]


def unknown(name: str, problem: str) -> PlanError:
    """The job or flow of that name has no such run."""
    return PlanError(Fault("UNKNOWN_RUN", problem, name, "mesh-etl runs lists those that there are"))


def require_idle(glue: Any, jobs: Iterable[str]) -> None:
    """None of the jobs runs now; those that are not in the account do not. Raises `PlanError` (JOBS_RUNNING)."""
    faults = []
    for job in jobs:
        try:
            active = [one for one in runs(glue, job, RECENT) if one.active]
        except PlanError:
            continue
        faults += [
            Fault("JOBS_RUNNING", f"run {one.id} is {one.state}", job, "wait for it, or stop it with mesh-etl stop")
            for one in active
        ]
    if faults:
        raise PlanError(*faults, retryable=True)


def require_room(glue: Any, job: str, at_once: int) -> None:
    """The job may have one more run now: Glue would take one more all the same where runs of it wait for each other.

    Raises `PlanError` (RUN_ACTIVE), worth a retry, and as `runs` does.
    """
    active = [one.id for one in runs(glue, job, max(RECENT, at_once)) if one.active]
    if len(active) >= at_once:
        raise busy(job, "the job runs as often as it may at once", active)


def not_deployed(job: str) -> PlanError:
    """The job of the configuration is not in the account."""
    return PlanError(Fault("NOT_DEPLOYED", "the account has no such job", job, "deploy it first: mesh-etl deploy"))


def busy(name: str, problem: str, active: Iterable[str]) -> PlanError:
    """The job or flow of that name has these runs, and cannot have one more."""
    runs = ", ".join(active)
    fix = "wait for it, or stop it with mesh-etl stop"
    return PlanError(Fault("RUN_ACTIVE", f"{problem}{f' ({runs})' if runs else ''}", name, fix), retryable=True)


def told(found: Mapping[str, Any]) -> Run:
    """The run as Glue tells of it."""
    seconds = int(found.get("ExecutionTime", 0))
    dpu_seconds = found.get("DPUSeconds")
    if dpu_seconds is None and found.get("MaxCapacity") and found["JobRunState"] not in ACTIVE:
        dpu_seconds = found["MaxCapacity"] * seconds  # without auto scaling Glue does not tell it
    return Run(
        found["Id"],
        found["JobName"],
        found["JobRunState"],
        found["StartedOn"],
        found.get("CompletedOn"),
        seconds,
        None if dpu_seconds is None else dpu_seconds / 3600,
        int(found.get("Attempt", 0)),
        found.get("PreviousRunId", ""),
        " ".join(found.get("ErrorMessage", "").split()),
        found.get("Arguments", {}),
    )
