"""Workflows: a run starts the jobs of the start trigger, and goes on whenever somebody asks for it by its id.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html
"""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal, invalid, missing
from mesh_etl.embedded_aws.glue import jobs
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import paged

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKFLOW, TRIGGER, RUN = "glue.workflow", "glue.trigger", "glue.workflow_run"
MOST = 1000  # runs of a page


@operation("glue.StartWorkflowRun", "Name", "RunProperties", writes=True)
def start_workflow_run(call: Call) -> Body:
    """A run has begun with the jobs of the start trigger, where the workflow may have one more."""
    run = _new(call, {"WorkflowRunProperties": call.get("RunProperties", {}), "jobs": {}})
    for one in _triggers(call):
        if one["Type"] != "CONDITIONAL":
            _fire(call, run, one)
    _keep(call, run)
    return {"RunId": run["WorkflowRunId"]}


@operation("glue.ResumeWorkflowRun", "Name", "RunId", "NodeIds", writes=True)
def resume_workflow_run(call: Call) -> Body:
    """A new run has begun with those jobs of a completed one that are named, and goes on with what follows them.

    Source: https://docs.aws.amazon.com/glue/latest/dg/resuming-workflow.html
    """
    before = _run(call)
    if before["Status"] != "COMPLETED":
        words = f"Workflow run {before['WorkflowRunId']} is {before['Status']}"
        raise Refusal("IllegalWorkflowStateException", words)
    nodes = {_node(job): job for job, one in before["jobs"].items() if one}
    unknown = [one for one in call["NodeIds"] if one not in nodes]
    if unknown:
        raise invalid(f"Nodes without a run attempt in {before['WorkflowRunId']}: {', '.join(unknown)}")
    named = {nodes[one] for one in call["NodeIds"]}
    followed = _following(call, named)
    kept = {job: one for job, one in before["jobs"].items() if job not in named | followed}
    about = {"PreviousRunId": before["WorkflowRunId"], "WorkflowRunProperties": before["WorkflowRunProperties"]}
    run = _new(call, {**about, "jobs": kept})
    for job in sorted(named - followed):
        _begin(call, run, job)
    _keep(call, run)
    return {"RunId": run["WorkflowRunId"], "NodeIds": [_node(job) for job in sorted(named - followed)]}


@operation("glue.GetWorkflowRun", "Name", "RunId", "IncludeGraph", writes=True)
def get_workflow_run(call: Call) -> Body:
    """The run, which then goes on: its jobs, and those that follow them."""
    run = _run(call)
    told = _told(call, run) | ({"Graph": _graph(call, run)} if call.get("IncludeGraph") else {})
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
    return paged(call, "Runs", ((key, _told(call, one)) for key, one in _runs(call)), MOST, newest_first=True)


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


def _new(call: Call, about: Body) -> Body:
    """A run that begins now, where the workflow may have one more."""
    most = _workflow(call).get("MaxConcurrentRuns")
    if most and sum(one["Status"] in ("RUNNING", "STOPPING") for _, one in _runs(call)) >= most:
        raise Refusal("ConcurrentRunsExceededException", f"Concurrent runs exceeded for workflow: {call['Name']}.")
    identity = f"wr_{uuid.uuid4().hex}{uuid.uuid4().hex}"
    return {"Name": call["Name"], "WorkflowRunId": identity, "StartedOn": call.now, "Status": "RUNNING", **about}


def _fire(call: Call, run: Body, trigger: Body) -> None:
    for action in trigger["Actions"]:
        _begin(call, run, action["JobName"])


def _begin(call: Call, run: Body, job: str) -> None:
    """The job starts; one that runs already as often as it may does not."""
    try:
        run["jobs"][job] = jobs.begun(call, job, {})["Id"]
    except Refusal:
        run["jobs"][job] = ""


def _following(call: Call, named: set[str]) -> set[str]:
    """The jobs that triggers start after these, or after what follows them."""
    found: set[str] = set()
    conditional = [one for one in _triggers(call) if one["Type"] == "CONDITIONAL"]
    while True:
        more = {
            action["JobName"]
            for one in conditional
            if (named | found) & {condition["JobName"] for condition in one["Predicate"]["Conditions"]}
            for action in one["Actions"]
        }
        if more <= found:
            return found
        found |= more


def _graph(call: Call, run: Body) -> Body:
    """The jobs of the run as nodes, each with its runs."""
    nodes = []
    for job, one in run["jobs"].items():
        tried = [jobs.named(call, job, one)] if one else []
        nodes.append({"Type": "JOB", "Name": job, "UniqueId": _node(job), "JobDetails": {"JobRuns": tried}})
    return {"Nodes": nodes, "Edges": []}


def _node(job: str) -> str:
    return f"wnode_{hashlib.sha256(job.encode()).hexdigest()}"


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


def _told(call: Call, run: Body) -> Body:
    states = [jobs.named(call, job, one)["JobRunState"] for job, one in run["jobs"].items() if one]
    counts = {f"{kind.title()}Actions": states.count(kind) for kind in ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED")}
    told = {name: value for name, value in run.items() if name != "jobs"}
    return told | {"Statistics": {"TotalActions": len(states), **counts}}
