"""The resource shares that Lake Formation makes when a catalogue gives rights to another account.

From version 3 of cross-account sharing on, many grants go into one share: there is one for each owner, receiver and
kind of resource. A receiver outside of the owner's organization is invited when a share is made, and has nothing of it
before the invitation is accepted. What is shared later joins the accepted share.
Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/optimize-ram.html,
https://docs.aws.amazon.com/ram/latest/userguide/working-with-shared-invitations.html
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.ram import organizations

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Body, Call

SHARE, SHARED, RECEIVED, INVITATION = "ram.share", "ram.shared", "ram.received", "ram.invitation"
CATALOGUE_POLICY = "glue.resource_policy"
VALID_SECONDS = 12 * 3600.0  # the RAM user guide, for the resource types of Glue


def share(call: Call, owner: str, receiver: str, resource_arn: str) -> None:
    """The resource of `owner` is shared with `receiver`, an account or the ARN of an organization.

    The receiver is invited where that is needed: to a new share, and again where the last invitation has expired or
    was rejected, since RAM has parted the two then. Nothing is shared where the catalogue has a policy that does not
    let RAM: how AWS tells of it is not documented; chosen: it does not.
    """
    if not _let(call, owner):
        return
    place, kind = f"{owner}/{call.region}", _kind(resource_arn)
    found = records.get(call, SHARE, f"{receiver}/{kind}", place)
    body = found or _made(call, owner, receiver, kind)
    if found is None or status(call, body) in ("EXPIRED", "REJECTED"):
        body["invitation"] = None if organizations.joined(call, receiver) else _invited(call, body)
    _kept(call, body)
    if records.get(call, SHARED, f"{receiver}/{resource_arn}", place) is None:
        records.put(call, SHARED, f"{receiver}/{resource_arn}", {"made": call.now}, place)


def unshare(call: Call, owner: str, receiver: str, resource_arn: str) -> None:
    """The resource is not shared any more; a share of nothing is gone, and with it the invitation."""
    place, kind = f"{owner}/{call.region}", _kind(resource_arn)
    body = records.get(call, SHARE, f"{receiver}/{kind}", place)
    if body is None or not records.drop(call, SHARED, f"{receiver}/{resource_arn}", place):
        return
    if any(True for _ in resources(call, body)):
        _kept(call, body)
        return
    records.drop(call, SHARE, f"{receiver}/{kind}", place)
    records.drop(call, RECEIVED, f"{owner}/{kind}", _home(call, receiver))
    if body["invitation"] is not None:
        records.drop(call, INVITATION, body["invitation"], _home(call, receiver))


def active(call: Call, owner: str, receiver: str, *resource_arns: str) -> bool:
    """Whether `receiver` has joined a share of `owner`: one with any of the resources, where some are given."""
    if not resource_arns:
        return any(status(call, body) == "ACCEPTED" for body in _between(call, owner, receiver))
    return any(_has_joined(call, owner, receiver, arn) for arn in resource_arns)


def active_within(call: Call, owner: str, receiver: str, prefix: str) -> bool:
    """Whether `receiver` has joined a share of `owner` with a resource whose ARN starts with `prefix`."""
    for body in _between(call, owner, receiver):
        if body["kind"] == _kind(prefix) and status(call, body) == "ACCEPTED":
            return any(True for _ in resources(call, body, prefix))
    return False


def resources(call: Call, body: Body, prefix: str = "") -> Iterator[tuple[str, float]]:
    """The ARNs of what a share holds, those alone that start with `prefix`, and since when each is in it."""
    wanted = prefix or f"arn:aws:glue:{call.region}:{body['owner']}:{body['kind']}"
    for name, one in records.named(call, SHARED, f"{body['receiver']}/{wanted}", f"{body['owner']}/{call.region}"):
        yield name.removeprefix(f"{body['receiver']}/"), one["made"]


def sent(call: Call) -> Iterator[Body]:
    """The shares of the caller's account."""
    for _, body in records.named(call, SHARE):
        yield body


def received(call: Call) -> Iterator[Body]:
    """The shares with the caller's account, those that it has not joined included."""
    for receiver in (call.account, *organizations.of(call, call.account)):
        for name, _ in records.named(call, RECEIVED, "", _home(call, receiver)):
            owner, _, kind = name.partition("/")
            body = records.get(call, SHARE, f"{receiver}/{kind}", f"{owner}/{call.region}")
            if body is not None and owner != call.account:
                yield body


def status(call: Call, body: Body) -> str:
    """How far the invitation to a share has come; ACCEPTED where none was needed."""
    if body["invitation"] is None:
        return "ACCEPTED"
    found = records.get(call, INVITATION, body["invitation"], _home(call, body["receiver"]))
    return "REJECTED" if found is None else standing(call, found)


def standing(call: Call, invitation: Body) -> str:
    """PENDING, ACCEPTED, REJECTED or EXPIRED, as of now."""
    late = invitation["status"] == "PENDING" and call.now >= invitation["sent"] + VALID_SECONDS
    return "EXPIRED" if late else str(invitation["status"])


def _let(call: Call, owner: str) -> bool:
    """Whether RAM may share the owner's catalogue.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-cross-account.html
    """
    found = records.get(call, CATALOGUE_POLICY, "policy", f"{owner}/{call.region}")
    return found is None or any(
        "glue:ShareResource" in one.get("Action", ()) and "ram.amazonaws.com" in one["Principal"].get("Service", ())
        for one in found["policy"]["Statement"]
    )


def _made(call: Call, owner: str, receiver: str, kind: str) -> Body:
    identity = uuid.uuid4()
    records.put(call, RECEIVED, f"{owner}/{kind}", {}, _home(call, receiver))
    return {
        "arn": f"arn:aws:ram:{call.region}:{owner}:resource-share/{identity}",
        "name": f"LakeFormation-V3-{identity.hex[:10].upper()}",
        "owner": owner,
        "receiver": receiver,
        "kind": kind,
        "created": call.now,
        "updated": call.now,
        "external": not organizations.joined(call, receiver),
        "invitation": None,
    }


def _invited(call: Call, body: Body) -> str:
    arn = f"arn:aws:ram:{call.region}:{body['owner']}:resource-share-invitation/{uuid.uuid4()}"
    invitation = {"arn": arn, "share": body["arn"], "name": body["name"], "sender": body["owner"], "sent": call.now}
    full = {**invitation, "receiver": body["receiver"], "status": "PENDING"}
    records.put(call, INVITATION, arn, full, _home(call, body["receiver"]))
    return arn


def _between(call: Call, owner: str, receiver: str) -> Iterator[Body]:
    """The shares of `owner` with the receiver or its organization."""
    for one in (receiver, *organizations.of(call, receiver)):
        for _, body in records.named(call, SHARE, f"{one}/", f"{owner}/{call.region}"):
            yield body


def _has_joined(call: Call, owner: str, receiver: str, resource_arn: str) -> bool:
    place = f"{owner}/{call.region}"
    for one in (receiver, *organizations.of(call, receiver)):
        if records.get(call, SHARED, f"{one}/{resource_arn}", place) is not None:
            body = records.get(call, SHARE, f"{one}/{_kind(resource_arn)}", place)
            if body is not None and status(call, body) == "ACCEPTED":
                return True
    return False


def _kind(resource_arn: str) -> str:
    return resource_arn.split(":")[5].partition("/")[0]


def _kept(call: Call, body: Body) -> None:
    body["updated"] = call.now
    records.put(call, SHARE, f"{body['receiver']}/{body['kind']}", body, f"{body['owner']}/{call.region}")


def _home(call: Call, receiver: str) -> str:
    return f"{receiver}/{call.region}"
