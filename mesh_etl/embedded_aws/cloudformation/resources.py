"""What becomes of a resource in its own service when a stack makes, changes or deletes it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records, s3, stepfunctions
from mesh_etl.embedded_aws.glue import jobs, workflows

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Body, Call

FAILURE = "cloudformation.failure"
# The property that names a resource: another name is another resource.
NAMED_BY = {
    "AWS::S3::Bucket": "BucketName",
    "AWS::Glue::Job": "Name",
    "AWS::Glue::Trigger": "Name",
    "AWS::Glue::Workflow": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
FLOWS = {"AWS::Glue::Trigger": workflows.TRIGGER, "AWS::Glue::Workflow": workflows.WORKFLOW}
MACHINE = "AWS::StepFunctions::StateMachine"


class Failed(Exception):
    """The service did not do it; the text is the reason that the event gives."""


def failing(call: Call, logical: str, reason: str, on: tuple[str, ...]) -> None:
    """From now on the resource of that logical id fails at these of create, update, delete and rollback."""
    records.put(call, FAILURE, logical, {"reason": reason, "on": list(on)})


def made(call: Call, stack: str, logical: str, body: Body, rolling: bool) -> str:
    """The resource exists; returns what its service calls it. Raises `Failed`."""
    _befall(call, logical, "rollback" if rolling else "create")
    kind, properties = body["Type"], body.get("Properties", {})
    name = properties.get(NAMED_BY.get(kind, ""))
    if kind == "AWS::KMS::Key":
        name = str(uuid.uuid4())
    name = name if isinstance(name, str) else f"{stack}-{logical}-{uuid.uuid4().hex[:12].upper()}"
    if kind == "AWS::S3::Bucket" and not s3.made(call, name):
        raise Failed(f"{name} already exists")
    if kind == "AWS::Glue::Job" and not jobs.made(call, name, properties):
        raise Failed(f"{name} already exists in stack")
    _flow(call, kind, name, properties)
    return name


def changed(call: Call, logical: str, physical: str, body: Body, rolling: bool) -> None:
    """The resource is as `body` says. Raises `Failed`."""
    _befall(call, logical, "rollback" if rolling else "update")
    if body["Type"] == "AWS::Glue::Job":
        jobs.changed(call, physical, body.get("Properties", {}))
    _flow(call, body["Type"], physical, body.get("Properties", {}))


def gone(call: Call, logical: str, physical: str, kind: str, rolling: bool) -> None:
    """The resource does not exist any more. Raises `Failed`."""
    _befall(call, logical, "rollback" if rolling else "delete")
    if kind == "AWS::S3::Bucket" and not s3.dropped(call, physical):
        raise Failed("The bucket you tried to delete is not empty (Service: S3, Status Code: 409)")
    if kind == "AWS::Glue::Job":
        jobs.dropped(call, physical)
    if kind in FLOWS:
        workflows.dropped(call, FLOWS[kind], physical)
    if kind == MACHINE:
        stepfunctions.dropped(call, physical)


def replaces(before: Body, after: Body) -> bool:
    """Whether a change makes another resource of it."""
    name = NAMED_BY.get(after["Type"], "")
    there, wanted = before.get("Properties", {}), after.get("Properties", {})
    return bool(before["Type"] != after["Type"] or there.get(name) != wanted.get(name))


def _flow(call: Call, kind: str, name: str, properties: Body) -> None:
    """What starts jobs is known to the service that starts them."""
    if kind in FLOWS:
        workflows.put(call, FLOWS[kind], name, properties)
    if kind == MACHINE:
        stepfunctions.made(call, name, properties)


def _befall(call: Call, logical: str, what: str) -> None:
    failure = records.get(call, FAILURE, logical)
    if failure and what in failure["on"]:
        raise Failed(failure["reason"])
