"""Data cells filters: some columns in some rows, by conditions that AWS documents."""

from __future__ import annotations

from typing import Any

import pytest

FILTER = {"TableCatalogId": "111111111111", "DatabaseName": "sales", "TableName": "orders", "Name": "west"}
ROWS = {"FilterExpression": "region = 'west'"}


def data(rows: str = "region = 'west'", **more: Any) -> dict[str, Any]:
    return {**FILTER, "RowFilter": {"FilterExpression": rows}, "ColumnNames": ["id", "region"], **more}


def test_a_filter_is_made_changed_and_gone(lake: Any, refused: Any) -> None:
    lake.create_data_cells_filter(TableData=data())
    refused("AlreadyExistsException", lake.create_data_cells_filter, TableData=data())
    first = lake.get_data_cells_filter(**FILTER)["DataCellsFilter"]
    assert (first["RowFilter"], first["ColumnNames"]) == (ROWS, ["id", "region"])
    lake.update_data_cells_filter(TableData={**data("id > 1"), "VersionId": first["VersionId"]})
    stale = {**data("id > 2"), "VersionId": first["VersionId"]}
    refused("ConcurrentModificationException", lake.update_data_cells_filter, TableData=stale)
    assert lake.get_data_cells_filter(**FILTER)["DataCellsFilter"]["RowFilter"] == {"FilterExpression": "id > 1"}
    lake.delete_data_cells_filter(**FILTER)
    refused("EntityNotFoundException", lake.get_data_cells_filter, **FILTER)
    refused("EntityNotFoundException", lake.delete_data_cells_filter, **FILTER)
    refused("EntityNotFoundException", lake.update_data_cells_filter, TableData=data())


def test_filters_are_listed_by_table_and_in_pages(lake: Any) -> None:
    for name in ("a", "b", "c"):
        lake.create_data_cells_filter(TableData=data(Name=name))
    lake.create_data_cells_filter(TableData=data(TableName="returns"))
    table = {"DatabaseName": "sales", "Name": "orders"}
    first = lake.list_data_cells_filter(Table=table, MaxResults=2)
    rest = lake.list_data_cells_filter(Table=table, MaxResults=2, NextToken=first["NextToken"])
    assert [one["Name"] for one in first["DataCellsFilters"] + rest["DataCellsFilters"]] == ["a", "b", "c"]
    assert len(lake.list_data_cells_filter()["DataCellsFilters"]) == 4
    assert lake.client("centre", "stranger").list_data_cells_filter()["DataCellsFilters"] == []


@pytest.mark.parametrize(
    "rows",
    [
        "region = 'west' AND NOT (id BETWEEN 1 AND 5 OR id IN (7, -8))",
        "region LIKE 'w%' OR region IS NOT NULL",
        "region <> 'west' AND region != 'east' AND paid = true",
        "year >= 2024",
        "TRUE",
        "\"region\" = 'it''s'",
    ],
)
def test_documented_conditions_are_taken(lake: Any, rows: str) -> None:
    lake.create_data_cells_filter(TableData=data(rows))
    assert lake.get_data_cells_filter(**FILTER)["DataCellsFilter"]["RowFilter"]["FilterExpression"] == rows


@pytest.mark.parametrize(
    "rows",
    [
        "region = email",
        "lower(region) = 'west'",
        "unknown = 1",
        "'west' = region",
        "region = 'west'; DROP TABLE orders",
        "region = (SELECT max(region) FROM orders)",
        "id IN (SELECT id FROM other)",
        "id = 'west'",
        "region = 7",
        "paid = 'yes'",
        "lines = 'a'",
        "year IS NULL",
        "id + 1 = 2",
        "1 = 1",
        "FALSE",
        "region =",
        "EXISTS (SELECT 1)",
        "region = 'west' UNION SELECT 1",
        "region = current_user",
        "(" * 3000 + "true" + ")" * 3000,
    ],
)
def test_all_else_is_refused_without_a_word_of_the_constants(lake: Any, refused: Any, rows: str) -> None:
    if len(rows) > 2048:
        refused("ValidationException", lake.create_data_cells_filter, TableData=data(rows))
        return
    why = refused("InvalidInputException", lake.create_data_cells_filter, TableData=data(rows))
    assert "west" not in why


@pytest.mark.parametrize(
    "part",
    [
        {"ColumnNames": ["unknown"]},
        {"ColumnNames": []},
        {"ColumnWildcard": {}},
        {"ColumnNames": ["id.a.b.c.d.e"]},
        {"RowFilter": {}},
        {"RowFilter": {**ROWS, "AllRowsWildcard": {}}},
    ],
)
def test_a_filter_says_which_rows_and_which_columns(lake: Any, refused: Any, part: Any) -> None:
    refused("InvalidInputException", lake.create_data_cells_filter, TableData=data(**part))


def test_a_condition_is_shorter_than_2048(lake: Any, refused: Any) -> None:
    long = "region = '" + "a" * 2037 + "'"
    assert len(long) == 2048
    refused("InvalidInputException", lake.create_data_cells_filter, TableData=data(long))
    lake.create_data_cells_filter(TableData=data(long.replace("aa", "a", 1)))


def test_filters_are_on_tables_that_are_there(lake: Any, refused: Any) -> None:
    refused("EntityNotFoundException", lake.create_data_cells_filter, TableData=data(TableName="nothing"))
    glue = lake.client("centre", "admin", "glue")
    columns = [{"Name": "id", "Type": "int"}, {"Name": "region", "Type": "string"}]
    view = {"Name": "v", "TableType": "VIRTUAL_VIEW", "StorageDescriptor": {"Columns": columns}}
    glue.create_table(DatabaseName="sales", TableInput=view)
    refused("InvalidInputException", lake.create_data_cells_filter, TableData=data(TableName="v"))


def test_a_filter_goes_with_its_table_and_its_grants_with_it(lake: Any, refused: Any) -> None:
    resource = {"DataCellsFilter": FILTER}
    lake.create_data_cells_filter(TableData=data())
    lake.grant(lake.role("analyst"), resource, "SELECT")
    assert lake.seen() == {"id", "region"}
    lake.delete_data_cells_filter(**FILTER)
    lake.create_data_cells_filter(TableData=data())
    refused("AccessDeniedException", lake.seen)
    lake.client("centre", "admin", "glue").delete_table(DatabaseName="sales", Name="orders")
    assert lake.list_data_cells_filter()["DataCellsFilters"] == []


def test_who_may_make_and_see_filters(lake: Any, refused: Any, orders: Any) -> None:
    steward = lake.client("centre", "steward")
    refused("AccessDeniedException", steward.create_data_cells_filter, TableData=data())
    lake.grant(lake.role("steward"), orders, "SELECT")
    refused("AccessDeniedException", steward.create_data_cells_filter, TableData=data())
    lake.grant(lake.role("steward"), orders, "SELECT", option=("SELECT",))
    steward.create_data_cells_filter(TableData=data())
    refused("AccessDeniedException", lake.client("centre", "analyst").get_data_cells_filter, **FILTER)
    lake.grant(lake.role("analyst"), {"DataCellsFilter": FILTER}, "DESCRIBE")
    assert lake.client("centre", "analyst").get_data_cells_filter(**FILTER)
    refused("AccessDeniedException", lake.client("centre", "analyst").delete_data_cells_filter, **FILTER)
