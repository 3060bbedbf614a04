"""Principals as Lake Formation spells them: roles, whole accounts, and the groups that it knows by itself.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
"""

from __future__ import annotations

import re

EVERYBODY = "IAM_ALLOWED_PRINCIPALS"  # all whom IAM lets in: what is given to them, Lake Formation does not judge
_ACCOUNT = re.compile(r"\d{12}")


def account_of(principal: str) -> str:
    """The account of a role, or the account itself; empty for a group or an organization."""
    if _ACCOUNT.fullmatch(principal):
        return principal
    parts = principal.split(":")
    return parts[4] if len(parts) > 5 and parts[2] in ("iam", "sts") else ""


def everyone(account: str) -> str:
    """The group of all roles and users of an account."""
    return f"{account}:IAMPrincipals"
