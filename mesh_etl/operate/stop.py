"""Runs are stopped; what a run has not committed then is nowhere to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, RunError
from mesh_etl.operate.flow_runs import run_named
from mesh_etl.operate.runs import RECENT, not_deployed, runs
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained

if TYPE_CHECKING:
    from mesh_etl.operate.flow import DeployedFlow

BATCH = 25  # runs of one call
MANY = 200


@dataclass(frozen=True)
class Stopped:
    """The runs that are stopping now, and what kept others from it."""

    runs: tuple[str, ...]
    faults: tuple[Fault, ...]


def stopped(glue: Any, job: str, identities: Sequence[str] = ()) -> Stopped:
    """The named runs of the job, or else all that have not ended, are being stopped.

    One that has ended meanwhile, or is stopping already, is no fault. Raises `PlanError` (NOT_DEPLOYED), and as
    `explained` does.
    """
    from botocore.exceptions import ClientError

    wanted = list(identities) or [one.id for one in runs(glue, job, MANY) if one.active and one.state != "STOPPING"]
    done: list[str] = []
    faults: list[Fault] = []
    for start in range(0, len(wanted), BATCH):
        with explained("glue:BatchStopJobRun", job):
            try:
                answer = glue.batch_stop_job_run(JobName=job, JobRunIds=wanted[start : start + BATCH])
            except ClientError as error:
                if code_of(error) == "EntityNotFoundException":
                    raise not_deployed(job) from error
                raise
        done += [one["JobRunId"] for one in answer.get("SuccessfulSubmissions", ())]
        for one in answer.get("Errors", ()):
            detail = one.get("ErrorDetail", {})
            problem = f"cannot be stopped ({detail.get('ErrorCode', 'unknown')}): {detail.get('ErrorMessage', '')}"
            faults.append(Fault("STOP_REFUSED", problem.rstrip(": "), one["JobRunId"], "mesh-etl runs says how it is"))
    return Stopped(tuple(done), tuple(faults))


def flow_stopped(flow: DeployedFlow, identity: str = "") -> tuple[str, ...]:
    """The run of the flow, or else all that have not ended, are stopping with their jobs; returns their ids.

    Raises `RunError`: STOP_REFUSED where the one that is named has ended; `PlanError` (UNKNOWN_RUN, RUN_AMBIGUOUS),
    and as `explained` does.
    """
    if identity:
        named = run_named(flow.conductor, identity)
        if not flow.conductor.stop(named):
            problem = f"cannot be stopped: it is {flow.conductor.run(named).state}"
            raise RunError(Fault("STOP_REFUSED", problem, named, "mesh-etl runs says how it is"))
        return (named,)
    going = [one.id for one in flow.conductor.runs(RECENT) if one.active and one.state != "STOPPING"]
    return tuple(one for one in going if flow.conductor.stop(one))
