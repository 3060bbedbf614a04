"""What is shared, by whom, and with whom."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.ram.pages import arns, paged
from mesh_etl.embedded_aws.ram.shares import received, resources, sent, status

TYPES = {"catalog": "glue:Catalog", "database": "glue:Database", "table": "glue:Table"}


@operation(
    "ram.GetResourceShares",
    "resourceOwner", "resourceShareArns", "resourceShareStatus", "name", "nextToken", "maxResults",
)  # fmt: skip
def get_resource_shares(call: Call) -> Body:
    """The shares of the caller's account, or those with it that it has joined."""
    shown = [
        (body["arn"], _share(body))
        for body in _joined(call, call["resourceOwner"])
        if call.get("name", body["name"]) == body["name"] and call.get("resourceShareStatus", "ACTIVE") == "ACTIVE"
    ]
    return paged(call, "resourceShares", shown)


@operation(
    "ram.GetResourceShareAssociations",
    "associationType", "resourceShareArns", "resourceArn", "principal", "associationStatus", "nextToken", "maxResults",
)  # fmt: skip
def get_resource_share_associations(call: Call) -> Body:
    """The resources, or the receivers, of the caller's account's shares."""
    members = call.parameters
    if call["associationType"] == "RESOURCE" and "principal" in members:
        raise Refusal("InvalidParameterException", "A principal cannot be given with the association type RESOURCE.")
    if call["associationType"] == "PRINCIPAL" and "resourceArn" in members:
        raise Refusal("InvalidParameterException", "A resource cannot be given with the association type PRINCIPAL.")
    shown = [
        (f"{body['arn']} {entity}", _association(call, body, entity, made))
        for body in _joined(call, "SELF")
        for entity, made in _associated(call, body)
    ]
    wanted = call.get("associationStatus")
    return paged(call, "resourceShareAssociations", [row for row in shown if wanted in (None, row[1]["status"])])


@operation(
    "ram.ListResources",
    "resourceOwner", "principal", "resourceType", "resourceArns", "resourceShareArns", "nextToken", "maxResults",
)  # fmt: skip
def list_resources(call: Call) -> Body:
    """The resources that the caller's account shares, or that are shared with it and that it has accepted."""
    if call.get("resourceType", "glue:Table") not in TYPES.values():
        raise Refusal("InvalidResourceTypeException", "The resource type is not one that is shared here.")
    of = call["resourceOwner"]
    shown = [
        (
            f"{arn} {body['arn']}",
            {
                "arn": arn,
                "type": TYPES[body["kind"]],
                "resourceShareArn": body["arn"],
                "status": "AVAILABLE",
                "creationTime": made,
                "lastUpdatedTime": made,
                "resourceRegionScope": "REGIONAL",
            },
        )
        for body in _joined(call, of)
        if call.get("principal") in (None, body["receiver"] if of == "SELF" else body["owner"])
        and call.get("resourceType") in (None, TYPES[body["kind"]])
        for arn, made in resources(call, body)
        if arn in call.get("resourceArns", [arn])
    ]
    return paged(call, "resources", shown)


def _joined(call: Call, owner: str) -> Iterator[Body]:
    """The shares that the request means: its own ones, or those of others that it has accepted."""
    wanted = arns(call, "resourceShareArns", "resource-share")
    for body in sent(call) if owner == "SELF" else received(call):
        accepted = owner == "SELF" or status(call, body) == "ACCEPTED"
        if accepted and (wanted is None or body["arn"] in wanted):
            yield body


def _associated(call: Call, body: Body) -> Iterator[tuple[str, float]]:
    if call["associationType"] == "PRINCIPAL":
        if call.get("principal") in (None, body["receiver"]):
            yield body["receiver"], body["created"]
    elif call["associationType"] == "RESOURCE":
        for arn, made in resources(call, body):
            if call.get("resourceArn") in (None, arn):
                yield arn, made


def _association(call: Call, body: Body, entity: str, made: float) -> Body:
    kind = call["associationType"]
    states = {"ACCEPTED": "ASSOCIATED", "PENDING": "ASSOCIATING", "REJECTED": "FAILED", "EXPIRED": "DISASSOCIATED"}
    return {
        "resourceShareArn": body["arn"],
        "resourceShareName": body["name"],
        "associatedEntity": entity,
        "associationType": kind,
        "status": states[status(call, body)] if kind == "PRINCIPAL" else "ASSOCIATED",
        "creationTime": made,
        "lastUpdatedTime": body["updated"],
        "external": body["external"],
    }


def _share(body: Body) -> Body:
    return {
        "resourceShareArn": body["arn"],
        "name": body["name"],
        "owningAccountId": body["owner"],
        "allowExternalPrincipals": True,
        "status": "ACTIVE",
        "creationTime": body["created"],
        "lastUpdatedTime": body["updated"],
        "featureSet": "STANDARD",
    }
