"""Stacks: what they are, what they consist of, what has happened to them, and their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.cloudformation import difference, progress, proposals, stored
from mesh_etl.embedded_aws.cloudformation.difference import Plan
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import paged

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
        "DeletionTime": stack["deleted"],
        "StackStatus": stack["status"],
        "StackStatusReason": stack["reason"] or None,
        "Tags": stack["tags"],
        "ParentId": stack["parent"] or None,
        "EnableTerminationProtection": stack["protected"],
    }
    return {"Stacks": [{name: value for name, value in answer.items() if value is not None}]}


@operation("cloudformation.GetTemplate", "StackName", "TemplateStage")
def get_template(call: Call) -> Body:
    """The template that the stack was last deployed with."""
    return {"TemplateBody": stored.found(call, call["StackName"])["template"]}


@operation("cloudformation.DescribeStackEvents", "StackName", "NextToken", writes=True)
def describe_stack_events(call: Call) -> Body:
    """The events of the stack, the newest first; an operation that is under way goes on by a step before."""
    stack = stored.found(call, call["StackName"])
    if "NextToken" not in call.parameters:
        progress.further(call, stack)
    return paged(call, "StackEvents", records.named(call, stored.EVENT, f"{stack['id']}|"), MOST, newest_first=True)


@operation("cloudformation.ListStackResources", "StackName", "NextToken")
def list_stack_resources(call: Call) -> Body:
    """The resources of the stack, nested stacks as one each."""
    stack = stored.found(call, call["StackName"])
    return paged(call, "StackResourceSummaries", _summaries(stack), MOST)


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
    if stored.busy(stack):
        raise stored.refused(f"Stack [{stack['name']}] cannot be deleted while in status {stack['status']}")
    if stack["protected"]:
        raise stored.refused(f"Stack [{stack['name']}] cannot be deleted while TerminationProtection is enabled")
    for one in list(proposals.of(call, stack)):
        proposals.drop(call, one)
    steps = difference.removal(call, stack)
    progress.begin(call, stack, "DELETE", call.get("ClientRequestToken", ""), Plan(steps))
    if not steps:
        progress.further(call, stack)
    return {}


@operation("cloudformation.UpdateTerminationProtection", "StackName", "EnableTerminationProtection", writes=True)
def update_termination_protection(call: Call) -> Body:
    """The stack can be deleted, or cannot until it is said otherwise."""
    stack = stored.found(call, call["StackName"])
    stored.keep(call, {**stack, "protected": call["EnableTerminationProtection"]})
    return {"StackId": stack["id"]}


@operation("cloudformation.ContinueUpdateRollback", "StackName", "ClientRequestToken", writes=True)
def continue_update_rollback(call: Call) -> Body:
    """A rollback that had failed goes on, with the resource that it failed at."""
    stack = stored.found(call, call["StackName"])
    if stack["status"] != "UPDATE_ROLLBACK_FAILED":
        raise stored.refused(f"Stack:{stack['id']} is in {stack['status']} state and can not be rolled back.")
    progress.resume(call, stack, call.get("ClientRequestToken", ""))
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
