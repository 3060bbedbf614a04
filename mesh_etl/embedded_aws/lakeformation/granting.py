"""Grants and revocations, one at a time and in batches.

Source: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_GrantPermissions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.answers import Refusal, invalid
from mesh_etl.embedded_aws.lakeformation import authority, grants, settings, sharing
from mesh_etl.embedded_aws.lakeformation.grants import EVERYBODY, Grant
from mesh_etl.embedded_aws.lakeformation.permissions import check_fit, require, require_entry
from mesh_etl.embedded_aws.lakeformation.resources import Place, read
from mesh_etl.embedded_aws.lakeformation.settings import denied
from mesh_etl.embedded_aws.operations import Body, Call, operation

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_ENTRIES, MOST_FILTERS = 20, 100
OPEN = (frozenset({"ALL"}), frozenset({"CREATE_DATABASE"}))  # what everybody may be given
MEMBERS = ("Principal", "Resource", "Permissions", "PermissionsWithGrantOption")
NOTHING_HELD = "No permissions revoked. Grantee has no permissions and no grantable permissions on resource."
NO_TAG_HELD = "No permissions revoked. Revoking Tag permissions on Tags that grantee does not have permissions on."


@operation("lakeformation.GrantPermissions", *MEMBERS, writes=True)
def grant_permissions(call: Call) -> Body:
    """The principal has the permissions as well as those that it had."""
    grant(call, call.parameters)
    return {}


@operation("lakeformation.RevokePermissions", *MEMBERS, writes=True)
def revoke_permissions(call: Call) -> Body:
    """The principal has these permissions not any more; refused when it did not have all of them."""
    revoke(call, call.parameters)
    return {}


@operation("lakeformation.BatchGrantPermissions", "Entries", writes=True)
def batch_grant_permissions(call: Call) -> Body:
    """The grants are made, but for those that the answer names; at most 20."""
    return _each(call, grant)


@operation("lakeformation.BatchRevokePermissions", "Entries", writes=True)
def batch_revoke_permissions(call: Call) -> Body:
    """The permissions are revoked, but for those that the answer names; at most 20."""
    return _each(call, revoke)


def grant(call: Call, entry: Body) -> None:
    """The grant is made; refused for rights that the caller cannot give, or that there are not on such a thing."""
    principal, place = _asked(call, entry)
    permissions, grantable = frozenset(entry["Permissions"]), frozenset(entry.get("PermissionsWithGrantOption", ()))
    require(call, place)
    if not permissions or not grantable <= permissions:
        raise invalid("Permissions modification is invalid: what may be granted on is a part of what is granted.")
    check_fit(call, place, permissions)
    to = sharing.receiver(principal)
    _check_receiver(call, place, to)
    for right in sorted(permissions):
        if not authority.may_give(call, place, right):
            raise denied(f"the caller cannot grant {right} on this resource")
    if to is None and (permissions not in OPEN or grantable):
        raise invalid(f"{EVERYBODY} can be given ALL, or CREATE_DATABASE on the catalogue, without grant option.")
    if grantable and place.kind == "columns" and place.included is None:
        # Source: https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html
        raise invalid("With the grant option, columns are included by name and not excluded.")
    if place.kind == "filter":
        _check_filters(call, principal, place)
    if to not in (None, call.caller_account):
        sharing.check(call, principal, place)
        sharing.share(call, str(to), place)
    own = _own(call)
    before = grants.get(call, own, principal, place) or Grant(principal, place, frozenset())
    grants.put(call, own, Grant(principal, place, before.permissions | permissions, before.grantable | grantable))


def revoke(call: Call, entry: Body) -> None:
    """The permissions are gone, and with them the option to grant them; refused where one was not there."""
    principal, place = _asked(call, entry)
    permissions, grantable = frozenset(entry["Permissions"]), frozenset(entry.get("PermissionsWithGrantOption", ()))
    require_entry(call, place)
    own = _own(call)
    if not settings.administers(call, own):
        for right in sorted(permissions | grantable):
            if not authority.may_give(call, place, right):
                raise denied(f"the caller cannot revoke {right} on this resource")
    before = grants.get(call, own, principal, place)
    if before is None or not permissions | grantable:
        raise invalid(NO_TAG_HELD if place.kind == "tag" else NOTHING_HELD)
    lacking = sorted((permissions - before.permissions) | (grantable - before.grantable))
    if lacking:  # not documented; chosen: all of it or nothing
        raise invalid(f"No permissions revoked. Grantee does not have: {', '.join(lacking)}.")
    left = Grant(principal, place, before.permissions - permissions, before.grantable - permissions - grantable)
    grants.put(call, own, left)
    to = sharing.receiver(principal)
    if to not in (None, call.caller_account) and place.owner == own and not left.permissions:
        sharing.unshare(call, str(to), place)


def _asked(call: Call, entry: Body) -> tuple[str, Place]:
    if call.account != call.caller_account:
        raise denied("grants are made in the account of the caller")
    if not entry.get("Principal") or not entry.get("Resource"):
        raise invalid("A principal and a resource are required.")
    return str(entry["Principal"]["DataLakePrincipalIdentifier"]), read(call, entry["Resource"])


def _own(call: Call) -> str:
    return f"{call.caller_account}/{call.region}"


def _check_receiver(call: Call, place: Place, to: str | None) -> None:
    """Refuse to share what belongs to another account: it can be handed on within the caller's account alone."""
    if place.account != call.caller_account and to != call.caller_account:
        raise denied("a resource of another account can be granted within the own account alone")


def _check_filters(call: Call, principal: str, place: Place) -> None:
    """Refuse a principal's 101st filter of a table.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/row-filtering-notes.html
    """
    found = grants.on_table(call, _own(call), [principal], place.owner, place.base, place.name)
    others = [grant for grant in found if grant.place.kind == "filter" and grant.place != place]
    if len(others) >= MOST_FILTERS:
        raise Refusal(
            "ResourceNumberLimitExceededException", f"A principal has at most {MOST_FILTERS} filters of a table."
        )


def _each(call: Call, act: Callable[[Call, Body], None]) -> Body:
    entries = call["Entries"]
    if len(entries) > MOST_ENTRIES:
        raise invalid(f"A batch has at most {MOST_ENTRIES} entries.")
    if len({entry["Id"] for entry in entries}) != len(entries):
        raise invalid("The entries of a batch have different ids.")
    failures = []
    for entry in entries:
        try:
            act(call, {"Permissions": (), **entry})
        except Refusal as refusal:
            error = {"ErrorCode": refusal.code, "ErrorMessage": refusal.message}
            failures.append({"RequestEntry": entry, "Error": error})
    return {"Failures": failures}
