"""The grants that one account has made, as Lake Formation lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.govern.state import GrantKey, Rights
from mesh_etl.govern.state.wire import resource

if TYPE_CHECKING:
    from mesh_etl.govern.accounts import Accounts

MOST = 1000
UNKNOWN = ("UserDefinedFunction", "RLSPolicy", "AnyResource")  # kinds of resources that a mesh does not have


def grants(accounts: Accounts, account: str) -> dict[GrantKey, Rights]:
    """Who was given what in the account; what another account has given to it stands in that account.

    A grant under a condition is none of ours and shows less than it says; it is left out.
    """
    listed = accounts.pages(
        account, "lakeformation", "list_permissions", "PrincipalResourcePermissions", MaxResults=MOST
    )
    found: dict[GrantKey, Rights] = {}
    for one in listed:
        if one.get("Condition") or any(one["Resource"].get(kind) is not None for kind in UNKNOWN):
            continue
        key = GrantKey(account, one["Principal"]["DataLakePrincipalIdentifier"], resource(one["Resource"], account))
        if _received(key, one):
            continue
        rights = Rights(frozenset(one["Permissions"]), frozenset(one.get("PermissionsWithGrantOption", ())))
        found[key] = found[key] | rights if key in found else rights
    return found


def _received(key: GrantKey, listed: dict[str, Any]) -> bool:
    """Whether the entry is one that came with a share: the receiving account lists it as well."""
    if getattr(key.resource, "catalog", key.account) == key.account:
        return False
    return key.principal == key.account or bool(listed.get("AdditionalDetails", {}).get("ResourceShare"))
