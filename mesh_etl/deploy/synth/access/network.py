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


def connected(connections: Sequence[str], account: Account) -> list[Statement]:
    """The statements for these connections of the account, by name; none where there is no connection."""
    if not connections:
        return []
    glue, ec2 = (f"arn:aws:{service}:{account.region}:{account.id}" for service in ("glue", "ec2"))
    named = [f"{glue}:connection/{one}" for one in connections]
    interface = f"{ec2}:network-interface/*"
    here = {"StringEquals": {"aws:RequestedRegion": account.region}}
    tagged: Conditions = {"ForAllValues:StringEquals": {"aws:TagKeys": [TAG]}, "Null": {"aws:TagKeys": "false"}}
    return [
        allow("Connections", ["glue:GetConnection"], [f"{glue}:catalog", *named]),
        allow("Network", LOOKS, ["*"], here),
        allow(
            "Interfaces",
            ["ec2:CreateNetworkInterface"],
            [interface, f"{ec2}:subnet/*", f"{ec2}:security-group/*"],
        ),
        allow("InterfacesGo", ["ec2:DeleteNetworkInterface"], [interface]),
        allow("InterfaceTags", ["ec2:CreateTags", "ec2:DeleteTags"], [interface], tagged),
    ]
