"""What a caller holds on one database or table: the union of its grants, by name and by tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.lakeformation import grants, inheritance
from mesh_etl.embedded_aws.lakeformation.callers import principals, received, whole
from mesh_etl.embedded_aws.lakeformation.seen_table import NOTHING, Held, Seen, expression

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh_etl.embedded_aws.lakeformation.resources import Place
    from mesh_etl.embedded_aws.operations import Call

OF_DATABASE = frozenset({"ALL", "ALTER", "CREATE_TABLE", "DESCRIBE", "DROP"})


def on_table(call: Call, catalog: str, base: str, name: str, *, to_give: bool = False, all_rows: bool = False) -> Held:
    """What the caller holds on the table, or with `to_give` what of it the caller may hand on.

    With `all_rows`, columns are selected only where they are in all rows.
    """
    table = Seen(call, catalog, base, name, all_rows=all_rows)
    own = f"{call.caller_account}/{call.region}"
    if own == catalog:
        return table.held(own, principals(call, own), to_give)
    direct = table.held(catalog, principals(call, catalog), to_give)
    account = table.held(catalog, whole(call), to_give)
    return direct | (account & table.held(own, principals(call, own), to_give)) if account != NOTHING else direct


def of_account(call: Call, catalog: str, base: str, name: str) -> Held:
    """What of a table of another account that account lets the caller's account hand on to its roles."""
    return Seen(call, catalog, base, name).held(catalog, whole(call), to_give=True)


def on_database(call: Call, catalog: str, base: str, *, to_give: bool = False) -> frozenset[str]:
    """What the caller holds on the database; a right on anything in it is enough to describe it.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/granting-catalog-permissions.html
    """
    own = f"{call.caller_account}/{call.region}"
    direct = _database(call, catalog, principals(call, catalog), catalog, base, to_give)
    if own == catalog:
        return direct
    account = _database(call, catalog, whole(call), catalog, base, to_give)
    local = _database(call, own, principals(call, own), catalog, base, to_give) if account else frozenset()
    return direct | (account & local)


def of_account_on_database(call: Call, catalog: str, base: str) -> frozenset[str]:
    """What of a database of another account that account lets the caller's account hand on to its roles."""
    return _database(call, catalog, whole(call), catalog, base, to_give=True)


def shared(call: Call, catalog: str, base: str, name: str | None) -> bool:
    """Whether another account shares the database or the table with the whole account of the caller."""
    if name is None:
        return bool(_database(call, catalog, whole(call), catalog, base, to_give=False))
    return Seen(call, catalog, base, name).held(catalog, whole(call), to_give=False) != NOTHING


def _database(call: Call, written: str, to: list[str], catalog: str, base: str, to_give: bool) -> frozenset[str]:
    found: set[str] = set()
    for grant in grants.on_database(call, written, to, catalog, base):
        rights = grant.grantable if to_give else grant.permissions
        if not rights or (written == catalog and not received(call, grant)):
            continue
        if grant.place.kind == "database" or _policy_on(call, grant.place, catalog, base):
            found |= OF_DATABASE if "ALL" in rights else rights
        elif _anything(call, grant.place, catalog, base):
            found.add("DESCRIBE")
    if found or to_give:
        return frozenset(found | {"DESCRIBE"} if found else found)
    inside = grants.within(call, written, to, catalog, base)
    counts = any(written != catalog or received(call, grant) for grant in inside)
    return frozenset({"DESCRIBE"} if counts else ())


def _policy_on(call: Call, policy: Place, catalog: str, base: str) -> bool:
    if policy.base != "DATABASE":
        return False
    return inheritance.matches(expression(call, policy), inheritance.tagged(call, catalog, base).database)


def _anything(call: Call, policy: Place, catalog: str, base: str) -> bool:
    """Whether the policy gives a right on some table of the database, or on a column of one."""
    if policy.base != "TABLE":
        return False
    wanted = expression(call, policy)
    if inheritance.matches(wanted, inheritance.tagged(call, catalog, base).database):
        return True
    return any(
        inheritance.matches(wanted, tags.on_table())
        or any(inheritance.matches(wanted, tags.on_column(name)) for name in tags.columns)
        for _, tags in inheritance.tagged_tables(call, catalog, base)
    )


def on_location(call: Call, catalog: str, covered: Iterable[str]) -> bool:
    """Whether the caller may make things in a place, of which the ARNs of places around it are `covered`.

    In another account's, it may when that account has given it to the caller's, which has given it on to the caller.
    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/regranting-locations.html
    """
    around, own = set(covered), f"{call.caller_account}/{call.region}"

    def given(by: str, to: list[str]) -> bool:
        return any(
            grant.has("DATA_LOCATION_ACCESS") and grant.place.name in around
            for grant in grants.given(call, by, to, catalog, "location")
        )

    if given(catalog, principals(call, catalog)):
        return True
    return own != catalog and given(catalog, whole(call)) and given(own, principals(call, own))
