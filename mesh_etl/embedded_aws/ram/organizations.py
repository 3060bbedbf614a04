"""Sharing within an organization, which needs no invitation.

There is one organization on a laptop: all accounts of the file are in it once one of them, the management account, has
enabled sharing. Before that every account is outside of every organization.
Source: https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html
"""

from __future__ import annotations

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.operations import Body, Call, operation

ENABLED, EVERYWHERE = "ram.organization", "organization"
PREFIX = "arn:aws:organizations::"


@operation("ram.EnableSharingWithAwsOrganization", writes=True)
def enable_sharing_with_aws_organization(call: Call) -> Body:
    """Shares with accounts of the organization, and with it as a whole, are joined without an invitation."""
    records.put(call, ENABLED, "organization", {"management": call.account}, EVERYWHERE)
    return {"returnValue": True}


def joined(call: Call, receiver: str) -> bool:
    """Whether the receiver, an account or an organization, joins what is shared with it by itself."""
    return receiver.startswith(PREFIX) or enabled(call)


def enabled(call: Call) -> bool:
    """Whether accounts share within their organization."""
    return records.get(call, ENABLED, "organization", EVERYWHERE) is not None


def of(call: Call, account: str) -> list[str]:
    """The ARNs of organizations with which something is shared and which the account is in."""
    if not enabled(call):
        return []
    rows = call.sql.execute(
        "SELECT DISTINCT catalog FROM records WHERE kind = 'ram.received' AND catalog >= ? AND catalog < ?",
        (PREFIX, PREFIX + "\U0010ffff"),
    )
    return sorted({str(catalog).rpartition("/")[0] for (catalog,) in rows})
