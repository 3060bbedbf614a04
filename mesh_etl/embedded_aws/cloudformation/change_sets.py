"""Change sets of stacks and of those nested in them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.cloudformation import difference, progress, stored
from mesh_etl.embedded_aws.cloudformation.stored import NESTED, STACK
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import page, seen

if TYPE_CHECKING:
    from collections.abc import Iterator

KIND = "cloudformation.change_set"
NOTHING = "The submitted information didn't contain changes. Submit different information to create a change set."
ACTIONS = {"add": "Add", "change": "Modify", "replace": "Modify", "remove": "Remove"}
MOST = 50  # changes of a page


@operation(
    "cloudformation.CreateChangeSet",
    "StackName", "ChangeSetName", "ChangeSetType", "TemplateBody", "TemplateURL", "Capabilities", "Tags",
    "IncludeNestedStacks", "ClientToken",
    writes=True,
)  # fmt: skip
def create_change_set(call: Call) -> Body:
    """The change set is made; a stack that is to be created exists from now on, without resources."""
    name, create = call["StackName"], call.get("ChangeSetType", "UPDATE") == "CREATE"
    stack = records.get(call, STACK, name)
    if create and stack and stack["status"] != "REVIEW_IN_PROGRESS":
        raise stored.refused(f"Stack [{name}] already exists and cannot be created again with the changeSet.")
    if not create and stack is None:
        raise stored.refused(f"Stack [{name}] does not exist")
    if stack and not create and (not stack["status"].endswith("_COMPLETE") or stack["status"] == "ROLLBACK_COMPLETE"):
        raise stored.refused(f"Stack:{stack['id']} is in {stack['status']} state and can not be updated.")
    resources = stored.template(call, call.parameters)
    if "CAPABILITY_NAMED_IAM" not in call.get("Capabilities", ()):
        raise Refusal("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]")
    for _, one in _of(call, name):
        if one["name"] == call["ChangeSetName"] and stack and one["stack_id"] == stack["id"]:
            if one["token"] and one["token"] == call.get("ClientToken"):
                return {"Id": one["id"], "StackId": one["stack_id"]}
            raise Refusal("AlreadyExistsException", f"ChangeSet {one['name']} cannot be created due to a conflict")
    if stack is None:
        stack = stored.new(call, name, "REVIEW_IN_PROGRESS")
    made = _made(call, stack, call["ChangeSetName"], resources)
    made |= {"tags": call.get("Tags", []), "given": _given(call), "token": call.get("ClientToken", "")}
    made["kind"] = "CREATE" if create else "UPDATE"
    if stack["tags"] != made["tags"] and not create and made["status"] == "FAILED":
        made |= {"status": "CREATE_COMPLETE", "execution": "AVAILABLE", "reason": ""}  # the tags alone change
    records.put(call, KIND, made["id"], made)
    return {"Id": made["id"], "StackId": stack["id"]}


@operation("cloudformation.DescribeChangeSet", "ChangeSetName", "StackName", "NextToken")
def describe_change_set(call: Call) -> Body:
    """The change set with a page of its changes."""
    one = _found(call)
    after = seen(call)
    rows = [(f"{at:06}", change) for at, change in enumerate(one["changes"]) if f"{at:06}" > after]
    changes, more = page(call, rows, MOST)
    return {
        "ChangeSetName": one["name"],
        "ChangeSetId": one["id"],
        "StackId": one["stack_id"],
        "StackName": one["stack"],
        "CreationTime": one["created"],
        "ExecutionStatus": one["execution"],
        "Status": one["status"],
        "StatusReason": one["reason"],
        "Changes": changes,
        **more,
    }


@operation("cloudformation.ListChangeSets", "StackName")
def list_change_sets(call: Call) -> Body:
    """The change sets of the stack."""
    stack = stored.found(call, call["StackName"])
    return {
        "Summaries": [
            {"ChangeSetId": one["id"], "ChangeSetName": one["name"], "Status": one["status"]}
            for _, one in _of(call, stack["name"])
        ]
    }


@operation("cloudformation.DeleteChangeSet", "ChangeSetName", "StackName", writes=True)
def delete_change_set(call: Call) -> Body:
    """The change set is gone; the stack stays, even where it exists through it alone."""
    records.drop(call, KIND, _found(call)["id"])
    return {}


@operation(
    "cloudformation.ExecuteChangeSet",
    "ChangeSetName", "StackName", "ClientRequestToken", "RetainExceptOnCreate",
    writes=True,
)  # fmt: skip
def execute_change_set(call: Call) -> Body:
    """The stack is at work; its other change sets are gone."""
    one = _found(call)
    if one["execution"] != "AVAILABLE":
        words = f"ChangeSet [{one['id']}] cannot be executed in its current execution status of [{one['execution']}]"
        raise Refusal("InvalidChangeSetStatus", words)
    stack = stored.found(call, one["stack"])
    if stack["status"].endswith("_IN_PROGRESS") and stack["status"] != "REVIEW_IN_PROGRESS":
        raise stored.refused(f"Stack:{stack['id']} is in {stack['status']} state and can not be updated.")
    steps = difference.steps(call, stack["name"], stack, stored.template(call, one["given"]))
    stack["tags"] = one["tags"]
    token, fresh = call.get("ClientRequestToken", ""), call.get("RetainExceptOnCreate", False)
    progress.begin(call, stack, one["kind"], token, steps, fresh)
    for name, other in list(_of(call, stack["name"])):
        if other["id"] != one["id"]:
            records.drop(call, KIND, name)
    records.put(call, KIND, one["id"], {**one, "execution": "EXECUTE_COMPLETE"})
    return {}


def _made(call: Call, stack: Body, name: str, resources: Body) -> Body:
    """A change set, which is kept, of the stack; those of nested stacks are made with it."""
    identity = f"arn:aws:cloudformation:{call.region}:{call.account}:changeSet/{name}/{uuid.uuid4()}"
    found = difference.changes(call, stack, resources)
    made: Body = {
        "id": identity, "name": name, "stack": stack["name"], "stack_id": stack["id"], "created": call.now,
        "execution": "AVAILABLE" if found else "UNAVAILABLE", "status": "CREATE_COMPLETE" if found else "FAILED",
        "reason": "" if found else NOTHING, "changes": [_change(call, stack, name, one) for one in found],
        "tags": [], "given": {}, "token": "", "kind": "",
    }  # fmt: skip
    records.put(call, KIND, identity, made)
    return made


def _change(call: Call, stack: Body, name: str, step: Body) -> Body:
    body = step["after"] or step["before"]
    there = stack["resources"].get(step["logical"])
    told: Body = {"Action": ACTIONS[step["do"]], "LogicalResourceId": step["logical"], "ResourceType": body["Type"]}
    told |= {"PhysicalResourceId": there["physical"]} if there else {}
    if step["do"] in ("change", "replace"):
        told["Replacement"] = "True" if step["do"] == "replace" else "False"
        was, will = step["before"].get("Properties", {}), step["after"].get("Properties", {})
        changed = sorted(key for key in was.keys() | will.keys() if was.get(key) != will.get(key))
        told["Details"] = [{"Target": {"Attribute": "Properties", "Name": key}} for key in changed]
    if step["do"] == "remove":
        told["PolicyAction"] = "Retain" if body.get("DeletionPolicy") == "Retain" else "Delete"
    if body["Type"] == NESTED and step["after"]:
        child = difference.child_name(stack["name"], step["logical"], there)
        nested = records.get(call, STACK, child) or {"id": stack["id"], "name": child, "resources": {}}
        wanted = stored.template(call, body["Properties"])
        told["ChangeSetId"] = _made(call, nested, f"{name}-{step['logical']}", wanted)["id"]
    return {"Type": "Resource", "ResourceChange": told}


def _found(call: Call) -> Body:
    asked = call["ChangeSetName"]
    one = records.get(call, KIND, asked)
    if one is None and "StackName" in call.parameters:
        stack = stored.found(call, call["StackName"])
        one = next((one for _, one in _of(call, stack["name"]) if one["name"] == asked), None)
    if one is None:
        raise Refusal("ChangeSetNotFound", f"ChangeSet [{asked}] does not exist")
    return one


def _of(call: Call, stack: str) -> Iterator[tuple[str, Body]]:
    for name, one in records.named(call, KIND):
        if one["stack"] == stack:
            yield name, one


def _given(call: Call) -> Body:
    return {name: call[name] for name in ("TemplateBody", "TemplateURL") if name in call.parameters}
