"""Stacks, their resources and events as they are kept."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Body, Call

STACK, EVENT, GONE = "cloudformation.stack", "cloudformation.event", "cloudformation.gone"
NESTED, REVIEW = "AWS::CloudFormation::Stack", "REVIEW_IN_PROGRESS"


def refused(message: str) -> Refusal:
    """The refusal that CloudFormation has for most things."""
    return Refusal("ValidationError", message)


def new(call: Call, name: str, parent: str = "") -> Body:
    """A stack without resources, kept under its name; `parent` is the id of the one that it is nested in."""
    identity = f"arn:aws:cloudformation:{call.region}:{call.account}:stack/{name}/{uuid.uuid4()}"
    stack: Body = {
        "id": identity, "name": name, "status": REVIEW, "reason": "", "created": call.now, "updated": None,
        "deleted": None, "tags": [], "template": {}, "resources": {}, "parent": parent, "operation": None, "told": 0,
        "token": "", "tokens": [], "protected": False,
    }  # fmt: skip
    keep(call, stack)
    return stack


def keep(call: Call, stack: Body) -> None:
    """The stack is as it is given."""
    records.put(call, STACK, stack["name"], stack)


def found(call: Call, asked: str) -> Body:
    """The stack of that name or id; one that is deleted is known by its id alone."""
    stack = records.get(call, STACK, named(asked))
    if stack is not None and asked in (stack["name"], stack["id"]):
        return stack
    gone = records.get(call, GONE, asked)
    if gone is None:
        raise refused(f"Stack with id {asked} does not exist")
    return gone


def named(asked: str) -> str:
    """The name of the stack that is asked for by its name or id."""
    return asked.split("/")[1] if asked.startswith("arn:") else asked


def drop(call: Call, stack: Body) -> None:
    """The stack is deleted: only its id is left to ask by."""
    stack |= {"status": "DELETE_COMPLETE", "deleted": call.now}
    records.put(call, GONE, stack["id"], stack)
    records.drop(call, STACK, stack["name"])


def busy(stack: Body) -> bool:
    """Whether CloudFormation is at work on it."""
    return str(stack["status"]).endswith("_IN_PROGRESS") and stack["status"] != REVIEW


def state(call: Call, stack: Body, status: str, reason: str = "") -> None:
    """The stack has come into the state, and tells so."""
    stack |= {"status": status, "reason": reason}
    tell(call, stack, stack["name"], NESTED, stack["id"], status, reason)
    keep(call, stack)


def tell(call: Call, stack: Body, logical: str, kind: str, physical: str, status: str, reason: str = "") -> None:
    """An event of the stack is told, after all before it; times are of milliseconds, so that several have the same."""
    stack["told"] += 1
    event: Body = {
        "StackId": stack["id"],
        "EventId": str(uuid.uuid4()),
        "StackName": stack["name"],
        "LogicalResourceId": logical,
        "PhysicalResourceId": physical,
        "ResourceType": kind,
        "Timestamp": int(call.now * 1000) / 1000,
        "ResourceStatus": status,
    }
    event |= {"ResourceStatusReason": reason} if reason else {}
    event |= {"ClientRequestToken": stack["token"]} if stack["token"] else {}
    records.put(call, EVENT, f"{stack['id']}|{stack['told']:08}", event)


def once(stack: Body, token: str) -> None:
    """The token, if any, marks the events of the operation that begins. Raises `Refusal` if it has marked another."""
    if token and token in stack["tokens"]:
        raise Refusal("TokenAlreadyExistsException", f"Token {token} already exists")
    stack["token"] = token
    stack["tokens"].append(token)
