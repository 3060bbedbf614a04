"""What is to be started so that what has failed is done again: a job with its arguments, or the rest of its flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.deploy.synth.flow.branches import key
from mesh_etl.errors import Fault, PlanError
from mesh_etl.operate.flow import members
from mesh_etl.operate.flow_runs import COMPLETED, GOOD, Rest
from mesh_etl.operate.runs import run_named, runs
from mesh_etl.operate.start import TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh_etl.operate.flow import DeployedFlow
    from mesh_etl.operate.flow_runs import FlowRun
    from mesh_etl.operate.runs import Run

AGAIN = frozenset({"FAILED", "TIMEOUT", "ERROR", "EXPIRED", "STOPPED"})
OF_ONE_RUN = frozenset({TOKEN, "--WORKFLOW_NAME", "--WORKFLOW_RUN_ID"})  # the last two are Glue's, within a workflow


def again(glue: Any, job: str, identity: str = "") -> dict[str, str]:
    """The arguments of the run, or of the last one where none is named.

    Raises `PlanError`: NOTHING_TO_RETRY where the last one has not failed, worth a retry while it runs, and as `runs`
    and `run_named` do.
    """
    if identity:
        found = run_named(glue, job, identity)
    else:
        last = runs(glue, job, 1)
        if not last:
            raise PlanError(Fault("NOTHING_TO_RETRY", "the job has not run yet", job, "mesh-etl start runs it"))
        found = last[0]
        if found.state not in AGAIN:
            problem = f"the last run, {found.id}, is {found.state}"
            other = "name another with --run, or start a new one with mesh-etl start"
            fix = "wait for its end" if found.active else other
            raise PlanError(Fault("NOTHING_TO_RETRY", problem, job, fix), retryable=found.active)
    return {name: value for name, value in found.arguments.items() if name not in OF_ONE_RUN}


def failed_flow(glue: Any, flows: Sequence[DeployedFlow], job: str) -> tuple[DeployedFlow, FlowRun] | None:
    """The flow that ran last of these, where it has ended badly, and that run; None where there is none.

    Nor is there one where the job has failed alone since. Raises `PlanError` (NOTHING_TO_RETRY) where the run of the
    flow ended well, worth a retry while it runs.
    """
    last = [(flow, one) for flow in flows for one in flow.conductor.runs(1)]
    if not last:
        return None
    flow, found = max(last, key=lambda one: one[1].started)
    own = runs(glue, job, 1)
    if own and TOKEN in own[0].arguments and own[0].started >= found.started and own[0].state != "SUCCEEDED":
        return None
    if found.active:
        problem = f"its last run, {found.id}, is {found.state}"
        raise PlanError(Fault("NOTHING_TO_RETRY", problem, flow.name, "wait for its end"), retryable=True)
    if found.state in GOOD and not failures(flow, found, members(flow, found)):
        problem = f"its last run, {found.id}, is {found.state}, and so are its jobs"
        raise PlanError(Fault("NOTHING_TO_RETRY", problem, flow.name, "start a new one with mesh-etl start"))
    return flow, found


def rest_of(flow: DeployedFlow, found: FlowRun) -> Rest:
    """What is left of a run of the flow that has ended: what failed, all that follows it, and what never ran.

    Raises `PlanError` (NOTHING_TO_RETRY) where nothing is.
    """
    found = flow.conductor.run(found.id)  # a list does not tell what it had not to run
    ended = members(flow, found)
    failed = failures(flow, found, ended)
    again = {*failed, *flow.after(*failed)}
    done = tuple(name for name, one in ended if name not in again and _done(found, name, one))
    jobs = dict(zip(flow.flow.products, flow.jobs, strict=True))
    left = tuple(name for name in jobs if name not in done)
    if not left:
        problem = f"all jobs of its last run, {found.id}, have succeeded"
        raise PlanError(Fault("NOTHING_TO_RETRY", problem, flow.name, "start a new one with mesh-etl start"))
    return Rest(failed=tuple(jobs[name].name for name in failed), done=done, again=left)


def failures(flow: DeployedFlow, found: FlowRun, ended: Sequence[tuple[str, Run | None]]) -> tuple[str, ...]:
    """The products whose jobs did not do their work in the run: of Glue's own, a first one has to have run as well."""
    heads = flow.flow.heads if found.state == COMPLETED and not found.resumes else ()
    return tuple(name for name, one in ended if (one.state in AGAIN if one is not None else name in heads))


def _done(found: FlowRun, product: str, last: Run | None) -> bool:
    """Whether the product was made in the run, or in the one that it goes on with.

    Of one that was stopped it is not known what it had still to start.
    """
    if last is None:
        return bool(found.resumes and found.state == COMPLETED) or key(product) in found.done
    return last.state == "SUCCEEDED"
