"""Settings, LF-Tags, saved expressions, data cells filters and registered places of one account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.govern.state import Cells, Expression, Filter, Settings, Table
from mesh_etl.govern.state.wire import read

if TYPE_CHECKING:
    from mesh_etl.govern.accounts import Accounts

MOST = 100  # of one page; more of them are asked for where there are


def settings(accounts: Accounts, account: str) -> Settings:
    """The data lake settings of the account."""
    found = accounts.call(account, "lakeformation", "get_data_lake_settings")["DataLakeSettings"]
    return Settings(
        frozenset(one["DataLakePrincipalIdentifier"] for one in found.get("DataLakeAdmins", ())),
        int(found.get("Parameters", {}).get("CROSS_ACCOUNT_VERSION", "1")),
        any(one.get("Permissions") for one in found.get("CreateDatabaseDefaultPermissions", ())),
        any(one.get("Permissions") for one in found.get("CreateTableDefaultPermissions", ())),
        bool(found.get("AllowFullTableExternalDataAccess", False)),
    )


def tags(accounts: Accounts, account: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """The values of each LF-Tag of the account's own."""
    found = accounts.pages(account, "lakeformation", "list_lf_tags", "LFTags", MaxResults=MOST)
    own = (one for one in found if one.get("CatalogId", account) == account)
    return {(account, one["TagKey"]): tuple(one["TagValues"]) for one in own}


def expressions(accounts: Accounts, account: str) -> dict[tuple[str, str], Expression]:
    """The saved tag expressions of the account."""
    found = accounts.pages(account, "lakeformation", "list_lf_tag_expressions", "LFTagExpressions", MaxResults=MOST)
    return {(account, one["Name"]): read(one["Expression"]) for one in found}


def filters(accounts: Accounts, account: str) -> dict[Filter, Cells]:
    """The data cells filters of all tables of the account."""
    found = accounts.pages(account, "lakeformation", "list_data_cells_filter", "DataCellsFilters", MaxResults=MOST)
    return {_filter(one): _cells(one) for one in found}


def locations(accounts: Accounts, account: str) -> dict[tuple[str, str], str]:
    """The places that are registered in the account, with the role by which they are read."""
    found = accounts.pages(account, "lakeformation", "list_resources", "ResourceInfoList", MaxResults=MOST)
    return {(account, one["ResourceArn"]): one.get("RoleArn", "") for one in found}


def _filter(found: dict[str, Any]) -> Filter:
    return Filter(Table(found["TableCatalogId"], found["DatabaseName"], found["TableName"]), found["Name"])


def _cells(found: dict[str, Any]) -> Cells:
    rows = found.get("RowFilter", {}).get("FilterExpression", "")
    if found.get("ColumnNames"):
        return Cells(rows, tuple(sorted(found["ColumnNames"])))
    excluded = found.get("ColumnWildcard", {}).get("ExcludedColumnNames", ())
    return Cells(rows, None, tuple(sorted(excluded)))
