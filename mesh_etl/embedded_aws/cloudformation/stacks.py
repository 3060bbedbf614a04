"""Stacks: what they are, what they consist of, what has happened to them, and their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.cloudformation import difference, progress, stored
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import page, seen

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 100  # of a page


@operation("cloudformation.DescribeStacks", "StackName")
def describe_stacks(call: Call) -> Body:
    """The stack of that name or id."""
    stack = stored.found(call, call["StackName"])
    answer: Body = {
        "StackId": stack["id"],
        "StackName": stack["name"],
        "CreationTime": stack["created"],
        "LastUpdatedTime": stack["updated"],
        "DeletionTime": stack.get("deleted"),
        "StackStatus": stack["status"],
        "StackStatusReason": stack["reason"] or None,
        "Tags": stack["tags"],
        "ParentId": stack["parent"] or None,
    }
    return {"Stacks": [{name: value for name, value in answer.items() if value is not None}]}


@operation("cloudformation.GetTemplate", "StackName", "TemplateStage")
def get_template(call: Call) -> Body:
    """The resources that the stack has now, as its template says them."""
    stack = stored.found(call, call["StackName"])
    return {"TemplateBody": {"Resources": {name: one["body"] for name, one in stack["resources"].items()}}}


@operation("cloudformation.DescribeStackEvents", "StackName", "NextToken", writes=True)
def describe_stack_events(call: Call) -> Body:
    """The events of the stack, the newest first; an operation that is under way goes on by a step before."""
    stack = stored.found(call, call["StackName"])
    if "NextToken" not in call.parameters:
        progress.further(call, stack)
    after = seen(call)
    told = list(records.named(call, stored.EVENT, f"{stack['id']}|"))[::-1]
    rows = [(name, event) for name, event in told if not after or name < after]
    found, more = page(call, rows, MOST)
    return {"StackEvents": found, **more}


@operation("cloudformation.ListStackResources", "StackName", "NextToken")
def list_stack_resources(call: Call) -> Body:
    """The resources of the stack, nested stacks as one each."""
    stack = stored.found(call, call["StackName"])
    after = seen(call)
    rows = [(logical, one) for logical, one in sorted(_summaries(stack)) if logical > after]
    found, more = page(call, rows, MOST)
    return {"StackResourceSummaries": found, **more}


@operation("cloudformation.DeleteStack", "StackName", "ClientRequestToken", writes=True)
def delete_stack(call: Call) -> Body:
    """The stack is being deleted, whether or not there is one; what is to be retained stays in the account."""
    try:
        stack = stored.found(call, call["StackName"])
    except Refusal as error:
        if "does not exist" in str(error):
            return {}
        raise
    if stack["status"] == "DELETE_COMPLETE":
        return {}
    if stack["status"].endswith("_IN_PROGRESS") and stack["status"] != "REVIEW_IN_PROGRESS":
        raise stored.refused(f"Stack [{stack['name']}] cannot be deleted while in status {stack['status']}")
    progress.begin(call, stack, "DELETE", call.get("ClientRequestToken", ""), difference.removal(call, stack))
    if not stack["operation"]["todo"]:
        progress.further(call, stack)
    return {}


@operation("cloudformation.ContinueUpdateRollback", "StackName", "ClientRequestToken", writes=True)
def continue_update_rollback(call: Call) -> Body:
    """A rollback that had failed goes on, with the resource that it failed at."""
    stack = stored.found(call, call["StackName"])
    if stack["status"] != "UPDATE_ROLLBACK_FAILED":
        raise stored.refused(f"Stack:{stack['id']} is in {stack['status']} state and can not be rolled back.")
    stack["operation"]["token"] = call.get("ClientRequestToken", "")
    progress.resume(call, stack)
    return {}


def _summaries(stack: Body) -> Iterator[tuple[str, Body]]:
    for logical, one in stack["resources"].items():
        yield (
            logical,
            {
                "LogicalResourceId": logical,
                "PhysicalResourceId": one["physical"],
                "ResourceType": one["body"]["Type"],
                "LastUpdatedTimestamp": stack["updated"] or stack["created"],
                "ResourceStatus": one["status"] or "CREATE_IN_PROGRESS",
            },
        )
