"""Settings, LF-Tags, expressions, filters and places are made, changed and removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mesh_etl.govern.state import Cells, Filter
from mesh_etl.govern.state.wire import spelled

if TYPE_CHECKING:
    from mesh_etl.govern.accounts import Accounts
    from mesh_etl.govern.difference import Change

LAKE = "lakeformation"
THERE, GONE = ("AlreadyExistsException",), ("EntityNotFoundException",)
MOST_VALUES = 50  # of one call


def settings(accounts: Accounts, change: Change) -> None:
    """The settings are as asked for; whatever else they say stays, all administrators among it."""
    account, wanted = change.account, change.after
    found = accounts.call(account, LAKE, "get_data_lake_settings")["DataLakeSettings"]
    known = [one["DataLakePrincipalIdentifier"] for one in found.get("DataLakeAdmins", ())]
    admins = [*known, *sorted(wanted.admins - set(known))]
    version = max(int(found.get("Parameters", {}).get("CROSS_ACCOUNT_VERSION", "1")), wanted.cross_account_version)
    put = {
        **found,
        "DataLakeAdmins": [{"DataLakePrincipalIdentifier": one} for one in admins],
        "Parameters": {**found.get("Parameters", {}), "CROSS_ACCOUNT_VERSION": str(version)},
    }
    if not wanted.open_databases:
        put["CreateDatabaseDefaultPermissions"] = []
    if not wanted.open_tables:
        put["CreateTableDefaultPermissions"] = []
    if wanted.full_table_access:
        put["AllowFullTableExternalDataAccess"] = True
    accounts.call(account, LAKE, "put_data_lake_settings", DataLakeSettings=put)


def tag(accounts: Accounts, change: Change) -> None:
    """The LF-Tag has the values; fifty go into one call."""
    account, key = change.key
    before, after = change.before or (), change.after or ()
    if not after:
        accounts.call(account, LAKE, "delete_lf_tag", GONE, TagKey=key)
        return
    new = [value for value in after if value not in before]
    old = [value for value in before if value not in after]
    if not before:
        accounts.call(account, LAKE, "create_lf_tag", THERE, TagKey=key, TagValues=new[:MOST_VALUES])
        new = new[MOST_VALUES:]
    for some in _chunks(new):
        accounts.call(account, LAKE, "update_lf_tag", TagKey=key, TagValuesToAdd=some)
    for some in _chunks(old):
        accounts.call(account, LAKE, "update_lf_tag", TagKey=key, TagValuesToDelete=some)


def saved_expression(accounts: Accounts, change: Change) -> None:
    """The saved expression is as asked for."""
    account, name = change.key
    if change.after is None:
        accounts.call(account, LAKE, "delete_lf_tag_expression", GONE, Name=name)
    elif change.before is None:
        keys = spelled(change.after)
        accounts.call(account, LAKE, "create_lf_tag_expression", THERE, Name=name, Expression=keys)
    else:
        accounts.call(account, LAKE, "update_lf_tag_expression", Name=name, Expression=spelled(change.after))


def cells(accounts: Accounts, change: Change) -> None:
    """The data cells filter is as asked for."""
    key: Filter = change.key
    named = {
        "TableCatalogId": key.table.catalog,
        "DatabaseName": key.table.database,
        "TableName": key.table.name,
        "Name": key.name,
    }
    if change.after is None:
        accounts.call(change.account, LAKE, "delete_data_cells_filter", GONE, **named)
    elif change.before is None:
        data = {**named, **_shown(change.after)}
        accounts.call(change.account, LAKE, "create_data_cells_filter", THERE, TableData=data)
    else:
        accounts.call(change.account, LAKE, "update_data_cells_filter", TableData={**named, **_shown(change.after)})


def location(accounts: Accounts, change: Change) -> None:
    """The place is registered with the role, which is never the service's own."""
    account, arn = change.key
    if change.after is None:
        accounts.call(account, LAKE, "deregister_resource", GONE, ResourceArn=arn)
    elif change.before is None:
        accounts.call(account, LAKE, "register_resource", THERE, ResourceArn=arn, RoleArn=change.after)
    else:
        accounts.call(account, LAKE, "update_resource", ResourceArn=arn, RoleArn=change.after)


def _shown(cells: Cells) -> dict[str, Any]:
    rows: dict[str, Any] = {"FilterExpression": cells.rows} if cells.rows else {"AllRowsWildcard": {}}
    if cells.columns is not None:
        return {"RowFilter": rows, "ColumnNames": list(cells.columns)}
    return {"RowFilter": rows, "ColumnWildcard": {"ExcludedColumnNames": list(cells.excluded)}}


def _chunks(values: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), MOST_VALUES):
        yield list(values[start : start + MOST_VALUES])
