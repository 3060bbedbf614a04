"""Shares between accounts are joined: invitations accepted, and sent again where they have ended."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, RunError
from mesh_etl.govern.apply.batches import batches
from mesh_etl.govern.apply.lake import GONE
from mesh_etl.govern.apply.rights import grants
from mesh_etl.govern.difference import Change
from mesh_etl.govern.difference.bounds import owner_of
from mesh_etl.govern.observe.shares import invitations, shares
from mesh_etl.govern.state.groups import account_of

if TYPE_CHECKING:
    from mesh_etl.govern.accounts import Accounts
    from mesh_etl.govern.state import State

ACCEPTED = ("ResourceShareInvitationAlreadyAcceptedException",)
OVERDUE = 4  # looks after which a share may have been lost, as where its catalogue had kept RAM out at first
SHARING = ("glue:ShareResource", "glue:*", "*")
ENDED = ("ResourceShareInvitationExpiredException", "ResourceShareInvitationArnNotFoundException")


def join(accounts: Accounts, change: Change, desired: State) -> None:
    """The receiver has joined all shares of the owner; an organization's it has without being asked.

    An invitation that has expired, or does not come, is made anew by giving the rights again that are asked for.
    Raises `RunError`: SHARE_REJECTED, and, worth a retry, SHARE_MISSING and SHARE_EXPIRED.
    """
    owner, receiver = change.key
    renewed = False
    for attempt in range(1, accounts.patience + 1):
        for one in invitations(accounts, receiver):
            if one["senderAccountId"] == owner and one["status"] == "PENDING":
                _accept(accounts, receiver, one)
        found = shares(accounts, receiver).get((owner, receiver))
        if found is not None and found.status == "ACTIVE":
            return
        if found is not None and found.status == "REJECTED" and not renewed:
            raise _fault(accounts, owner, receiver, "SHARE_REJECTED")
        ended = attempt >= OVERDUE if found is None else found.status == "EXPIRED"
        if ended and not renewed:
            renewed = True
            _give_again(accounts, owner, receiver, desired)
        else:
            accounts.rest(attempt)  # RAM tells of a new share after a while
    expired = found is not None and found.status == "EXPIRED"
    raise _fault(accounts, owner, receiver, "SHARE_EXPIRED" if expired else "SHARE_MISSING")


def require_shareable(accounts: Accounts, changes: Iterable[Change]) -> None:
    """Nothing stands against the shares that the changes need. Raises `RunError` (SHARE_BLOCKED)."""
    wanted = [change.key for change in changes if change.part == "shares"]
    for owner in {owner for owner, _ in wanted}:
        if _blocked(accounts, owner):
            receiver = next(to for one, to in wanted if one == owner)
            raise _fault(accounts, owner, receiver, "SHARE_BLOCKED")


def _blocked(accounts: Accounts, owner: str) -> bool:
    """Whether the owner's catalogue has a policy of its own that does not let RAM share: then no share ever comes.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-cross-account.html
    """
    found = accounts.call(owner, "glue", "get_resource_policy", GONE)
    if found is None or not found.get("PolicyInJson"):
        return False
    statements = json.loads(found["PolicyInJson"]).get("Statement", ())
    return not any(_lets_share(one) for one in ([statements] if isinstance(statements, dict) else statements))


def _lets_share(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = principal.get("Service", ()) if isinstance(principal, dict) else principal
    named = "ram.amazonaws.com" in services or services == "*"
    actions = statement.get("Action", ())
    shares_it = any(one in ([actions] if isinstance(actions, str) else actions) for one in SHARING)
    return statement.get("Effect") == "Allow" and named and shares_it


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
    "SHARE_BLOCKED": (
        "the catalogue has a resource policy that does not let RAM share it",
        "add a statement that allows glue:ShareResource to the service ram.amazonaws.com: docs/aws.md",
    ),
    "SHARE_REJECTED": ("the invitation was rejected", "agree with that account, then remove the share in RAM"),
    "SHARE_EXPIRED": ("the invitation has expired, and no new one came", "run it again"),
    "SHARE_MISSING": ("no share has come yet", "run it again; if it lasts, allow ram:* as docs/governance.md says"),
}


def _fault(accounts: Accounts, owner: str, receiver: str, code: str) -> RunError:
    problem, fix = PROBLEMS[code]
    where = f"from {accounts.names.get(owner, owner)} to {accounts.names.get(receiver, receiver)}"
    return RunError(Fault(code, problem, where, fix), retryable=code in ("SHARE_EXPIRED", "SHARE_MISSING"))
