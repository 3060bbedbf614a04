"""Grants to other accounts: what they ask for, and the resource shares that they make and end.

Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-prereqs.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/optimize-ram.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.answers import invalid
from mesh_etl.embedded_aws.lakeformation import callers, grants, settings
from mesh_etl.embedded_aws.lakeformation.grants import EVERYBODY
from mesh_etl.embedded_aws.lakeformation.resources import Place
from mesh_etl.embedded_aws.ram import shares

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Call

TO_ROLES = BY_TAG = 3  # the version of cross-account sharing that has it
HYBRID = 4  # the version that shares what is open to everybody as well
ACCOUNT = re.compile(r"\d{12}")
GROUP = re.compile(r"(\d{12}):IAMPrincipals")
PERSON = re.compile(
    r"arn:aws:(?:iam|sts|quicksight)::?[\w-]*:(\d{12}):.+|arn:aws:iam::(\d{12}):(?:role|user|saml-provider)/.+"
)
ORGANIZATION = re.compile(r"arn:aws:organizations::\d{12}:(?:organization|ou)/o-.+")


def receiver(principal: str) -> str | None:
    """The account or the organization that a principal is in, or None for everybody.

    Refused for what names no principal.
    """
    if principal == EVERYBODY:
        return None
    if ACCOUNT.fullmatch(principal) or ORGANIZATION.fullmatch(principal):
        return principal
    found = GROUP.fullmatch(principal) or PERSON.fullmatch(principal)
    if found is None:
        raise invalid(
            "Invalid principal: a role or user by ARN, an account, an organization, or IAM_ALLOWED_PRINCIPALS."
        )
    return next(one for one in found.groups() if one)


def check(call: Call, principal: str, place: Place) -> None:
    """Refuse a grant to another account that this account's version of sharing does not have, or that changes nothing.

    What is open to everybody must be closed before it is shared, until version 4.
    """
    now = settings.version(call, place.owner)
    if now < TO_ROLES and not (ACCOUNT.fullmatch(principal) or ORGANIZATION.fullmatch(principal)):
        raise invalid("Grants to roles of other accounts need version 3 of cross-account sharing.")
    if now < BY_TAG and place.kind in ("policy", "tag", "expression"):  # version 1 and 2 do it by Glue's policy
        raise invalid("Grants by tag to other accounts need version 3 of cross-account sharing.")
    if place.kind == "catalog":
        raise invalid("Permissions on the catalogue itself cannot be granted to other accounts.")
    opened = (
        place.table() if place.kind in ("table", "columns", "filter") else Place(place.owner, "database", place.base)
    )
    if now < HYBRID and place.base and place.kind != "policy" and grants.get(call, place.owner, EVERYBODY, opened):
        raise invalid(f"Permissions of {EVERYBODY} must be revoked before the resource is shared.")


def share(call: Call, to: str, place: Place) -> None:
    """The receiver has the thing in a resource share."""
    for arn in callers.arns(call, place):
        shares.share(call, place.account, to, arn)


def unshare(call: Call, from_: str, place: Place) -> None:
    """The receiver has the thing in no share, unless another grant shares it still."""
    own = place.owner
    if place.kind in ("database", "tables", "table", "columns", "filter"):
        kinds = ("table", "columns", "filter") if place.name else (place.kind,)
        left = [
            grant for catalog, grant in grants.on(call, own, kinds, place.base, place.name or None) if catalog == own
        ]
    else:
        left = list(grants.by_tag(call, own))
    if not any(receiver(grant.principal) == from_ for grant in left):
        for arn in callers.arns(call, place):
            shares.unshare(call, place.account, from_, arn)
