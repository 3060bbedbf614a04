"""Resources as Lake Formation's requests and answers spell them."""

from __future__ import annotations

from typing import Any

from mesh_etl.govern.state.resources import (
    AllTables,
    Catalog,
    Columns,
    ColumnsBut,
    Database,
    Expression,
    Filter,
    Location,
    Resource,
    SavedExpression,
    Table,
    Tagged,
    TagValues,
    expression,
)

Fields = dict[str, Any]


def request(resource: Resource) -> Fields:
    """The resource as a `Resource` structure."""
    match resource:
        case Catalog(catalog):
            return {"Catalog": {"Id": catalog}}
        case Database(catalog, name):
            return {"Database": {"CatalogId": catalog, "Name": name}}
        case Table():
            return {"Table": _table(resource)}
        case AllTables(catalog, database):
            return {"Table": {"CatalogId": catalog, "DatabaseName": database, "TableWildcard": {}}}
        case Columns(table, names):
            return {"TableWithColumns": {**_table(table), "ColumnNames": list(names)}}
        case ColumnsBut(table, names):
            wildcard = {"ExcludedColumnNames": list(names)} if names else {}
            return {"TableWithColumns": {**_table(table), "ColumnWildcard": wildcard}}
        case Filter(table, name):
            place = {"TableCatalogId": table.catalog, "DatabaseName": table.database, "TableName": table.name}
            return {"DataCellsFilter": {**place, "Name": name}}
        case TagValues(catalog, key, values):
            return {"LFTag": {"CatalogId": catalog, "TagKey": key, "TagValues": list(values)}}
        case SavedExpression(catalog, name):
            return {"LFTagExpression": {"CatalogId": catalog, "Name": name}}
        case Tagged(catalog, kind, keys, saved):
            what = {"ExpressionName": saved} if saved else {"Expression": spelled(keys)}
            return {"LFTagPolicy": {"CatalogId": catalog, "ResourceType": kind, **what}}
        case Location(catalog, arn):
            return {"DataLocation": {"CatalogId": catalog, "ResourceArn": arn}}


def resource(found: Fields, account: str) -> Resource:
    """The resource that an answer names; `account` is the catalogue where the answer says none.

    Raises `ValueError` for kinds that a mesh does not have.
    """
    ((kind, body),) = ((kind, body) for kind, body in found.items() if body is not None)
    catalog = str(body.get("CatalogId") or body.get("TableCatalogId") or body.get("Id") or account)
    match kind:
        case "Catalog":
            return Catalog(catalog)
        case "Database":
            return Database(catalog, body["Name"])
        case "Table" if "TableWildcard" in body or body.get("Name") == "ALL_TABLES":
            return AllTables(catalog, body["DatabaseName"])
        case "Table":
            return Table(catalog, body["DatabaseName"], body["Name"])
        case "TableWithColumns" if body["Name"] == "ALL_TABLES":
            return AllTables(catalog, body["DatabaseName"])
        case "TableWithColumns":
            table = Table(catalog, body["DatabaseName"], body["Name"])
            if body.get("ColumnNames"):
                return Columns(table, tuple(sorted(body["ColumnNames"])))
            excluded = tuple(sorted(body.get("ColumnWildcard", {}).get("ExcludedColumnNames", ())))
            return ColumnsBut(table, excluded) if excluded else table
        case "DataCellsFilter":
            return Filter(Table(catalog, body["DatabaseName"], body["TableName"]), body["Name"])
        case "LFTag":
            return TagValues(catalog, body["TagKey"], tuple(sorted(body["TagValues"])))
        case "LFTagExpression":
            return SavedExpression(catalog, body["Name"])
        case "LFTagPolicy":
            keys, saved = read(body.get("Expression", ())), body.get("ExpressionName", "")
            return Tagged(catalog, body["ResourceType"], keys, saved)
        case "DataLocation":
            return Location(catalog, body["ResourceArn"])
    raise ValueError(f"a resource of kind {kind}")


def spelled(keys: Expression) -> list[Fields]:
    """The expression as a list of `LFTag` structures."""
    return [{"TagKey": key, "TagValues": list(values)} for key, values in keys]


def read(found: Any) -> Expression:
    """The expression that a list of `LFTag` structures spells."""
    return expression({one["TagKey"]: one["TagValues"] for one in found})


def _table(table: Table) -> Fields:
    return {"CatalogId": table.catalog, "DatabaseName": table.database, "Name": table.name}
