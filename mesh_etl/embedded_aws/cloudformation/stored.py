"""Stacks, their resources and events as they are kept, and templates as they are read."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from mesh_etl.embedded_aws import records, s3
from mesh_etl.embedded_aws.answers import Refusal

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Body, Call

STACK, EVENT, GONE = "cloudformation.stack", "cloudformation.event", "cloudformation.gone"
NESTED = "AWS::CloudFormation::Stack"


def refused(message: str) -> Refusal:
    """The refusal that CloudFormation has for most things."""
    return Refusal("ValidationError", message)


def new(call: Call, name: str, status: str, tags: Any = (), parent: str = "", root: str = "") -> Body:
    """A stack without resources, kept under its name; `root` is the name of the one that it is nested in."""
    identity = f"arn:aws:cloudformation:{call.region}:{call.account}:stack/{name}/{uuid.uuid4()}"
    stack: Body = {
        "id": identity, "name": name, "status": status, "reason": "", "created": call.now, "updated": None,
        "tags": list(tags), "resources": {}, "parent": parent, "root": root, "operation": None, "told": 0,
    }  # fmt: skip
    keep(call, stack)
    return stack


def keep(call: Call, stack: Body) -> None:
    """The stack is as it is given."""
    records.put(call, STACK, stack["name"], stack)


def found(call: Call, asked: str) -> Body:
    """The stack of that name or id; one that is deleted is known by its id alone."""
    name = asked.split("/")[1] if asked.startswith("arn:") else asked
    stack = records.get(call, STACK, name)
    if stack is not None and asked in (stack["name"], stack["id"]):
        return stack
    gone = records.get(call, GONE, asked)
    if gone is None:
        raise refused(f"Stack with id {asked} does not exist")
    return gone


def drop(call: Call, stack: Body) -> None:
    """The stack is deleted: only its id is left to ask by."""
    stack["status"], stack["deleted"] = "DELETE_COMPLETE", call.now
    records.put(call, GONE, stack["id"], stack)
    records.drop(call, STACK, stack["name"])


def tell(
    call: Call, stack: Body, logical: str, kind: str, physical: str, status: str, reason: str = "", token: str = ""
) -> None:
    """An event of the stack is told, later than all before it."""
    stack["told"] += 1
    event: Body = {
        "StackId": stack["id"],
        "EventId": str(uuid.uuid4()),
        "StackName": stack["name"],
        "LogicalResourceId": logical,
        "PhysicalResourceId": physical,
        "ResourceType": kind,
        "Timestamp": call.now + stack["told"] / 1e5,
        "ResourceStatus": status,
    }
    event |= {"ResourceStatusReason": reason} if reason else {}
    event |= {"ClientRequestToken": token} if token else {}
    records.put(call, EVENT, f"{stack['id']}|{stack['told']:08}", event)


def template(call: Call, parameters: Body) -> Body:
    """The resources of the template that TemplateBody or TemplateURL gives, by logical id."""
    if "TemplateBody" in parameters:
        if len(parameters["TemplateBody"].encode()) > 51_200:
            raise refused("1 validation error detected: templateBody: length must be at most 51200")
        text = parameters["TemplateBody"]
    else:
        bucket, _, key = parameters["TemplateURL"].removeprefix("https://").partition("/")
        data = s3.content(call, bucket.partition(".s3.")[0], key)
        if data is None:
            raise refused("S3 error: Access Denied")  # what S3 says of a key that is not there
        text = data.decode()
    try:
        resources: Body = json.loads(text)["Resources"]
    except (ValueError, KeyError, TypeError) as error:
        raise refused("Template format error: JSON not well-formed.") from error
    if not resources:
        raise refused("Template format error: At least one Resources member must be defined.")
    return resources
