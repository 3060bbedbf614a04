"""Who may give and take which right: administrators, and who was given it with the grant option.

In the catalogue of another account one may hand on to the roles of one's own account what that account was given with
the grant option. Nobody can share what belongs to another account with a third one.
Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/granting-catalog-permissions.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-notes.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/granting-filter-perms.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.lakeformation import callers, grants, held, seen_table, settings
from mesh_etl.embedded_aws.lakeformation.permissions import ANY_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh_etl.embedded_aws.lakeformation.grants import Grant
    from mesh_etl.embedded_aws.lakeformation.resources import Place
    from mesh_etl.embedded_aws.lakeformation.seen_table import Held
    from mesh_etl.embedded_aws.operations import Call


def may_give(call: Call, place: Place, right: str) -> bool:
    """Whether the caller may grant the right on the thing."""
    own = f"{call.caller_account}/{call.region}"
    steward = settings.administers(call, own)
    if place.owner == own and steward:
        return True
    match place.kind:
        case "database":
            found = held.on_database(call, place.owner, place.base, to_give=True)
            return right in (found | held.of_account_on_database(call, place.owner, place.base) if steward else found)
        case "filter" if any(one.place == place and one.may_give(right) for one in _given(call, place, steward)):
            return True
        case "table" | "columns" | "filter":
            return _of_table(place, right, _table(call, place, steward))
        case "policy" if place.owner == own:
            return may_grant_by_tag(call, place)
    return any(_covers(grant, place) and grant.may_give(right) for grant in _given(call, place, steward))


def has_tag(call: Call, catalog: str, key: str, values: Iterable[str], right: str) -> bool:
    """Whether the caller has the right on all of these values of a tag, as its administrator or by grants."""
    if settings.administers(call, catalog):
        return True
    found = [
        grant
        for grant in grants.given(call, catalog, callers.principals(call, catalog), catalog, "tag")
        if grant.place.name == key and (grant.has(right) or right == "DESCRIBE")
        if callers.received(call, grant)
    ]
    given = {value for grant in found for value in grant.place.values}
    return bool(found) and (ANY_VALUE in given or set(values) <= given)


def may_grant_by_tag(call: Call, policy: Place) -> bool:
    """Whether the caller may give rights on whatever has these tags.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-granting-tags.html
    """
    return all(
        has_tag(call, policy.owner, key, values, "GRANT_WITH_LF_TAG_EXPRESSION")
        for key, values in seen_table.expression(call, policy).items()
    )


def _table(call: Call, place: Place, steward: bool) -> Held:
    found = held.on_table(call, place.owner, place.base, place.name, to_give=True)
    return found | held.of_account(call, place.owner, place.base, place.name) if steward else found


def _of_table(place: Place, right: str, found: Held) -> bool:
    if place.kind == "table":
        return right in found.permissions
    if place.kind == "columns" and place.included is not None:
        return "SELECT" in found.permissions or place.included <= found.select
    return "SELECT" in found.permissions


def _given(call: Call, place: Place, steward: bool) -> list[Grant]:
    """What the caller was given on things of the kind, and what its account was where the caller administers that."""
    to = [*callers.principals(call, place.owner), *(callers.whole(call) if steward else [])]
    return [one for one in grants.given(call, place.owner, to, place.owner, place.kind) if callers.received(call, one)]


def _covers(grant: Grant, place: Place) -> bool:
    if grant.place.kind != place.kind or grant.place.base != place.base:
        return False
    if place.kind == "tag":
        values = grant.place.values
        return grant.place.name == place.name and (ANY_VALUE in values or place.values <= values)
    if place.kind == "policy":
        return _narrower(place, grant.place)
    if place.kind == "location":
        return f"{place.name}/".startswith(f"{grant.place.name}/")
    return grant.place.name == place.name


def _narrower(policy: Place, than: Place) -> bool:
    """Whether every thing that `policy` is about is one that `than` is about; saved expressions are just compared."""
    if policy.saved or than.saved:
        return policy.saved == than.saved
    mine = policy.expression
    return all(key in mine and set(mine[key]) <= set(values) for key, values in than.expression.items())
