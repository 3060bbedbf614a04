"""Workflows: a run starts the jobs of the start trigger, and goes on whenever somebody asks for it by its id.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal, missing
from mesh_etl.embedded_aws.glue import jobs
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import page, seen

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKFLOW, TRIGGER, RUN = "glue.workflow", "glue.trigger", "glue.workflow_run"
MOST = 1000  # runs of a page


def put(call: Call, kind: str, name: str, properties: Body) -> None:
    """The workflow or trigger is as the properties say."""
    records.put(call, kind, name, properties)


def dropped(call: Call, kind: str, name: str) -> None:
    """The workflow or trigger is gone; there may be none."""
    records.drop(call, kind, name)


@operation("glue.StartWorkflowRun", "Name", "RunProperties", writes=True)
def start_workflow_run(call: Call) -> Body:
    """A run has begun with the jobs of the start trigger, where the workflow may have one more."""
    most = _workflow(call).get("MaxConcurrentRuns")
    if most and sum(one["Status"] in ("RUNNING", "STOPPING") for _, one in _runs(call)) >= most:
        raise Refusal("ConcurrentRunsExceededException", f"Concurrent runs exceeded for workflow: {call['Name']}.")
    run: Body = {
        "Name": call["Name"],
        "WorkflowRunId": f"wr_{uuid.uuid4().hex}{uuid.uuid4().hex}",
        "WorkflowRunProperties": call.get("RunProperties", {}),
        "StartedOn": call.now,
        "Status": "RUNNING",
        "jobs": {},
    }
    for one in _triggers(call):
        if one["Type"] != "CONDITIONAL":
            _fire(call, run, one)
    _keep(call, run)
    return {"RunId": run["WorkflowRunId"]}


@operation("glue.GetWorkflowRun", "Name", "RunId", writes=True)
def get_workflow_run(call: Call) -> Body:
    """The run, which then goes on: its jobs, and those that follow them."""
    run = _run(call)
    told = _told(run)
    found = {job: jobs.further(call, jobs.named(call, job, one)) for job, one in run["jobs"].items() if one}
    due = [one for one in _triggers(call) if run["Status"] == "RUNNING" and _due(one, run, found)]
    for one in due:
        _fire(call, run, one)
    if "CompletedOn" not in run and not due and all(one["JobRunState"] not in jobs.ACTIVE for one in found.values()):
        run |= {"Status": "STOPPED" if run["Status"] == "STOPPING" else "COMPLETED", "CompletedOn": call.now}
    _keep(call, run)
    return {"Run": told}


@operation("glue.GetWorkflowRuns", "Name", "MaxResults", "NextToken")
def get_workflow_runs(call: Call) -> Body:
    """The runs of the workflow, the newest first, in pages."""
    _workflow(call)
    after = seen(call)
    rows = [(key, _told(one)) for key, one in reversed(list(_runs(call))) if not after or key < after]
    found, more = page(call, rows, MOST)
    return {"Runs": found, **more}


@operation("glue.StopWorkflowRun", "Name", "RunId", writes=True)
def stop_workflow_run(call: Call) -> Body:
    """The run and its jobs are stopping; nothing more starts in it."""
    run = _run(call)
    if run["Status"] != "RUNNING":
        raise Refusal("IllegalWorkflowStateException", f"Workflow run {run['WorkflowRunId']} is {run['Status']}")
    for job, one in run["jobs"].items():
        if one:
            jobs.stopping(call, jobs.named(call, job, one))
    _keep(call, {**run, "Status": "STOPPING"})
    return {}


def _fire(call: Call, run: Body, trigger: Body) -> None:
    """The jobs of the trigger start; one that runs already as often as it may does not."""
    for action in trigger["Actions"]:
        try:
            begun = jobs.begun(call, action["JobName"], {})["Id"]
        except Refusal:
            begun = ""
        run["jobs"][action["JobName"]] = begun


def _due(trigger: Body, run: Body, found: Body) -> bool:
    """Whether the jobs before it have ended as the trigger asks, and it has not fired yet."""
    if trigger["Type"] != "CONDITIONAL" or trigger["Actions"][0]["JobName"] in run["jobs"]:
        return False
    asked = trigger["Predicate"]
    met = [
        one["JobName"] in found and found[one["JobName"]]["JobRunState"] == one["State"] for one in asked["Conditions"]
    ]
    return all(met) if asked["Logical"] == "AND" else any(met)


def _workflow(call: Call) -> Body:
    found = records.get(call, WORKFLOW, call["Name"])
    if found is None:
        raise missing(f"Workflow {call['Name']}")
    return found


def _run(call: Call) -> Body:
    _workflow(call)
    found = next((one for _, one in _runs(call) if one["WorkflowRunId"] == call["RunId"]), None)
    if found is None:
        raise missing(f"Workflow run {call['RunId']}")
    return found


def _triggers(call: Call) -> list[Body]:
    return [one for _, one in records.named(call, TRIGGER) if one.get("WorkflowName") == call["Name"]]


def _runs(call: Call) -> Iterator[tuple[str, Body]]:
    return records.named(call, RUN, f"{call['Name']}|")


def _keep(call: Call, run: Body) -> None:
    records.put(call, RUN, f"{run['Name']}|{run['StartedOn']:020.6f}|{run['WorkflowRunId']}", run)


def _told(run: Body) -> Body:
    return {name: value for name, value in run.items() if name != "jobs"}
