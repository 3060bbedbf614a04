"""Step Functions: state machines and their executions. An execution ends when somebody has looked at it twice.

Nothing is executed: how an execution ends is said beforehand, SUCCEEDED otherwise.
Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import page, seen

if TYPE_CHECKING:
    from collections.abc import Iterator

MACHINE, EXECUTION, OUTCOME = "states.machine", "states.execution", "states.outcome"
MOST = 1000  # executions of a page


def made(call: Call, name: str, properties: Body) -> None:
    """The machine is there."""
    records.put(call, MACHINE, name, properties)


def dropped(call: Call, name: str) -> None:
    """The machine is gone; there may be none."""
    records.drop(call, MACHINE, name)


def ending(call: Call, machine: str, status: str) -> None:
    """The executions of the machine end in that status from now on."""
    records.put(call, OUTCOME, machine, {"status": status})


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
        there = {**about, "status": "RUNNING", "startDate": call.now, "looks": 0}
        records.put(call, EXECUTION, arn, there)
    return {"executionArn": arn, "startDate": there["startDate"]}


@operation("stepfunctions.DescribeExecution", "executionArn", writes=True)
def describe_execution(call: Call) -> Body:
    """The execution, which then goes on."""
    arn = call["executionArn"]
    found = records.get(call, EXECUTION, arn)
    if found is None:
        raise Refusal("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
    told = _told(found)
    found["looks"] += 1
    if found["status"] == "RUNNING" and found["looks"] > 1:
        outcome = records.get(call, OUTCOME, arn.split(":")[6]) or {"status": "SUCCEEDED"}
        found |= {"status": outcome["status"], "stopDate": call.now}
    records.put(call, EXECUTION, arn, found)
    return told


@operation("stepfunctions.ListExecutions", "stateMachineArn", "statusFilter", "maxResults", "nextToken")
def list_executions(call: Call) -> Body:
    """The executions of the machine, the newest first, in pages."""
    _machine(call)
    asked = {"NextToken": call.get("nextToken"), "MaxResults": call.get("maxResults", MOST)}
    paged = replace(call, parameters={**call.parameters, **asked})
    after, wanted = seen(paged), call.get("statusFilter")
    every = {f"{one['startDate']:020.6f}|{one['name']}": one for one in _executions(call)}
    rows = [
        (key, _told(every[key]))
        for key in sorted(every, reverse=True)
        if (not after or key < after) and wanted in (None, every[key]["status"])
    ]
    found, more = page(paged, rows, MOST)
    return {"executions": found, **({"nextToken": more["NextToken"]} if more else {})}


@operation("stepfunctions.StopExecution", "executionArn", "cause", writes=True)
def stop_execution(call: Call) -> Body:
    """The execution has been aborted, unless it had ended."""
    found = records.get(call, EXECUTION, call["executionArn"])
    if found is None:
        raise Refusal("ExecutionDoesNotExist", f"Execution Does Not Exist: '{call['executionArn']}'")
    if found["status"] == "RUNNING":
        found |= {"status": "ABORTED", "stopDate": call.now}
        records.put(call, EXECUTION, call["executionArn"], found)
    return {"stopDate": found["stopDate"]}


def _machine(call: Call) -> str:
    name = str(call["stateMachineArn"]).rpartition(":")[2]
    if records.get(call, MACHINE, name) is None:
        raise Refusal("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{call['stateMachineArn']}'")
    return name


def _executions(call: Call) -> Iterator[Body]:
    for _, one in records.named(call, EXECUTION):
        if one["stateMachineArn"] == call["stateMachineArn"]:
            yield one


def _told(found: Body) -> Body:
    return {name: value for name, value in found.items() if name != "looks"}
