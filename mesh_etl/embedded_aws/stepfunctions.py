"""Step Functions: state machines and their executions. An execution ends when somebody has looked at it twice.

Nothing is executed: how an execution ends is said beforehand, SUCCEEDED otherwise, and so is which jobs it has run.
Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html, and
https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import paged

if TYPE_CHECKING:
    from collections.abc import Iterator

MACHINE, EXECUTION, OUTCOME = "states.machine", "states.execution", "states.outcome"
MOST = 1000  # executions, or events, of a page
GLUE = {"resourceType": "glue", "resource": "startJobRun.sync"}


def ending(call: Call, machine: str, status: str) -> None:
    """The executions of the machine end in that status from now on."""
    records.put(call, OUTCOME, machine, {"status": status})


def submitted(call: Call, execution: str, job: str, run: str) -> None:
    """The execution, by its ARN, has started that run of the Glue job."""
    found = records.get(call, EXECUTION, execution)
    assert found is not None, execution
    records.put(call, EXECUTION, execution, {**found, "runs": [*found.get("runs", ()), [job, run, call.now]]})


@operation("stepfunctions.StartExecution", "stateMachineArn", "name", "input", writes=True)
def start_execution(call: Call) -> Body:
    """The execution of that name runs; asked again while it runs, it is the same one."""
    machine = _machine(call)
    arn = f"arn:aws:states:{call.region}:{call.account}:execution:{machine}:{call['name']}"
    there = records.get(call, EXECUTION, arn)
    if there is not None and there["status"] != "RUNNING":
        raise Refusal("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'")
    if there is None:
        about = {"executionArn": arn, "stateMachineArn": call["stateMachineArn"], "name": call["name"]}
        there = {**about, "input": call.get("input", "{}"), "status": "RUNNING", "startDate": call.now, "looks": 0}
        records.put(call, EXECUTION, arn, there)
    return {"executionArn": arn, "startDate": there["startDate"]}


@operation("stepfunctions.DescribeExecution", "executionArn", writes=True)
def describe_execution(call: Call) -> Body:
    """The execution, which then goes on."""
    arn = call["executionArn"]
    found = _execution(call)
    told = _told(found)
    found["looks"] += 1
    if found["status"] == "RUNNING" and found["looks"] > 1:
        outcome = records.get(call, OUTCOME, arn.split(":")[6]) or {"status": "SUCCEEDED"}
        found |= {"status": outcome["status"], "stopDate": call.now}
    records.put(call, EXECUTION, arn, found)
    return told


@operation("stepfunctions.GetExecutionHistory", "executionArn", "maxResults", "nextToken")
def get_execution_history(call: Call) -> Body:
    """What has happened in the execution, the oldest first, in pages: how it began, and the runs of jobs."""
    found = _execution(call)
    given = {"executionStartedEventDetails": {"input": found["input"]}}
    events: list[Body] = [{"timestamp": found["startDate"], "type": "ExecutionStarted", "id": 1, **given}]
    for job, run, at in found.get("runs", ()):
        asked = {**GLUE, "region": call.region, "parameters": json.dumps({"JobName": job})}
        answer = {**GLUE, "output": json.dumps({"JobRunId": run})}
        before = len(events)
        for step, (kind, details) in enumerate(
            (
                ("TaskScheduled", {"taskScheduledEventDetails": asked}),
                ("TaskStarted", {"taskStartedEventDetails": GLUE}),
                ("TaskSubmitted", {"taskSubmittedEventDetails": answer}),
            )
        ):
            number = before + step + 1  # each branch begins with the first event of all
            previous = number - 1 if step else 1
            events.append({"timestamp": at, "type": kind, "id": number, "previousEventId": previous, **details})
    return paged(call, "events", [(f"{one['id']:06d}", one) for one in events], MOST)


@operation("stepfunctions.ListExecutions", "stateMachineArn", "statusFilter", "maxResults", "nextToken")
def list_executions(call: Call) -> Body:
    """The executions of the machine, the newest first, in pages."""
    _machine(call)
    wanted = call.get("statusFilter")
    rows = [
        (f"{one['startDate']:020.6f}|{one['name']}", {name: one[name] for name in _told(one) if name != "input"})
        for one in _executions(call)
        if wanted in (None, one["status"])
    ]
    return paged(call, "executions", rows, MOST, newest_first=True)


@operation("stepfunctions.StopExecution", "executionArn", "cause", writes=True)
def stop_execution(call: Call) -> Body:
    """The execution has been aborted, unless it had ended."""
    found = _execution(call)
    if found["status"] == "RUNNING":
        found |= {"status": "ABORTED", "stopDate": call.now}
        records.put(call, EXECUTION, call["executionArn"], found)
    return {"stopDate": found["stopDate"]}


def _machine(call: Call) -> str:
    name = str(call["stateMachineArn"]).rpartition(":")[2]
    if records.get(call, MACHINE, name) is None:
        raise Refusal("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{call['stateMachineArn']}'")
    return name


def _execution(call: Call) -> Body:
    found = records.get(call, EXECUTION, call["executionArn"])
    if found is None:
        raise Refusal("ExecutionDoesNotExist", f"Execution Does Not Exist: '{call['executionArn']}'")
    return found


def _executions(call: Call) -> Iterator[Body]:
    for _, one in records.named(call, EXECUTION):
        if one["stateMachineArn"] == call["stateMachineArn"]:
            yield one


def _told(found: Body) -> Body:
    return {name: value for name, value in found.items() if name not in ("looks", "runs")}
