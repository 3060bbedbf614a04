"""What becomes of a resource in its own service when a stack makes, changes or deletes it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import kms, records, s3, stepfunctions
from mesh_etl.embedded_aws.cloudformation import stored
from mesh_etl.embedded_aws.cloudformation.schemas import name_of
from mesh_etl.embedded_aws.glue import jobs, workflows

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Body, Call

FAILURE, THERE = "cloudformation.failure", "cloudformation.resource"
BUCKET, MACHINE, ROLE = "AWS::S3::Bucket", "AWS::StepFunctions::StateMachine", "AWS::IAM::Role"
# Resources of other services, kept as those services keep them; all others are known here alone.
KEPT_AS = {
    "AWS::Glue::Job": jobs.JOB,
    "AWS::Glue::Trigger": workflows.TRIGGER,
    "AWS::Glue::Workflow": workflows.WORKFLOW,
    "AWS::KMS::Alias": kms.ALIAS,
    MACHINE: stepfunctions.MACHINE,
}
# Who takes the role that a resource names; a service that cannot does not make the resource.
TAKES_ROLE = {
    "AWS::Glue::Crawler": ("Role", "Service is unable to assume provided role. Please verify role's TrustPolicy"),
    "AWS::Glue::Job": ("Role", "Role should be given assume role permissions for Glue Service."),
    MACHINE: (
        "RoleArn",
        "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the "
        "provided role.",
    ),
}


class Failed(Exception):
    """The service did not do it; the text is the reason that the event gives."""


def failing(call: Call, logical: str, reason: str, on: tuple[str, ...]) -> None:
    """From now on the resource of that logical id fails at these of create, update, delete and rollback."""
    records.put(call, FAILURE, logical, {"reason": reason, "on": list(on)})


def exists(call: Call, body: Body) -> bool:
    """Whether the account has a resource of the name that the template gives; without a name it has none."""
    name = name_of(body)
    return bool(name) and _there(call, body["Type"], name)


def taken(body: Body) -> str:
    """What is said of a resource whose name another one has."""
    return f"Resource of type '{body['Type']}' with identifier '{name_of(body)}' already exists."


def made(call: Call, stack: Body, logical: str, body: Body) -> str:
    """The resource of the stack exists; returns what its service calls it. Raises `Failed`."""
    _befall(call, logical, "create")
    kind, name = body["Type"], name_of(body)
    if name and _there(call, kind, name):
        raise Failed(taken(body))
    _bounded(call, body, "iam:CreateRole")
    _takes_role(call, stack, body)
    if kind == "AWS::KMS::Key":
        name = str(uuid.uuid4())
    name = name or f"{stack['name']}-{logical}-{uuid.uuid4().hex[:12].upper()}"
    if kind == BUCKET and not s3.made(call, name):
        raise Failed(f"{name} already exists")
    _put(call, kind, name, body)
    return f"arn:aws:states:{call.region}:{call.account}:stateMachine:{name}" if kind == MACHINE else name


def changed(call: Call, stack: Body, logical: str, physical: str, body: Body, rolling: bool) -> None:
    """The resource of the stack is as `body` says. Raises `Failed`."""
    _befall(call, logical, "rollback" if rolling else "update")
    kind, name = body["Type"], _called(physical)
    if not _there(call, kind, name):
        raise Failed(f"Resource of type '{kind}' with identifier '{name}' was not found.")
    _bounded(call, body, "iam:DeleteRolePermissionsBoundary")
    _takes_role(call, stack, body)
    _put(call, kind, name, body)


def gone(call: Call, logical: str, physical: str, kind: str, rolling: bool) -> None:
    """The resource does not exist any more; it may have been gone before. Raises `Failed`."""
    _befall(call, logical, "rollback" if rolling else "delete")
    if kind == BUCKET:
        if not s3.dropped(call, physical):
            raise Failed("The bucket you tried to delete is not empty (Service: S3, Status Code: 409)")
        return
    records.drop(call, *_kept(kind, _called(physical)), _home(call, kind))


def _there(call: Call, kind: str, name: str) -> bool:
    if kind == BUCKET:
        return s3.owner(call, name) == call.account
    return records.get(call, *_kept(kind, name), _home(call, kind)) is not None


def _put(call: Call, kind: str, name: str, body: Body) -> None:
    if kind != BUCKET:
        records.put(call, *_kept(kind, name), body.get("Properties", {}), _home(call, kind))


def _kept(kind: str, name: str) -> tuple[str, str]:
    """As what, and under which name, the resource is kept."""
    return (KEPT_AS[kind], name) if kind in KEPT_AS else (THERE, f"{kind}|{name}")


def _home(call: Call, kind: str) -> str | None:
    """IAM has no regions."""
    return f"{call.account}/iam" if kind.startswith("AWS::IAM::") else None


def _called(physical: str) -> str:
    return physical.rpartition(":")[2]


def _bounded(call: Call, body: Body, action: str) -> None:
    """Whoever deploys makes no role without a boundary, and takes none off: so say the policies that are printed.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    if body["Type"] == ROLE and not body["Properties"].get("PermissionsBoundary"):
        role = f"arn:aws:iam::{call.account}:role/{name_of(body)}"
        raise Failed(f"User: {call.caller} is not authorized to perform: {action} on resource: {role}")


def _takes_role(call: Call, stack: Body, body: Body) -> None:
    """A role that is called after the root stack is made by it; of others nothing is known here."""
    key, words = TAKES_ROLE.get(body["Type"], ("", ""))
    role = str(body.get("Properties", {}).get(key)).rpartition("/")[2]
    if role.startswith(f"{stored.named(stack['parent'] or stack['id'])}-") and not _there(call, ROLE, role):
        raise Failed(words)


def _befall(call: Call, logical: str, what: str) -> None:
    failure = records.get(call, FAILURE, logical)
    if failure and what in failure["on"]:
        raise Failed(failure["reason"])
