"""What whoever deploys may do with roles: those of the unit, by name, while they have the boundary, and no more.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.deploy import names
from mesh_etl.deploy.estate import CENTRE
from mesh_etl.govern.names import role_arn
from mesh_etl.govern.policies.documents import Statement, allow, deny

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Estate

ROLES = [
    "iam:DeleteRole", "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies",
    "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
    "iam:UpdateRoleDescription",
]  # fmt: skip
BOUNDED = ["iam:CreateRole", "iam:PutRolePermissionsBoundary"]
REWRITES = ["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"]
READS = ["iam:GetPolicy", "iam:GetPolicyVersion"]
HANDS_OUT = [
    "iam:AttachRolePolicy", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy",
]  # fmt: skip
POLICIES = [
    "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:GetPolicy",
    "iam:GetPolicyVersion", "iam:ListEntitiesForPolicy", "iam:ListPolicyVersions",
]  # fmt: skip


def roles(estate: Estate) -> list[Statement]:
    """Roles and policies by its names; each role is handed to the service that takes it and to no other."""
    account, stack = estate.account, estate.stack
    crawlers, starts, flow = (
        role_arn(account, names.role(stack, one)) for one in (names.CRAWLERS, names.STARTS, names.FLOW)
    )
    made = [starts] if estate.unit == CENTRE else [crawlers, flow, starts]
    if estate.unit != CENTRE and estate.settings.roles == "create":
        made.append(estate.role.arn)
    passed = (
        ("glue.amazonaws.com", [estate.role.arn, crawlers]),
        ("events.amazonaws.com", [starts]),
        ("states.amazonaws.com", [flow]),
    )
    policies = f"arn:aws:iam::{account.id}:policy/{names.nested(stack, names.ACCESS)}"
    ours = {"ArnLike": {"iam:PolicyARN": [policies]}}
    bounded = {"StringEquals": {"iam:PermissionsBoundary": estate.boundary}}
    return [
        allow("Roles", ROLES, made),
        allow("RolesBounded", BOUNDED, made, bounded),
        allow("Attach", ["iam:AttachRolePolicy"], made, {**ours, **bounded}),
        allow("Detach", ["iam:DetachRolePolicy"], made, ours),  # from a role of before there was a boundary as well
        allow("Policies", POLICIES, [policies]),
        *(
            allow(f"Pass{service.partition('.')[0].title()}", ["iam:PassRole"], handed, _to(service))
            for service, roles in passed
            if (handed := [one for one in roles if one in made or (one == estate.role.arn and estate.jobs)])
        ),
    ]


def bounds(estate: Estate) -> list[Statement]:
    """Nobody who deploys goes round the boundary, or adds to the rights of those who deploy and govern.

    Whether the boundary is as it is printed today, each deploy looks.
    """
    account = estate.account
    own = sorted({role_arn(account, account.deploy_role), role_arn(account, account.role)})
    return [
        *([allow("Boundary", READS, [estate.boundary])] if estate.settings.boundary is None else []),
        deny("BoundaryStays", REWRITES, [estate.boundary]),
        deny("BoundaryIsKept", ["iam:DeleteRolePermissionsBoundary"], ["*"]),
        deny("OwnRights", HANDS_OUT, own),
    ]


def _to(service: str) -> dict[str, dict[str, str]]:
    return {"StringEquals": {"iam:PassedToService": service}}
