"""Change sets as they are made and kept: of a stack, and of those nested in it.

That of a nested stack fails by itself, and the root's then says no more than which one; it stays with its stack, which
is there from now on even if it is new.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-for-nested-stacks.html
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.cloudformation import checks, difference, stored
from mesh_etl.embedded_aws.cloudformation.stored import NESTED, STACK
from mesh_etl.embedded_aws.cloudformation.templates import template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh_etl.embedded_aws.operations import Body, Call

KIND = "cloudformation.change_set"
NOTHING = "The submitted information didn't contain changes. Submit different information to create a change set."
ROOT_ONLY = "Only executable from the root change set."
ACTIONS = {"add": "Add", "change": "Modify", "replace": "Modify", "remove": "Remove"}
AHEAD = ["CREATE_PENDING", "CREATE_IN_PROGRESS"]  # what is seen of it first


def made(call: Call, stack: Body, name: str, resources: Body, tagged: bool, root: str = "") -> Body:
    """A change set, which is kept, with those of nested stacks; `tagged`: the tags of all change as well."""
    identity = f"arn:aws:cloudformation:{call.region}:{call.account}:changeSet/{name}/{uuid.uuid4()}"
    one: Body = {
        "id": identity, "name": name, "stack": stack["name"], "stack_id": stack["id"], "created": call.now,
        "status": "CREATE_COMPLETE", "execution": "UNAVAILABLE" if root else "AVAILABLE",
        "reason": ROOT_ONLY if root else "", "ahead": AHEAD, "changes": [], "failures": [], "root": root or identity,
        "children": {}, "tags": [], "given": {}, "token": "", "kind": "",
    }  # fmt: skip
    steps = difference.changes(call, stack, resources, tagged)
    one["failures"] = checks.checked(call, steps)
    for step in steps:
        one["changes"].append(_change(call, stack, one, step, tagged))
    if one["failures"]:
        _fails(one, checks.reason(one["failures"]))
    elif not steps:
        _fails(one, NOTHING)
    records.put(call, KIND, identity, one)
    return one


def found(call: Call) -> Body:
    """The change set that a call names, by its id, or by its name and its stack. Raises `Refusal`."""
    asked = call["ChangeSetName"]
    one = records.get(call, KIND, asked)
    if one is None and "StackName" in call.parameters:
        stack = stored.found(call, call["StackName"])
        one = next((one for one in of(call, stack) if one["name"] == asked), None)
    if one is None:
        raise Refusal("ChangeSetNotFound", f"ChangeSet [{asked}] does not exist")
    return one


def of(call: Call, stack: Body) -> Iterator[Body]:
    """The change sets of the stack itself."""
    for _, one in records.named(call, KIND):
        if one["stack_id"] == stack["id"]:
            yield one


def hierarchy(call: Call, one: Body) -> list[Body]:
    """The change set and all that are nested in the same root."""
    return [other for _, other in records.named(call, KIND) if other["root"] == one["root"]]


def drop(call: Call, one: Body) -> None:
    """The change set is gone with those nested in it, and with the stacks that exist through these alone."""
    for other in hierarchy(call, one):
        records.drop(call, KIND, other["id"])
    for name in one["children"].values():
        child = records.get(call, STACK, name)
        if child and child["status"] == stored.REVIEW:
            stored.drop(call, child)


def _fails(one: Body, reason: str) -> None:
    one |= {"status": "FAILED", "execution": "UNAVAILABLE", "reason": reason}


def _change(call: Call, stack: Body, one: Body, step: Body, tagged: bool) -> Body:
    body, do = step["after"] or step["before"], step["do"]
    told: Body = {"Action": ACTIONS[do], "LogicalResourceId": step["logical"], "ResourceType": body["Type"]}
    told |= {"PhysicalResourceId": step["physical"]} if step["physical"] else {}
    if do in ("change", "replace"):
        told["Replacement"] = "True" if do == "replace" else "False"
        told["Details"] = [{"Target": target} for target in _targets(step["before"], step["after"], tagged)]
    if do == "replace":
        told["PolicyAction"] = f"ReplaceAnd{step['before'].get('UpdateReplacePolicy', 'Delete')}"
    if do == "remove":
        told["PolicyAction"] = "Retain" if body.get("DeletionPolicy", "Delete") != "Delete" else "Delete"
    if body["Type"] == NESTED and step["after"]:
        nested = _nested(call, stack, one, step, tagged)
        told |= {"ChangeSetId": nested["id"], "PhysicalResourceId": nested["stack_id"]}
        if nested["status"] == "FAILED" and nested["reason"] != NOTHING:
            _fails(one, f"Nested change set {nested['id']} was not successfully created: Currently in FAILED.")
    return {"Type": "Resource", "ResourceChange": told}


def _targets(before: Body, after: Body, tagged: bool) -> Iterator[Body]:
    was, will = before.get("Properties", {}), after.get("Properties", {})
    for key in sorted(was.keys() | will.keys()):
        if was.get(key) != will.get(key):
            yield {"Attribute": "Properties", "Name": key}
    for key in ("DeletionPolicy", "UpdateReplacePolicy"):
        if before.get(key) != after.get(key):
            yield {"Attribute": key}
    if tagged:
        yield {"Attribute": "Tags"}


def _nested(call: Call, stack: Body, one: Body, step: Body, tagged: bool) -> Body:
    """The change set of a nested stack; one that is new exists from now on."""
    logical = step["logical"]
    child = records.get(call, STACK, stored.named(step["physical"])) if step["physical"] else None
    if child is None:
        child = stored.new(call, f"{stack['name']}-{logical}-{uuid.uuid4().hex[:13].upper()}", parent=stack["id"])
        one["children"][f"{stack['name']}/{logical}"] = child["name"]
    try:
        wanted, refusal = template(call, step["after"]["Properties"])["Resources"], ""
    except Refusal as error:
        wanted, refusal = {}, error.message
    nested = made(call, child, f"{one['name']}-{logical}", wanted, tagged, one["root"])
    if refusal:
        _fails(nested, refusal)
        records.put(call, KIND, nested["id"], nested)
    return nested
