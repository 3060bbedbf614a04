"""What jobs with connections need: the connections themselves, and network interfaces in their networks.

Which subnets and groups a connection has only the account knows; so interfaces are bound to the account, and by the tag
that Glue gives its own.
Source: https://docs.aws.amazon.com/glue/latest/dg/create-service-policy.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.govern.policies.documents import Conditions, Statement, allow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh_etl.config.governance.accounts import Account

LOOKS = [
    "ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints",
]  # fmt: skip
TAG = "aws-glue-service-resource"
TAGGED: Conditions = {"ForAllValues:StringEquals": {"aws:TagKeys": [TAG]}, "Null": {"aws:TagKeys": "false"}}


def connected(connections: Sequence[str], account: Account) -> list[Statement]:
    """The statements for these connections of the account, by name; none where there is no connection."""
    if not connections:
        return []
    create, delete = ["ec2:CreateNetworkInterface"], ["ec2:DeleteNetworkInterface"]
    interface, *around = _interfaces(account)
    return [
        _named(connections, account),
        allow("Network", LOOKS, ["*"], {"StringEquals": {"aws:RequestedRegion": account.region}}),
        allow("Interfaces", create, [interface, *around]),
        allow("InterfacesGo", delete, [interface]),
        allow("InterfaceTags", ["ec2:CreateTags", "ec2:DeleteTags"], [interface], TAGGED),
    ]


def bounding(connections: Sequence[str], account: Account) -> list[Statement]:
    """The same in fewer words and somewhat wider, for a boundary; none where there is no connection."""
    if not connections:
        return []
    interface, *around = _interfaces(account)
    return [
        _named(connections, account),
        allow("Network", ["ec2:Describe*"], ["*"]),
        allow("Interfaces", ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"], [interface, *around]),
        allow("InterfaceTags", ["ec2:CreateTags", "ec2:DeleteTags"], [interface], TAGGED),
    ]


def _named(connections: Sequence[str], account: Account) -> Statement:
    named = [account.arn("glue", one) for one in ("catalog", *(f"connection/{one}" for one in connections))]
    return allow("Connections", ["glue:GetConnection"], named)


def _interfaces(account: Account) -> list[str]:
    """The network interfaces of the account, then what one is made in."""
    return [account.arn("ec2", f"{one}/*") for one in ("network-interface", "subnet", "security-group")]
