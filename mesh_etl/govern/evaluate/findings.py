"""What in a state gives more than anybody asked for, or would, if nobody looks: to be mended, not only to be known."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from mesh_etl.errors import Fault
from mesh_etl.govern.evaluate.wording import Names, listed, thing
from mesh_etl.govern.state import (
    AllTables,
    Columns,
    ColumnsBut,
    Filter,
    GrantKey,
    Location,
    SavedExpression,
    State,
    Table,
    Tagged,
)
from mesh_etl.govern.state.groups import EVERYBODY, account_of

_WRITES = frozenset({"ALTER", "DROP", "DELETE", "INSERT"})
_OLDEST_SHARING = 3  # the first version that can share with roles of another account


@dataclass(frozen=True, slots=True)
class Expected:
    """What the mesh file says of its accounts: their ids, and the roles that are to administer Lake Formation."""

    accounts: Set[str]
    admins: Set[str]


def findings(state: State, expected: Expected, names: Names) -> Iterator[Fault]:
    """Each finding with its code, in the order of accounts and grants."""
    for account, settings in sorted(state.settings.items()):
        where = f"account {names.account(account)}"
        for admin in sorted(settings.admins - expected.admins):
            problem = f"{names.principal(admin)} administers Lake Formation, and can give itself everything"
            yield Fault("UNEXPECTED_ADMIN", problem, where, "take it off the list of administrators")
        opened = (("databases", settings.open_databases), ("tables", settings.open_tables))
        if any(is_open for _, is_open in opened):
            what = listed(word for word, is_open in opened if is_open)
            yield Fault("OPEN_DEFAULTS", f"new {what} are given to {EVERYBODY}", where, "mesh-etl govern apply")
        if settings.cross_account_version < _OLDEST_SHARING:
            problem = f"the version of sharing across accounts is {settings.cross_account_version}"
            yield Fault("OLD_SHARING", problem, where, "mesh-etl govern apply makes it 3 or newer")
    for key, rights in sorted(state.grants.items(), key=lambda one: repr(one[0])):
        for code, problem, fix in _of_grant(state, key, rights.permissions, rights.grantable, expected, names):
            yield Fault(code, problem, f"account {names.account(key.account)}", fix)
    yield from _unregistered(state, names)


def _lends_place(key: GrantKey) -> bool:
    """Whether an account may give on a place, for those who enter tables that lie there: no data is shown by it."""
    return isinstance(key.resource, Location) and key.principal == account_of(key.principal)


def _of_grant(
    state: State, key: GrantKey, permissions: Set[str], grantable: Set[str], expected: Expected, names: Names
) -> Iterator[tuple[str, str, str]]:
    who, what = names.principal(key.principal), thing(key.resource, names)
    revoke = "revoke it, or ask for it in the configuration"
    if key.principal == EVERYBODY:
        yield "OPEN_TO_IAM", f"{EVERYBODY} has {listed(sorted(permissions))} on {what}: IAM alone decides", revoke
        return
    if key.principal.endswith(":IAMPrincipals"):
        yield "OPEN_TO_ACCOUNT", f"every role and user of the account has {what}", "name the roles that are meant"
        return
    account = account_of(key.principal)
    if account and account not in expected.accounts:
        yield "UNKNOWN_ACCOUNT", f"{who} has {what}, and its account is none of the mesh", revoke
    elif grantable and account != key.account and not _lends_place(key):
        yield "GRANT_OPTION_OUTSIDE", f"{who} may give on {listed(sorted(grantable))} on {what}", revoke
    if "ALL" in permissions:
        yield "EVERYTHING_GIVEN", f"{who} has ALL on {what}", "name the rights that are meant"
    if isinstance(key.resource, ColumnsBut) or (isinstance(key.resource, Filter) and _all_but(state, key.resource)):
        yield (
            "LATER_COLUMNS",
            f"{who} has {what}: a column that comes later is shown",
            "list the columns that are meant",
        )
    if isinstance(key.resource, AllTables) and account != key.resource.catalog:
        yield "LATER_TABLES", f"{who} has {what}: a table that comes later is shown", "name the tables, or use tags"
    if writes := _writes_beside(state, key):
        problem = f"{who} has {what}, and {listed(writes)} on the whole: Lake Formation refuses it, or shows all"
        yield "PART_WITHOUT_EFFECT", problem, "revoke one of them"
    if _dangles(state, key):
        problem = f"{who} has {what}, which there is not: it would hold at once for what comes by that name"
        yield "DANGLING_GRANT", problem, "revoke it, or make what it names"


def _all_but(state: State, resource: Filter) -> bool:
    cells = state.filters.get(resource)
    return cells is not None and cells.columns is None


def _writes_beside(state: State, key: GrantKey) -> list[str]:
    """What whoever is shown a part of a table may do to the whole.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html
    """
    if not isinstance(key.resource, Columns | ColumnsBut | Filter):
        return []
    held = state.grants.get(GrantKey(key.account, key.principal, key.resource.table))
    return sorted(_WRITES & held.permissions) if held else []


def _dangles(state: State, key: GrantKey) -> bool:
    match key.resource:
        case Table():
            return key.resource not in state.tables
        case Columns(table) | ColumnsBut(table):
            return table not in state.tables
        case Filter():
            return key.resource not in state.filters
        case SavedExpression(catalog, name):
            return (catalog, name) not in state.expressions
        case Tagged(catalog, _, _, saved) if saved:
            return (catalog, saved) not in state.expressions
    return False


def _unregistered(state: State, names: Names) -> Iterator[Fault]:
    registered = tuple(arn.rstrip("/") for _, arn in state.locations)
    for table, entry in sorted(state.tables.items(), key=lambda one: one[0]):
        if entry.kind != "table" or not entry.location.startswith("s3://"):
            continue
        arn = f"arn:aws:s3:::{entry.location.removeprefix('s3://').rstrip('/')}"
        if not any(arn == one or arn.startswith(f"{one}/") for one in registered):
            problem = f"the place of {names.table(table)} is not registered: S3 and IAM alone protect its files"
            yield Fault(
                "UNREGISTERED_PLACE", problem, f"account {names.account(table.catalog)}", "mesh-etl govern apply"
            )
