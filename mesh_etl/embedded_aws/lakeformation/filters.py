"""Data cells filters: named parts of a table, some columns in some rows, that can be granted instead of it.

Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/data-filters-about.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/row-filtering-notes.html
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws, Refusal, exists, invalid, missing
from mesh_etl.embedded_aws.lakeformation import callers, grants, held, row_conditions, settings
from mesh_etl.embedded_aws.lakeformation.permissions import require_entry
from mesh_etl.embedded_aws.lakeformation.resources import Place
from mesh_etl.embedded_aws.lakeformation.seen_table import FILTER
from mesh_etl.embedded_aws.lakeformation.settings import denied
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import paged

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST, DEEPEST = 1000, 5
NAMES = ("TableCatalogId", "DatabaseName", "TableName", "Name")


@operation("lakeformation.CreateDataCellsFilter", "TableData", writes=True)
def create_data_cells_filter(call: Call) -> Body:
    """The filter is there; refused when it was already, and for conditions that row filters do not know."""
    data = call["TableData"]
    place = _place(call, data)
    _refuse_without_table(call, place)
    if records.get(call, FILTER, _name(place)):
        raise exists("Data cells filter")
    records.put(call, FILTER, _name(place), _checked(call, place, data))
    return {}


@operation("lakeformation.UpdateDataCellsFilter", "TableData", writes=True)
def update_data_cells_filter(call: Call) -> Body:
    """The filter is what was given, for all to whom it is granted as well.

    Refused as a concurrent modification when a version is given that is not the current one.
    """
    data = call["TableData"]
    place = _place(call, data)
    before = _require(call, place)
    _refuse_without_table(call, place)
    if data.get("VersionId", before["VersionId"]) != before["VersionId"]:
        raise Refusal("ConcurrentModificationException", "The filter has been changed since that version.")
    records.put(call, FILTER, _name(place), _checked(call, place, data))
    return {}


@operation("lakeformation.DeleteDataCellsFilter", *NAMES, writes=True)
def delete_data_cells_filter(call: Call) -> Body:
    """The filter is gone. Not documented; chosen: what was granted by it is gone as well."""
    if not all(call.get(name) for name in NAMES):
        raise invalid("A data cells filter is named by its catalogue, its database, its table and its own name.")
    place = _place(call, call.parameters)
    _require(call, place)
    if not _may(call, place, "DROP"):
        _refuse_without_table(call, place)
    records.drop(call, FILTER, _name(place))
    for catalog, grant in list(grants.on(call, place.owner, ("filter",), place.base, place.name)):
        if grant.place == place:
            grants.drop(call, catalog, grant)
    return {}


@operation("lakeformation.GetDataCellsFilter", *NAMES)
def get_data_cells_filter(call: Call) -> Body:
    """The filter as it is now."""
    place = _place(call, call.parameters)
    found = _require(call, place)
    if not _may(call, place, "DESCRIBE"):
        raise denied("Required Describe on the data cells filter")
    return {"DataCellsFilter": found}


@operation("lakeformation.ListDataCellsFilter", "Table", "NextToken", "MaxResults")
def list_data_cells_filter(call: Call) -> Body:
    """The filters of a table, of a database or of the account that the caller may see, by name, in pages."""
    table = call.get("Table") or {}
    if table.get("CatalogId", call.account) != call.account:
        raise NotImplementedByEmbeddedAws(what="data cells filters on tables of other accounts")
    base, name = table.get("DatabaseName", "").lower(), (table.get("Name") or "").lower()
    prefix = f"{base}/{name}/" if name else f"{base}/" if base else ""
    rows = [
        (key, body) for key, body in records.named(call, FILTER, prefix) if _may(call, _place(call, body), "DESCRIBE")
    ]
    return paged(call, "DataCellsFilters", rows, MOST)


def _place(call: Call, data: Body) -> Place:
    if data["TableCatalogId"] != call.caller_account:
        raise NotImplementedByEmbeddedAws(what="data cells filters on tables of other accounts")
    return Place(call.catalog, "filter", data["DatabaseName"].lower(), data["TableName"].lower(), data["Name"])


def _name(place: Place) -> str:
    return f"{place.base}/{place.name}/{place.detail}"


def _require(call: Call, place: Place) -> Body:
    found = records.get(call, FILTER, _name(place))
    if found is None:
        raise missing("Data cells filter")
    return found


def _refuse_without_table(call: Call, place: Place) -> None:
    """Refuse who may not grant the whole table: a filter is a way to grant some of it."""
    require_entry(call, place)
    found = held.on_table(call, place.owner, place.base, place.name, to_give=True)
    if not settings.administers(call, place.owner) and "SELECT" not in found.permissions:
        raise denied("Required Select on all columns of the table with the grant option")


def _may(call: Call, place: Place, right: str) -> bool:
    if settings.administers(call, place.owner) or (right == "DESCRIBE" and settings.looks_on(call, place.owner)):
        return True
    given = [grants.get(call, place.owner, one, place) for one in callers.principals(call, place.owner)]
    return any(grant.has(right) for grant in given if grant)


def _checked(call: Call, place: Place, data: Body) -> Body:
    """The filter as it is stored, under a new version; refused unless it says which rows and which columns it shows."""
    row = call.sql.execute(
        "SELECT body FROM tables WHERE catalog = ? AND base = ? AND name = ?", (place.owner, place.base, place.name)
    ).fetchone()
    table = json.loads(row[0])
    if table.get("TargetTable") or table.get("TableType") == "VIRTUAL_VIEW":
        raise invalid("Data cells filters are on tables, not on views and resource links.")
    storage, keys = table.get("StorageDescriptor", {}).get("Columns", []), table.get("PartitionKeys", [])
    columns = {column["Name"].lower(): column.get("Type", "string") for column in [*storage, *keys]}
    _check_rows(data.get("RowFilter") or {}, columns, [key["Name"].lower() for key in keys])
    _check_columns(data, columns)
    kept = {
        name: data[name]
        for name in (*NAMES, "RowFilter", "ColumnNames", "ColumnWildcard")
        if data.get(name) is not None
    }
    return {**kept, "DatabaseName": place.base, "TableName": place.name, "VersionId": str(uuid.uuid4())}


def _check_rows(rows: Body, columns: dict[str, str], keys: list[str]) -> None:
    expression = rows.get("FilterExpression")
    if bool(expression) == (rows.get("AllRowsWildcard") is not None):
        raise invalid("A row filter has either an expression or the wildcard of all rows.")
    if expression:
        row_conditions.check(expression, columns, keys)


def _check_columns(data: Body, columns: Iterable[str]) -> None:
    names, wildcard = data.get("ColumnNames"), data.get("ColumnWildcard")
    if bool(names) == (wildcard is not None):
        raise invalid("A data cells filter has either column names or the wildcard of all columns.")
    for name in [*(names or ()), *((wildcard or {}).get("ExcludedColumnNames") or ())]:
        parts = name.lower().replace('"', "").split(".")
        if parts[0] not in set(columns):
            raise invalid(f"The filter names a column that the table has not: {parts[0]}.")
        if len(parts) > DEEPEST:
            raise invalid(f"Nested columns are named down to a depth of {DEEPEST}.")
