"""Which grants there are, as the account's Lake Formation lists them.

Source: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_ListPermissions.html
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mesh_etl.embedded_aws.answers import invalid
from mesh_etl.embedded_aws.lakeformation import callers, grants, held, locations, settings
from mesh_etl.embedded_aws.lakeformation.grants import EVERYBODY, Grant
from mesh_etl.embedded_aws.lakeformation.permissions import require_entry
from mesh_etl.embedded_aws.lakeformation.resources import Place, all_columns, read, shown
from mesh_etl.embedded_aws.lakeformation.settings import denied
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import page, seen

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 1000
OF_TYPE = {
    "CATALOG": ("catalog",),
    "DATABASE": ("database",),
    "TABLE": ("table", "tables", "columns", "filter"),
    "DATA_LOCATION": ("location",),
    "LF_TAG": ("tag",),
    "LF_TAG_POLICY": ("policy",),
    "LF_TAG_POLICY_DATABASE": ("policy",),
    "LF_TAG_POLICY_TABLE": ("policy",),
    "LF_NAMED_TAG_EXPRESSION": ("expression",),
    "ANY_RESOURCE": (),
    "USER_DEFINED_FUNCTION": (),
}
KEY = "principal, owner, kind, base, name, detail"
FIRST = ("", "", "", "", "", "")
Condition = tuple[str, list[Any]]


@operation(
    "lakeformation.ListPermissions",
    "Principal", "ResourceType", "Resource", "IncludeRelated", "NextToken", "MaxResults",
)  # fmt: skip
def list_permissions(call: Call) -> Body:
    """The grants of the caller's account that were asked for, in pages; with principal and resource what is in effect.

    Who does not administer the account sees what was granted to itself.
    """
    if call.account != call.caller_account:
        raise denied("the permissions of another account")
    principal = call["Principal"]["DataLakePrincipalIdentifier"] if call.get("Principal") else None
    place = read(call, call["Resource"]) if call.get("Resource") else None
    if place is not None:
        _check(call, principal, place)
        require_entry(call, place)
    if principal is not None and place is not None and principal.startswith("arn:aws:iam::"):
        return {"PrincipalResourcePermissions": _in_effect(call, principal, place)}
    where = [*_visible(call), *_to(principal), *_of_type(call.get("ResourceType")), *_on(call, place)]
    return _page(call, where, "PrincipalResourcePermissions", first=place is None or place.kind == "catalog")


@operation("lakeformation.GetEffectivePermissionsForPath", "ResourceArn", "NextToken", "MaxResults")
def get_effective_permissions_for_path(call: Call) -> Body:
    """The grants on tables and databases whose place is the path or around it."""
    if call.account != call.caller_account:
        raise denied("the permissions of another account")
    path = locations.arn_of(call["ResourceArn"])
    found = [
        *_at(call, path, "SELECT name, '', json_extract(body, '$.LocationUri') FROM databases WHERE catalog = ?"),
        *_at(
            call,
            path,
            "SELECT base, name, json_extract(body, '$.StorageDescriptor.Location') FROM tables WHERE catalog = ?",
        ),
    ]
    places = ", ".join("(?, ?)" for _ in found)
    values = [part for pair in found for part in pair]
    kinds = "kind IN ('database', 'table', 'columns', 'filter')"
    where = [*_visible(call), (f"owner = ? AND {kinds} AND (base, name) IN (VALUES {places})", [call.catalog, *values])]
    return _page(call, where, "Permissions", first=False) if found else {"Permissions": []}


def entries(grant: Grant) -> list[Body]:
    """The grant as it is listed: the right to select from a whole table is shown as one on all of its columns.

    Source: how Terraform's provider for AWS reads permissions back, internal/service/lakeformation/filter.go.
    """
    if grant.place.kind not in ("table", "tables") or "SELECT" not in grant.permissions:
        return [_entry(grant, shown(grant.place), grant.permissions)]
    rest = grant.permissions - {"SELECT"}
    select = _entry(grant, all_columns(grant.place), frozenset({"SELECT"}))
    return [_entry(grant, shown(grant.place), rest), select] if rest else [select]


def _entry(grant: Grant, resource: Body, permissions: frozenset[str]) -> Body:
    entry = {
        "Principal": {"DataLakePrincipalIdentifier": grant.principal},
        "Resource": resource,
        "Permissions": sorted(permissions),
        "PermissionsWithGrantOption": sorted(grant.grantable & permissions),
    }
    return {**entry, "LastUpdated": grant.updated, "LastUpdatedBy": grant.updater} if grant.updater else entry


def _page(call: Call, where: Iterable[Condition], member: str, first: bool) -> Body:
    """A page of the grants that meet all conditions; `first` is whether the initial grant of an account may be one."""
    *start, part = _after(call)
    conditions = [("catalog = ?", [call.catalog]), (f"({KEY}) >= (?, ?, ?, ?, ?, ?)", start), *where]
    sql = f"SELECT {grants.COLUMNS} FROM grants WHERE {' AND '.join(text for text, _ in conditions)}"
    size = min(call.get("MaxResults", MOST), MOST)
    values = [value for _, given in conditions for value in given]
    found = [grants.read(row) for row in call.sql.execute(f"{sql} ORDER BY {KEY} LIMIT ?", [*values, size + 2])]
    rows = [*(_initial(call) if first and part < 0 else []), *(row for grant in found for row in _rows(grant))]
    left = [(key, entry) for key, entry in rows if json.loads(key) > [*start, part]]
    taken, more = page(call, left, MOST)
    return {member: taken, **more}


def _after(call: Call) -> list[Any]:
    """The key of the grant that the caller has seen last, and which of its entries that was."""
    try:
        return list(json.loads(seen(call) or json.dumps([*FIRST, -1])))
    except ValueError as error:
        raise invalid("The token is not one that this call has given.") from error


def _rows(grant: Grant) -> list[tuple[str, Body]]:
    place = grant.place
    key = [grant.principal, place.owner, place.kind, place.base, place.name, place.detail]
    return [(json.dumps([*key, number]), entry) for number, entry in enumerate(entries(grant))]


def _initial(call: Call) -> list[tuple[str, Body]]:
    """What everybody has in a new account, which stands in no row."""
    principal = (call.get("Principal") or {}).get("DataLakePrincipalIdentifier", EVERYBODY)
    if principal != EVERYBODY or call.get("ResourceType", "CATALOG") != "CATALOG":
        return []
    grant = grants.initial(call, call.catalog)
    return [(json.dumps([*FIRST, 0]), entries(grant)[0])] if grant else []


def _visible(call: Call) -> list[Condition]:
    if settings.looks_on(call, call.catalog):
        return []
    return [_among("principal", callers.principals(call, call.catalog))]


def _to(principal: str | None) -> list[Condition]:
    return [] if principal is None else [("principal = ?", [principal])]


def _of_type(kind: str | None) -> list[Condition]:
    if kind is None:
        return []
    of_kind = [_among("kind", OF_TYPE[kind])]
    return [*of_kind, ("base = ?", [kind.rpartition("_")[2]])] if kind.startswith("LF_TAG_POLICY_") else of_kind


def _on(call: Call, place: Place | None) -> list[Condition]:
    if place is None:
        return []
    if place.kind == "table":
        kinds = ("table", "columns", "filter") if call.get("IncludeRelated") else ("table", "columns")
        return [("owner = ? AND base = ? AND name = ?", [place.owner, place.base, place.name]), _among("kind", kinds)]
    exact = [place.owner, place.kind, place.base, place.name, place.detail]
    return [("owner = ? AND kind = ? AND base = ? AND name = ? AND detail = ?", exact)]


def _among(column: str, values: Iterable[str]) -> Condition:
    given = list(values)
    return f"{column} IN ({', '.join('?' for _ in given)})", given


def _check(call: Call, principal: str | None, place: Place) -> None:
    if place.kind == "columns":
        raise invalid("Permissions are listed on a table, which shows those on its columns.")
    if call.get("IncludeRelated") and principal is not None:
        raise invalid("Principal must not be given where related permissions are to be included.")


def _in_effect(call: Call, principal: str, place: Place) -> list[Body]:
    """What the principal may do with the thing, by whatever grants: of tables and databases those by tag as well."""
    theirs = replace(call, caller=principal)
    if place.kind == "database":
        rights = held.on_database(theirs, place.owner, place.base)
        given = held.on_database(theirs, place.owner, place.base, to_give=True)
        return entries(Grant(principal, place, rights, given)) if rights else []
    if place.kind != "table":
        own = grants.get(call, call.catalog, principal, place)
        return entries(own) if own else []
    found = held.on_table(theirs, place.owner, place.base, place.name)
    give = held.on_table(theirs, place.owner, place.base, place.name, to_give=True)
    whole = entries(Grant(principal, place, found.permissions, give.permissions)) if found.permissions else []
    if "SELECT" in found.permissions or not found.select:
        return whole
    some = replace(place, kind="columns", detail=json.dumps({"names": sorted(found.select)}))
    return [*whole, *entries(Grant(principal, some, frozenset({"SELECT"})))]


def _at(call: Call, path: str, sql: str) -> list[tuple[str, str]]:
    rows = call.sql.execute(sql, (call.catalog,)).fetchall()
    return [
        (base, name) for base, name, place in rows if place and f"{path}/".startswith(f"{locations.arn_of(place)}/")
    ]
