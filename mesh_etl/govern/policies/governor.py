"""What the role that governs in an account may do: on the things of the mesh, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.govern.names import role_arn
from mesh_etl.govern.policies.documents import Document, Statement, allow, document
from mesh_etl.govern.policies.personas import entries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh_etl.config.governance.accounts import Account

# Lake Formation's actions know no resources: the role's own standing there, and the region, are what bounds them.
# Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslakeformation.html
LAKE_FORMATION = [
    "AddLFTagsToResource", "BatchGrantPermissions", "BatchRevokePermissions", "CreateDataCellsFilter",
    "CreateLFTag", "CreateLFTagExpression", "DeleteDataCellsFilter", "DeleteLFTag", "DeleteLFTagExpression",
    "DeregisterResource", "GetDataLakeSettings", "GrantPermissions", "ListDataCellsFilter", "ListLFTagExpressions",
    "ListLFTags", "ListPermissions", "ListResources", "PutDataLakeSettings", "RegisterResource",
    "RemoveLFTagsFromResource", "RevokePermissions", "SearchDatabasesByLFTags", "SearchTablesByLFTags",
    "UpdateDataCellsFilter", "UpdateLFTag", "UpdateLFTagExpression", "UpdateResource",
]  # fmt: skip
GLUE = [
    "CreateDatabase", "CreateTable", "DeleteDatabase", "DeleteTable", "GetDatabase", "GetDatabases",
    "GetTable", "GetTables", "UpdateDatabase", "UpdateTable",
]  # fmt: skip
SHARED = ("glue:Catalog", "glue:Database", "glue:Table")


def permissions(
    account: Account,
    databases: Sequence[str],
    *,
    central: bool,
    roles: Sequence[str],
    told: Sequence[str] = (),
    records: Sequence[Statement] = (),
) -> Document:
    """The policy of the governing role; `databases` are the mesh's in its catalogue, links included.

    `roles` are the governing roles of the other accounts, which the central one takes. `told` are the event bus and
    the topic, by ARN, that hear of what is decided; `records` what it may do where the mesh keeps its own records.
    Source: AWSLakeFormationCrossAccountManager, for the actions of RAM.
    """
    here = {"StringEquals": {"aws:RequestedRegion": account.region}}
    passed = role_arn(account, account.registration_role)
    statements = [
        allow("LakeFormation", [f"lakeformation:{one}" for one in LAKE_FORMATION], ["*"], here),
        allow("Catalogue", [f"glue:{one}" for one in GLUE], entries(account, databases)),
        allow("Register", ["iam:GetRole"], [passed]),
        allow(
            "PassRole",
            ["iam:PassRole"],
            [passed],
            {"StringEquals": {"iam:PassedToService": "lakeformation.amazonaws.com"}},
        ),
    ]
    statements += [*records, *(_sharing(account) if central else _receiving())]
    if roles:
        statements.append(allow("Elsewhere", ["sts:AssumeRole"], roles))
    for arn in told:
        action = "sns:Publish" if arn.startswith("arn:aws:sns:") else "events:PutEvents"
        statements.append(allow(f"Tell{action.partition(':')[2]}", [action], [arn]))
    return document(statements)


def _sharing(account: Account) -> list[Statement]:
    """Source: AWSLakeFormationCrossAccountManager in its seventh version."""
    made = {"StringLikeIfExists": {"ram:RequestedResourceType": list(SHARED)}}
    ours = {"StringLike": {"ram:ResourceShareName": "LakeFormation*"}}
    kept = ["ram:AssociateResourceShare", "ram:DeleteResourceShare", "ram:DisassociateResourceShare"]
    return [
        allow("Share", ["ram:CreateResourceShare"], ["*"], made),
        allow("Shares", [*kept, "ram:UpdateResourceShare"], ["*"], ours),
        allow(
            "SharePermissions",
            ["ram:AssociateResourceSharePermission"],
            ["*"],
            {"ArnLike": {"ram:PermissionArn": "arn:aws:ram::aws:permission/AWSRAMLFEnabled*"}},
        ),
        allow(
            "ReadShares",
            ["ram:GetResourceShareAssociations", "ram:GetResourceShareInvitations", "ram:GetResourceShares"],
            ["*"],
        ),
        allow("Organization", ["organizations:DescribeOrganization"], ["*"]),
        allow(
            "CataloguePolicy",
            ["glue:DeleteResourcePolicy", "glue:GetResourcePolicy", "glue:PutResourcePolicy"],
            [account.arn("glue", "catalog")],
        ),
    ]


def _receiving() -> list[Statement]:
    accept = ["ram:AcceptResourceShareInvitation"]
    read = ["ram:GetResourceShareInvitations", "ram:GetResourceShares"]
    named = {"StringLike": {"ram:ResourceShareName": "LakeFormation*"}}
    return [allow("Accept", accept, ["*"], named), allow("Invitations", read, ["*"])]
