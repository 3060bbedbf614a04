"""How far the shares with one account have come."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Literal

from mesh_etl.govern.state import Share

if TYPE_CHECKING:
    from mesh_etl.govern.accounts import Accounts

MADE_BY = "LakeFormation"  # how the names of its shares begin
# What is told of several shares of one owner: the one that needs somebody.
Status = Literal["PENDING", "REJECTED", "EXPIRED", "ACTIVE"]
ORDER: tuple[Status, ...] = ("PENDING", "REJECTED", "EXPIRED", "ACTIVE")


def shares(accounts: Accounts, account: str) -> dict[tuple[str, str], Share]:
    """The shares that other accounts of the mesh have with this one, by (owner, receiver).

    Lake Formation makes one for each kind of resource; an organization's need no invitation.
    """
    latest: dict[str, dict[str, Any]] = {}
    for one in invitations(accounts, account):
        known = latest.get(one["resourceShareArn"])
        if known is None or known["invitationTimestamp"] < one["invitationTimestamp"]:
            latest[one["resourceShareArn"]] = one
    found: dict[tuple[str, str], list[Share]] = defaultdict(list)
    for one in latest.values():
        status: Status = "ACTIVE" if one["status"] == "ACCEPTED" else one["status"]
        found[one["senderAccountId"], account].append(Share(status, one["resourceShareArn"]))
    joined = accounts.pages(account, "ram", "get_resource_shares", "resourceShares", resourceOwner="OTHER-ACCOUNTS")
    for one in joined:
        ours = one["name"].startswith(MADE_BY) and one["resourceShareArn"] not in latest
        if ours and one.get("status", "ACTIVE") == "ACTIVE":
            found[one["owningAccountId"], account].append(Share("ACTIVE", one["resourceShareArn"]))
    return {key: min(several, key=lambda one: ORDER.index(one.status)) for key, several in found.items()}


def invitations(accounts: Accounts, account: str) -> list[dict[str, Any]]:
    """The invitations to shares of Lake Formation that the account has received from accounts of the mesh."""
    found = accounts.pages(account, "ram", "get_resource_share_invitations", "resourceShareInvitations")
    return [one for one in found if one["resourceShareName"].startswith(MADE_BY) and one["senderAccountId"] in accounts]
