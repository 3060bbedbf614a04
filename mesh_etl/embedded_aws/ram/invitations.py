"""Invitations to resource shares: pending for twelve hours, then accepted, rejected or expired for good."""

from __future__ import annotations

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.ram.pages import arns, paged
from mesh_etl.embedded_aws.ram.shares import INVITATION, standing

ARN = "resourceShareInvitationArn"
ANSWERED = {
    "ACCEPTED": "ResourceShareInvitationAlreadyAcceptedException",
    "REJECTED": "ResourceShareInvitationAlreadyRejectedException",
    "EXPIRED": "ResourceShareInvitationExpiredException",
}


@operation(
    "ram.GetResourceShareInvitations", "resourceShareInvitationArns", "resourceShareArns", "nextToken", "maxResults"
)
def get_resource_share_invitations(call: Call) -> Body:
    """The invitations that the caller's account has got, whatever became of them."""
    wanted = arns(call, "resourceShareInvitationArns", "resource-share-invitation")
    of_shares = arns(call, "resourceShareArns", "resource-share")
    found = dict(records.named(call, INVITATION))
    if wanted is not None and not wanted <= found.keys():
        raise Refusal("ResourceShareInvitationArnNotFoundException", "An invitation with that ARN was not found.")
    shown = [
        (arn, _shown(call, body))
        for arn, body in found.items()
        if (wanted is None or arn in wanted) and (of_shares is None or body["share"] in of_shares)
    ]
    return paged(call, "resourceShareInvitations", shown)


@operation("ram.AcceptResourceShareInvitation", ARN, "clientToken", writes=True)
def accept_resource_share_invitation(call: Call) -> Body:
    """What the share holds, and what is shared later, can be used in the caller's account."""
    return _answered(call, "ACCEPTED")


@operation("ram.RejectResourceShareInvitation", ARN, "clientToken", writes=True)
def reject_resource_share_invitation(call: Call) -> Body:
    """The share is not the caller's account's."""
    return _answered(call, "REJECTED")


def _answered(call: Call, answer: str) -> Body:
    arns(call, ARN, "resource-share-invitation")
    body = records.get(call, INVITATION, call[ARN])
    if body is None:
        raise Refusal("ResourceShareInvitationArnNotFoundException", "An invitation with that ARN was not found.")
    before = standing(call, body)
    if before != "PENDING":
        raise Refusal(ANSWERED[before], f"The invitation is {before.lower()}.")
    body["status"] = answer
    records.put(call, INVITATION, call[ARN], body)
    token = {"clientToken": call["clientToken"]} if "clientToken" in call.parameters else {}
    return {"resourceShareInvitation": _shown(call, body), **token}


def _shown(call: Call, body: Body) -> Body:
    return {
        "resourceShareInvitationArn": body["arn"],
        "resourceShareName": body["name"],
        "resourceShareArn": body["share"],
        "senderAccountId": body["sender"],
        "receiverAccountId": body["receiver"],
        "receiverArn": f"arn:aws:iam::{body['receiver']}:root",
        "invitationTimestamp": body["sent"],
        "status": standing(call, body),
    }
