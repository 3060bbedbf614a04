"""What is to be started so that what has failed is done again: a job with its arguments, or its flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PlanError
from mesh_etl.operate.flow import members
from mesh_etl.operate.flow_runs import GOOD
from mesh_etl.operate.runs import run, runs
from mesh_etl.operate.start import TOKEN

if TYPE_CHECKING:
    from mesh_etl.operate.flow import DeployedFlow
    from mesh_etl.operate.runs import Run

AGAIN = frozenset({"FAILED", "TIMEOUT", "ERROR", "EXPIRED", "STOPPED"})
OF_ONE_RUN = frozenset({TOKEN, "--WORKFLOW_NAME", "--WORKFLOW_RUN_ID"})  # the last two are Glue's, within a workflow


def again(glue: Any, job: str, identity: str = "") -> dict[str, str]:
    """The arguments of the run, or of the last one where none is named.

    Raises `PlanError`: NOTHING_TO_RETRY where the last one has not failed, worth a retry while it runs, and as `runs`
    and `run` do.
    """
    if identity:
        found = run(glue, job, identity)
    else:
        last = runs(glue, job, 1)
        if not last:
            raise PlanError(Fault("NOTHING_TO_RETRY", "the job has not run yet", job, "mesh-etl start runs it"))
        found = last[0]
        if found.state not in AGAIN:
            problem = f"the last run, {found.id}, is {found.state}"
            fix = "name another with --run, or start a new one with mesh-etl start"
            raise PlanError(Fault("NOTHING_TO_RETRY", problem, job, fix), retryable=found.active)
    return {name: value for name, value in found.arguments.items() if name not in OF_ONE_RUN}


def is_of_flow(glue: Any, flow: DeployedFlow, job: str) -> bool:
    """Whether the last that the job was in is a run of the flow, which has ended badly.

    A later run of the job alone counts for itself. Raises `PlanError` (NOTHING_TO_RETRY) where the flow's run ended
    well, worth a retry while it runs.
    """
    last = flow.conductor.runs(1)
    own = runs(glue, job, 1)
    if not last or (own and _alone(own[0]) and own[0].started >= last[0].started):
        return False
    found = last[0]
    if found.active:
        problem = f"its last run, {found.id}, is {found.state}"
        raise PlanError(Fault("NOTHING_TO_RETRY", problem, flow.name, "wait for its end"), retryable=True)
    bad = found.state not in GOOD or any(one and one.state in AGAIN for _, one in members(glue, flow, found))
    if not bad:
        problem = f"its last run, {found.id}, is {found.state}, and so are its jobs"
        raise PlanError(Fault("NOTHING_TO_RETRY", problem, flow.name, "start a new one with mesh-etl start"))
    return True


def _alone(found: Run) -> bool:
    return TOKEN in found.arguments
