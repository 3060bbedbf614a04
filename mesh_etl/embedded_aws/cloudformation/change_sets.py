"""The calls about change sets."""

from __future__ import annotations

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.cloudformation import difference, progress, proposals, stored
from mesh_etl.embedded_aws.cloudformation.proposals import KIND
from mesh_etl.embedded_aws.cloudformation.stored import REVIEW, STACK
from mesh_etl.embedded_aws.cloudformation.templates import template
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import paged

MOST = 50  # changes of a page


@operation(
    "cloudformation.CreateChangeSet",
    "StackName", "ChangeSetName", "ChangeSetType", "TemplateBody", "TemplateURL", "Capabilities", "Tags",
    "IncludeNestedStacks", "ClientToken",
    writes=True,
)  # fmt: skip
def create_change_set(call: Call) -> Body:
    """The change set is being made; a stack that is to be created exists from now on, without resources."""
    name, create = call["StackName"], call.get("ChangeSetType", "UPDATE") == "CREATE"
    stack = records.get(call, STACK, stored.named(name))
    if create and stack and stack["status"] != REVIEW:
        raise stored.refused(f"Stack [{name}] already exists and cannot be created again with the changeSet [{name}].")
    if not create and stack is None:
        raise stored.refused(f"Stack [{name}] does not exist")
    if stack and not create and not _changeable(stack):
        raise stored.refused(f"Stack:{stack['id']} is in {stack['status']} state and can not be updated.")
    wanted = template(call, call.parameters)
    if "CAPABILITY_NAMED_IAM" not in call.get("Capabilities", ()):
        raise Refusal("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]")
    for one in proposals.of(call, stack) if stack else ():
        if one["name"] != call["ChangeSetName"]:
            continue
        if one["token"] and one["token"] == call.get("ClientToken"):
            return {"Id": one["id"], "StackId": one["stack_id"]}
        raise Refusal("AlreadyExistsException", f"ChangeSet {one['name']} cannot be created due to a mismatch with it")
    stack = stack or stored.new(call, name)
    tags = call.get("Tags", [])
    made = proposals.made(call, stack, call["ChangeSetName"], wanted["Resources"], not create and tags != stack["tags"])
    given = {key: call[key] for key in ("TemplateBody", "TemplateURL") if key in call.parameters}
    made |= {"tags": tags, "given": given, "token": call.get("ClientToken", "")}
    made["kind"] = "CREATE" if create else "UPDATE"
    records.put(call, KIND, made["id"], made)
    return {"Id": made["id"], "StackId": stack["id"]}


@operation("cloudformation.DescribeChangeSet", "ChangeSetName", "StackName", "NextToken", writes=True)
def describe_change_set(call: Call) -> Body:
    """The change set with a page of its changes; what is under way goes on with each look."""
    one = proposals.found(call)
    about = {
        "ChangeSetName": one["name"],
        "ChangeSetId": one["id"],
        "StackId": one["stack_id"],
        "StackName": one["stack"],
        "CreationTime": one["created"],
    }
    if one["ahead"]:
        status, *one["ahead"] = one["ahead"]
        if status == "DELETE_IN_PROGRESS" and not one["ahead"]:
            proposals.drop(call, one)
        else:
            records.put(call, KIND, one["id"], one)
        return {**about, "Status": status, "ExecutionStatus": "UNAVAILABLE", "Changes": []}
    state = {"Status": one["status"], "StatusReason": one["reason"], "ExecutionStatus": one["execution"]}
    return {**about, **state, **paged(call, "Changes", _numbered(one["changes"]), MOST)}


@operation("cloudformation.DescribeEvents", "ChangeSetName", "Filters", "NextToken")
def describe_events(call: Call) -> Body:
    """What was found against a change set before it was executed, in pages."""
    one = proposals.found(call)
    about = {"StackId": one["stack_id"], "Timestamp": one["created"], "OperationType": "CREATE_CHANGESET"}
    return paged(call, "OperationEvents", _numbered([{**about, **event} for event in one["failures"]]), MOST)


@operation("cloudformation.ListChangeSets", "StackName", "NextToken")
def list_change_sets(call: Call) -> Body:
    """The change sets of the stack, in pages."""
    stack = stored.found(call, call["StackName"])
    rows = (
        (one["id"], {"ChangeSetId": one["id"], "ChangeSetName": one["name"], "Status": one["status"]})
        for one in proposals.of(call, stack)
    )
    return paged(call, "Summaries", rows, MOST)


@operation("cloudformation.DeleteChangeSet", "ChangeSetName", "StackName", writes=True)
def delete_change_set(call: Call) -> Body:
    """The change set is being deleted with those nested in it; its stack stays, even if it exists through it alone."""
    one = proposals.found(call)
    if one["root"] != one["id"]:
        raise stored.refused(f"Cannot delete nested change set [{one['id']}]: delete the root change set.")
    if under_way := next((each for each in proposals.hierarchy(call, one) if each["ahead"]), None):
        raise _not_now(under_way, "deleted")
    if any(change["ResourceChange"].get("ChangeSetId") for change in one["changes"]):
        records.put(call, KIND, one["id"], {**one, "ahead": ["DELETE_PENDING", "DELETE_IN_PROGRESS"]})
    else:
        proposals.drop(call, one)
    return {}


@operation(
    "cloudformation.ExecuteChangeSet",
    "ChangeSetName", "StackName", "ClientRequestToken", "RetainExceptOnCreate", "DisableRollback",
    writes=True,
)  # fmt: skip
def execute_change_set(call: Call) -> Body:
    """The stack is at work; its other change sets are gone."""
    one, token = proposals.found(call), call.get("ClientRequestToken", "")
    stack = stored.found(call, one["stack_id"])
    if token in stack["tokens"]:
        raise Refusal("TokenAlreadyExistsException", f"Token {token} already exists")
    if one["ahead"]:
        raise _not_now(one, "executed")
    if one["execution"] != "AVAILABLE":
        words = f"ChangeSet [{one['id']}] cannot be executed in its current execution status of [{one['execution']}]"
        raise Refusal("InvalidChangeSetStatus", words)
    if stored.busy(stack):
        raise stored.refused(f"Stack:{stack['id']} is in {stack['status']} state and can not be updated.")
    tagged = one["kind"] == "UPDATE" and stack["tags"] != one["tags"]
    plan = difference.plan(call, stack, template(call, one["given"]), one["children"], tagged)
    stack["tags"] = one["tags"]
    for other in list(proposals.of(call, stack)):
        if other["id"] != one["id"]:
            proposals.drop(call, other)
    progress.begin(call, stack, one["kind"], token, plan, call.get("RetainExceptOnCreate", False))
    records.put(call, KIND, one["id"], {**one, "execution": "EXECUTE_COMPLETE"})
    return {}


def _numbered(values: list[Body]) -> list[tuple[str, Body]]:
    return [(f"{at:06}", value) for at, value in enumerate(values)]


def _changeable(stack: Body) -> bool:
    return str(stack["status"]).endswith("_COMPLETE") and stack["status"] != "ROLLBACK_COMPLETE"


def _not_now(one: Body, done: str) -> Refusal:
    words = f"ChangeSet [{one['id']}] cannot be {done} in its current status of [{one['ahead'][0]}]"
    return Refusal("InvalidChangeSetStatus", words)
