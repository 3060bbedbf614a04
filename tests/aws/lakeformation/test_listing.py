"""Grants as they are listed: by principal, kind of thing and thing, in pages, each to whom it concerns."""

from __future__ import annotations

from typing import Any

import pytest

TABLE = {"Table": {"DatabaseName": "sales", "Name": "orders"}}
ALL_TABLES = {"Table": {"DatabaseName": "sales", "TableWildcard": {}}}
FILTER = {"TableCatalogId": "111111111111", "DatabaseName": "sales", "TableName": "orders", "Name": "west"}


@pytest.fixture
def granted(lake: Any, columns: Any, policy: Any) -> Any:
    """The analyst has something of each kind."""
    analyst = lake.role("analyst")
    rows = {"AllRowsWildcard": {}}
    lake.create_data_cells_filter(TableData={**FILTER, "RowFilter": rows, "ColumnNames": ["id"]})
    lake.create_lf_tag_expression(Name="open", Expression=[{"TagKey": "level", "TagValues": ["public"]}])
    lake.register_resource(ResourceArn="arn:aws:s3:::lake", UseServiceLinkedRole=True)
    lake.grant(analyst, {"Catalog": {}}, "CREATE_DATABASE")
    lake.grant(analyst, {"Database": {"Name": "sales"}}, "DESCRIBE")
    lake.grant(analyst, TABLE, "SELECT", "DESCRIBE", option=("SELECT",))
    lake.grant(analyst, ALL_TABLES, "SELECT", "INSERT")
    lake.grant(analyst, columns("id"), "SELECT")
    lake.grant(analyst, columns(but=("email",)), "SELECT")
    lake.grant(analyst, {"DataCellsFilter": FILTER}, "SELECT")
    lake.grant(analyst, {"LFTag": {"TagKey": "level", "TagValues": ["public"]}}, "DESCRIBE")
    lake.grant(analyst, {"LFTagExpression": {"Name": "open"}}, "DESCRIBE")
    lake.grant(analyst, policy(level=["public"]), "SELECT")
    lake.grant(analyst, policy("DATABASE", level=["public"]), "DESCRIBE")
    lake.grant(analyst, {"DataLocation": {"ResourceArn": "arn:aws:s3:::lake"}}, "DATA_LOCATION_ACCESS")
    return lake


def kinds(found: list[dict[str, Any]]) -> list[str]:
    return sorted(next(iter(one["Resource"])) for one in found)


def test_the_right_to_select_from_a_table_is_shown_as_one_on_its_columns(granted: Any) -> None:
    found = granted.listed(Resource=TABLE)
    where = {"CatalogId": "111111111111", "DatabaseName": "sales", "Name": "orders"}
    shown = [(one["Resource"], one["Permissions"], one["PermissionsWithGrantOption"]) for one in found]
    assert ({"Table": where}, ["DESCRIBE"], []) in shown
    assert ({"TableWithColumns": {**where, "ColumnWildcard": {}}}, ["SELECT"], ["SELECT"]) in shown
    assert ({"TableWithColumns": {**where, "ColumnNames": ["id"]}}, ["SELECT"], []) in shown
    excluded = {"ColumnWildcard": {"ExcludedColumnNames": ["email"]}}
    assert ({"TableWithColumns": {**where, **excluded}}, ["SELECT"], []) in shown
    assert len(shown) == 4


def test_all_tables_have_a_name_in_answers(granted: Any) -> None:
    found = granted.listed(Resource=ALL_TABLES)
    where = {"CatalogId": "111111111111", "DatabaseName": "sales", "Name": "ALL_TABLES"}
    assert [(one["Resource"], one["Permissions"]) for one in found] == [
        ({"Table": {**where, "TableWildcard": {}}}, ["INSERT"]),
        ({"TableWithColumns": {**where, "ColumnWildcard": {}}}, ["SELECT"]),
    ]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("CATALOG", ["Catalog", "Catalog"]),
        ("DATABASE", ["Database"]),
        ("TABLE", ["DataCellsFilter", "Table", "Table", *["TableWithColumns"] * 4]),
        ("DATA_LOCATION", ["DataLocation"]),
        ("LF_TAG", ["LFTag"]),
        ("LF_TAG_POLICY", ["LFTagPolicy", "LFTagPolicy"]),
        ("LF_TAG_POLICY_DATABASE", ["LFTagPolicy"]),
        ("LF_TAG_POLICY_TABLE", ["LFTagPolicy"]),
        ("LF_NAMED_TAG_EXPRESSION", ["LFTagExpression"]),
    ],
)
def test_grants_are_listed_by_kind(granted: Any, kind: str, shown: list[str]) -> None:
    assert kinds(granted.listed(ResourceType=kind)) == shown


def test_filters_of_a_table_are_listed_on_demand(granted: Any, refused: Any) -> None:
    assert "DataCellsFilter" in kinds(granted.listed(Resource=TABLE, IncludeRelated="TRUE"))
    principal = {"DataLakePrincipalIdentifier": granted.role("analyst")}
    both = {"Resource": TABLE, "Principal": principal, "IncludeRelated": "TRUE"}
    refused("InvalidInputException", granted.list_permissions, **both)
    assert kinds(granted.listed(Resource={"DataCellsFilter": FILTER})) == ["DataCellsFilter"]


def test_columns_are_listed_by_their_table(granted: Any, refused: Any, columns: Any) -> None:
    refused("InvalidInputException", granted.list_permissions, Resource=columns("id"))
    nothing = {"Table": {"DatabaseName": "sales", "Name": "nothing"}}
    refused("EntityNotFoundException", granted.list_permissions, Resource=nothing)


def test_pages_of_any_size_hold_the_same(granted: Any) -> None:
    whole = granted.list_permissions()["PrincipalResourcePermissions"]
    for size in (1, 2, 3, 5, 100):
        found, page = [], granted.list_permissions(MaxResults=size)
        while "NextToken" in page:
            assert len(page["PrincipalResourcePermissions"]) == size
            found += page["PrincipalResourcePermissions"]
            page = granted.list_permissions(MaxResults=size, NextToken=page["NextToken"])
        assert found + page["PrincipalResourcePermissions"] == whole


def test_a_token_must_be_one_that_was_given(granted: Any, refused: Any) -> None:
    refused("InvalidInputException", granted.list_permissions, NextToken="bm90aGluZw==")


def test_who_is_no_administrator_sees_its_own_grants(granted: Any) -> None:
    theirs = granted.client("centre", "analyst").list_permissions()["PrincipalResourcePermissions"]
    whom = {one["Principal"]["DataLakePrincipalIdentifier"] for one in theirs}
    assert whom == {granted.role("analyst"), "IAM_ALLOWED_PRINCIPALS"}
    assert (
        granted.client("centre", "stranger").list_permissions(ResourceType="TABLE")["PrincipalResourcePermissions"]
        == []
    )


def test_of_a_principal_and_a_thing_it_is_told_what_is_in_effect(granted: Any, columns: Any, policy: Any) -> None:
    principal = {"DataLakePrincipalIdentifier": granted.role("reader")}
    granted.tag(TABLE, level="public")
    granted.tag(columns("email"), level="secret")
    granted.grant(granted.role("reader"), policy(level=["public"]), "SELECT", "DESCRIBE")
    found = granted.listed(Principal=principal, Resource=TABLE)
    assert [(next(iter(one["Resource"])), one["Permissions"]) for one in found] == [
        ("Table", ["DESCRIBE"]),
        ("TableWithColumns", ["SELECT"]),
    ]
    assert "email" not in found[1]["Resource"]["TableWithColumns"]["ColumnNames"]
    assert granted.listed(Principal=principal, Resource={"Database": {"Name": "sales"}})[0]["Permissions"] == [
        "DESCRIBE"
    ]


def test_grants_are_found_by_the_place_of_the_data(granted: Any) -> None:
    arn = "arn:aws:s3:::lake/sales/orders"
    found = granted.get_effective_permissions_for_path(ResourceArn=arn)["Permissions"]
    tables = {one["Resource"].get("Table", one["Resource"].get("TableWithColumns", {})).get("Name") for one in found}
    assert tables == {"orders", None}  # None: the filter of the same table
    assert granted.get_effective_permissions_for_path(ResourceArn="arn:aws:s3:::elsewhere")["Permissions"] == []
