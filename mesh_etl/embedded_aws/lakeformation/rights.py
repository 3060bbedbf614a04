"""Who may do what: the union of all that the catalogue's accounts have given to a caller.

A caller has what is granted to its role, and in its own account what is granted to everybody. In the catalogue of
another account it has what that account granted to the role itself; and, of what was granted to its whole account, that
part which its own account has granted on to it. Nothing of this holds before the share between both is accepted.
Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-overview.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-permissions.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/metadata-permissions.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.lakeformation import callers, grants, held, locations, settings
from mesh_etl.embedded_aws.lakeformation.grants import EVERYBODY, Grant
from mesh_etl.embedded_aws.lakeformation.held import OF_DATABASE
from mesh_etl.embedded_aws.lakeformation.resources import Place
from mesh_etl.embedded_aws.lakeformation.seen_table import OF_TABLE
from mesh_etl.embedded_aws.lakeformation.settings import denied

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Call

WHOLE = frozenset({"ALTER", "DELETE", "INSERT"})  # who writes a table knows all of its columns


def refuse_unless(call: Call, right: str, account: str, database: str | None, table: str | None = None) -> None:
    """Refuse (AccessDeniedException) a caller who lacks the right on the table, the database or else the catalogue.

    DESCRIBE is part of every other right on the same thing, and a database can be seen by who has any right on
    something in it. SELECT is there as soon as there is one column that may be selected.
    """
    if not has(call, right, account, database, table):
        where = "the catalogue" if database is None else database if table is None else f"{database}.{table}"
        raise denied(f"Required {right.title()} on {where}")


def has(call: Call, right: str, account: str, database: str | None, table: str | None = None) -> bool:
    """Whether the caller has the right on the table, the database or else the catalogue of `account`."""
    catalog = f"{account}/{call.region}"
    if database is None:
        return _on_catalog(call, right, catalog)
    if right == "DESCRIBE" and _sees_all(call, catalog, database, table):
        return True
    if table is None:
        return right in held.on_database(call, catalog, database)
    found = held.on_table(call, catalog, database, table)
    return found.on_whole(right) or (right in ("SELECT", "DESCRIBE") and bool(found.select))


def visible_columns(call: Call, account: str, database: str, table: str) -> set[str] | None:
    """The columns of the table that the caller gets to see, or None for all of them.

    Not documented; chosen: who may write the table or administers the catalogue sees all columns, and so does who may
    describe the table and select nothing from it. Who may select some columns sees these alone.
    """
    catalog = f"{account}/{call.region}"
    found = held.on_table(call, catalog, database, table)
    if WHOLE & found.permissions or _sees_all(call, catalog, database, table):
        return None
    return set(found.select) if found.select or not found.permissions else None


def selected(call: Call, account: str, database: str, table: str) -> set[str]:
    """The columns that the caller may select, in some of the rows at least."""
    return set(held.on_table(call, f"{account}/{call.region}", database, table).select)


def refuse_unless_located(call: Call, account: str, location: str) -> None:
    """Refuse (AccessDeniedException) to create or move a thing into a registered place without DATA_LOCATION_ACCESS.

    Administrators have it everywhere.
    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html
    """
    catalog = f"{account}/{call.region}"
    around = locations.covering(call, catalog, location)
    if around and not settings.administers(call, catalog) and not held.on_location(call, catalog, around):
        raise denied(f"Required Data Location Access on {location}")


def created(call: Call, database: str, table: str | None = None) -> None:
    """A thing that the caller has just made in the catalogue of the call is its own, and as open as the settings say.

    A database may say for itself how open its tables are. Not documented; chosen: who makes a table in the catalogue of
    another account has all rights on it, and none of them to hand on.
    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html
    """
    place, every = _place(call, database, table), OF_DATABASE if table is None else OF_TABLE
    own = call.account == call.caller_account
    grants.put(call, call.catalog, Grant(call.caller, place, every, every if own else frozenset()))
    if _open(call, database, table):
        grants.put(call, call.catalog, Grant(EVERYBODY, place, frozenset({"ALL"})))


def forgotten(call: Call, database: str, table: str | None = None) -> None:
    """Nothing is left of what was granted, tagged and filtered on a thing that is gone: a namesake begins anew.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/revoking-catalog-permissions.html
    """
    kinds = ("database", "tables", "table", "columns", "filter") if table is None else ("table", "columns", "filter")
    for catalog, grant in list(grants.on(call, call.catalog, kinds, database, table)):
        grants.drop(call, catalog, grant)
    place = (call.catalog, database) if table is None else (call.catalog, database, table)
    named = "" if table is None else " AND name = ?"
    call.sql.execute(f"DELETE FROM tagged WHERE catalog = ? AND base = ?{named}", place)
    prefix = f"{database}/" if table is None else f"{database}/{table}/"
    call.sql.execute(
        "DELETE FROM records WHERE catalog = ? AND kind = 'lakeformation.filter' AND name >= ? AND name < ?",
        (call.catalog, prefix, prefix + "\U0010ffff"),
    )


def _open(call: Call, database: str, table: str | None) -> bool:
    found = settings.of(call, call.catalog)
    if table is None:
        return bool(found["CreateDatabaseDefaultPermissions"])
    row = call.sql.execute(
        "SELECT body FROM databases WHERE catalog = ? AND name = ?", (call.catalog, database)
    ).fetchone()
    own = json.loads(row[0]).get("CreateTableDefaultPermissions") if row else None
    return bool(found["CreateTableDefaultPermissions"] if own is None else own)


def _place(call: Call, database: str, table: str | None) -> Place:
    if table is None:
        return Place(call.catalog, "database", database)
    return Place(call.catalog, "table", database, table)


def _sees_all(call: Call, catalog: str, database: str, table: str | None) -> bool:
    """Whether the caller looks after this account, or after its own, with which the thing is shared as a whole."""
    if settings.looks_on(call, catalog):
        return True
    own = f"{call.caller_account}/{call.region}"
    return own != catalog and settings.looks_on(call, own) and held.shared(call, catalog, database, table)


def _on_catalog(call: Call, right: str, catalog: str) -> bool:
    if settings.administers(call, catalog) and right == "CREATE_DATABASE":
        return True
    given = [grants.get(call, catalog, one, Place(catalog, "catalog")) for one in callers.principals(call, catalog)]
    return any(grant.has(right) for grant in given if grant is not None)
