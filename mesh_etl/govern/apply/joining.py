"""Shares between accounts are joined: invitations accepted, and sent again where they have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, RunError
from mesh_etl.govern.accounts import ATTEMPTS, pause
from mesh_etl.govern.apply.batches import batches
from mesh_etl.govern.apply.rights import grants
from mesh_etl.govern.difference import Change
from mesh_etl.govern.difference.bounds import account_of, owner_of
from mesh_etl.govern.observe.shares import invitations, shares

if TYPE_CHECKING:
    from mesh_etl.govern.accounts import Accounts
    from mesh_etl.govern.state import State

ACCEPTED = ("ResourceShareInvitationAlreadyAcceptedException",)
ENDED = ("ResourceShareInvitationExpiredException", "ResourceShareInvitationArnNotFoundException")


def join(accounts: Accounts, change: Change, desired: State) -> None:
    """The receiver has joined all shares of the owner; an organization's it has without being asked.

    An invitation that has expired is made anew by giving the rights again that are asked for. Raises `RunError`:
    SHARE_REJECTED, and, worth a retry, SHARE_MISSING and SHARE_EXPIRED.
    """
    owner, receiver = change.key
    renewed = False
    for attempt in range(1, ATTEMPTS + 1):
        for one in invitations(accounts, receiver):
            if one["senderAccountId"] == owner and one["status"] == "PENDING":
                _accept(accounts, receiver, one)
        found = shares(accounts, receiver).get((owner, receiver))
        if found is not None and found.status == "ACTIVE":
            return
        if found is not None and found.status in ("EXPIRED", "REJECTED") and not renewed:
            if found.status == "REJECTED":
                raise _fault(accounts, owner, receiver, "SHARE_REJECTED")
            renewed = True
            _give_again(accounts, owner, receiver, desired)
        else:
            pause(attempt)  # RAM tells of a new share after a while
    expired = found is not None and found.status == "EXPIRED"
    raise _fault(accounts, owner, receiver, "SHARE_EXPIRED" if expired else "SHARE_MISSING")


def _accept(accounts: Accounts, receiver: str, invitation: dict[str, Any]) -> None:
    arn = invitation["resourceShareInvitationArn"]
    done = (*ACCEPTED, *ENDED)
    accounts.call(receiver, "ram", "accept_resource_share_invitation", done, resourceShareInvitationArn=arn)


def _give_again(accounts: Accounts, owner: str, receiver: str, desired: State) -> None:
    given = [
        Change("grants", key, None, rights)
        for key, rights in desired.grants.items()
        if key.account == owner == owner_of(key) and account_of(key.principal) == receiver
    ]
    for batch in batches(given):
        grants(accounts, batch)


PROBLEMS = {
    "SHARE_REJECTED": ("the invitation was rejected", "agree with that account, then remove the share in RAM"),
    "SHARE_EXPIRED": ("the invitation has expired, and no new one came", "run it again"),
    "SHARE_MISSING": ("no share has come yet", "run it again; if it lasts, allow ram:* as docs/governance.md says"),
}


def _fault(accounts: Accounts, owner: str, receiver: str, code: str) -> RunError:
    problem, fix = PROBLEMS[code]
    where = f"from {accounts.names.get(owner, owner)} to {accounts.names.get(receiver, receiver)}"
    return RunError(Fault(code, problem, where, fix), retryable=code != "SHARE_REJECTED")
