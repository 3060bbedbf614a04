"""What grants amount to when the catalogue is asked: who sees which tables and columns, and who may change them."""

from __future__ import annotations

from typing import Any

import pytest

SALES = {"Database": {"Name": "sales"}}
TABLE = {"Table": {"DatabaseName": "sales", "Name": "orders"}}
ALL_TABLES = {"Table": {"DatabaseName": "sales", "TableWildcard": {}}}
FILTER = {"TableCatalogId": "111111111111", "DatabaseName": "sales", "TableName": "orders", "Name": "west"}
EVERY = {"id", "email", "region", "paid", "lines"}


def test_nothing_is_seen_without_a_grant(lake: Any, refused: Any) -> None:
    glue = lake.client("centre", "analyst", "glue")
    refused("AccessDeniedException", lake.seen)
    refused("AccessDeniedException", glue.get_database, Name="sales")
    assert glue.get_databases()["DatabaseList"] == []


@pytest.mark.parametrize(
    ("resource", "rights", "seen"),
    [
        (TABLE, ["SELECT"], EVERY),
        (TABLE, ["DESCRIBE"], EVERY),
        (TABLE, ["INSERT"], EVERY),
        (ALL_TABLES, ["SELECT"], EVERY),
        ({"TableWithColumns": {**TABLE["Table"], "ColumnNames": ["id", "paid"]}}, ["SELECT"], {"id", "paid"}),
        (
            {"TableWithColumns": {**TABLE["Table"], "ColumnWildcard": {"ExcludedColumnNames": ["email"]}}},
            ["SELECT"],
            EVERY - {"email"},
        ),
        ({"TableWithColumns": {**TABLE["Table"], "ColumnWildcard": {}}}, ["SELECT"], EVERY),
    ],
)
def test_named_grants(lake: Any, resource: Any, rights: list[str], seen: set[str]) -> None:
    lake.grant(lake.role("analyst"), resource, *rights)
    assert lake.seen() == seen
    assert lake.client("centre", "analyst", "glue").get_database(Name="sales")
    lake.revoke(lake.role("analyst"), resource, *rights)


def test_grants_add_up(lake: Any, columns: Any) -> None:
    lake.grant(lake.role("analyst"), columns("id"), "SELECT")
    lake.grant(lake.role("analyst"), columns("region"), "SELECT")
    data = {**FILTER, "RowFilter": {"FilterExpression": "id > 1"}, "ColumnNames": ["paid"]}
    lake.create_data_cells_filter(TableData=data)
    lake.grant(lake.role("analyst"), {"DataCellsFilter": FILTER}, "SELECT")
    assert lake.seen() == {"id", "region", "paid"}


def test_a_filter_that_excludes_columns_shows_the_others(lake: Any) -> None:
    wildcard = {"ExcludedColumnNames": ["email", "lines"]}
    rows = {"AllRowsWildcard": {}}
    lake.create_data_cells_filter(TableData={**FILTER, "RowFilter": rows, "ColumnWildcard": wildcard})
    lake.grant(lake.role("analyst"), {"DataCellsFilter": FILTER}, "DESCRIBE")
    with pytest.raises(lake.client("centre", "analyst", "glue").exceptions.AccessDeniedException):
        lake.seen()
    lake.grant(lake.role("analyst"), {"DataCellsFilter": FILTER}, "SELECT")
    assert lake.seen() == {"id", "region", "paid"}


def test_tags_and_across_keys_or_across_values(lake: Any, refused: Any, policy: Any) -> None:
    lake.tag(SALES, level="internal", domain="sales")
    analyst = lake.role("analyst")
    lake.grant(analyst, policy(level=["internal", "public"], domain=["customer"]), "SELECT")
    refused("AccessDeniedException", lake.seen)
    lake.grant(analyst, policy(level=["secret"], domain=["sales"]), "SELECT")
    refused("AccessDeniedException", lake.seen)
    lake.grant(analyst, policy(level=["internal", "public"], domain=["sales"]), "SELECT")
    assert lake.seen() == EVERY


def test_a_key_that_the_expression_does_not_name_does_not_matter(lake: Any, policy: Any) -> None:
    lake.tag(SALES, level="secret", domain="sales")
    lake.grant(lake.role("analyst"), policy(domain=["sales"]), "SELECT")
    assert lake.seen() == EVERY


def test_a_tag_below_overrides_the_one_above(lake: Any, refused: Any, policy: Any, columns: Any) -> None:
    lake.tag(SALES, level="public")
    lake.grant(lake.role("analyst"), policy(level=["public"]), "SELECT", "DESCRIBE")
    lake.tag(columns("email"), level="secret")
    assert lake.seen() == EVERY - {"email"}
    lake.tag(TABLE, level="secret")
    refused("AccessDeniedException", lake.seen)
    lake.tag(columns("id"), level="public")
    assert lake.seen() == {"id"}


def test_a_column_that_comes_later_has_the_tag_of_its_table(lake: Any, policy: Any, columns: Any) -> None:
    lake.tag(SALES, level="secret")
    lake.tag(columns(*EVERY), level="public")
    lake.grant(lake.role("analyst"), policy(level=["public"]), "SELECT")
    glue = lake.client("centre", "admin", "glue")
    table = glue.get_table(DatabaseName="sales", Name="orders")["Table"]
    later = [*table["StorageDescriptor"]["Columns"], {"Name": "phone", "Type": "string"}]
    glue.update_table(
        DatabaseName="sales",
        TableInput={"Name": "orders", "PartitionKeys": table["PartitionKeys"], "StorageDescriptor": {"Columns": later}},
    )
    assert lake.seen("admin") == EVERY | {"phone"}
    assert lake.seen() == EVERY


def test_a_policy_on_databases_is_none_on_their_tables(lake: Any, refused: Any, policy: Any) -> None:
    lake.tag(SALES, level="public")
    lake.grant(lake.role("analyst"), policy("DATABASE", level=["public"]), "CREATE_TABLE")
    glue = lake.client("centre", "analyst", "glue")
    assert glue.get_database(Name="sales")
    refused("AccessDeniedException", lake.seen)
    glue.create_table(DatabaseName="sales", TableInput={"Name": "mine"})
    assert [one["Name"] for one in glue.get_tables(DatabaseName="sales")["TableList"]] == ["mine"]


def test_rights_by_tag_are_those_of_the_grant(lake: Any, refused: Any, policy: Any) -> None:
    lake.tag(SALES, level="public")
    lake.grant(lake.role("engineer"), policy(level=["public"]), "ALL")
    glue = lake.client("centre", "engineer", "glue")
    glue.update_table(DatabaseName="sales", TableInput={"Name": "returns"})
    lake.grant(lake.role("analyst"), policy(level=["public"]), "SELECT")
    change = lake.client("centre", "analyst", "glue").update_table
    refused("AccessDeniedException", change, DatabaseName="sales", TableInput={"Name": "returns"})


def test_a_deleted_tag_gives_nothing_any_more(lake: Any, refused: Any, policy: Any) -> None:
    lake.tag(SALES, level="public")
    lake.grant(lake.role("analyst"), policy(level=["public"]), "SELECT")
    assert lake.seen() == EVERY
    lake.delete_lf_tag(TagKey="level")
    refused("AccessDeniedException", lake.seen)


def test_administrators_describe_all_and_change_nothing_of_others(lake: Any, refused: Any) -> None:
    lake.settle(ReadOnlyAdmins=[{"DataLakePrincipalIdentifier": lake.role("auditor")}])
    assert lake.seen("auditor") == EVERY
    lake.put_data_lake_settings(
        DataLakeSettings={"DataLakeAdmins": [{"DataLakePrincipalIdentifier": lake.role("other")}]}
    )
    other = lake.client("centre", "other", "glue")
    assert lake.seen("other") == EVERY
    refused("AccessDeniedException", other.update_table, DatabaseName="sales", TableInput={"Name": "orders"})
    refused("AccessDeniedException", other.delete_database, Name="sales")
    other.create_database(DatabaseInput={"Name": "own"})
    other.delete_database(Name="own")


def test_who_makes_a_thing_may_do_all_with_it_and_give_it_to_others(lake: Any) -> None:
    lake.grant(lake.role("maker"), SALES, "CREATE_TABLE")
    maker = lake.client("centre", "maker", "glue")
    maker.create_table(DatabaseName="sales", TableInput={"Name": "mine"})
    mine = {"Table": {"DatabaseName": "sales", "Name": "mine"}}
    lake.grant(lake.role("analyst"), mine, "SELECT", by=lake.client("centre", "maker"))
    maker.delete_table(DatabaseName="sales", Name="mine")
    maker.create_table(DatabaseName="sales", TableInput={"Name": "mine"})
    assert lake.listed(Resource=mine)[0]["Principal"]["DataLakePrincipalIdentifier"] == lake.role("maker")
    assert not [
        one for one in lake.listed(Resource=mine) if "analyst" in one["Principal"]["DataLakePrincipalIdentifier"]
    ]


def test_what_is_open_to_everybody_is_open_whatever_else_is_granted(lake: Any, columns: Any) -> None:
    lake.grant("IAM_ALLOWED_PRINCIPALS", TABLE, "ALL")
    lake.grant(lake.role("analyst"), columns("id"), "SELECT")
    assert lake.seen() == EVERY


def test_the_group_of_all_roles_of_an_account(lake: Any, columns: Any) -> None:
    lake.grant("111111111111:IAMPrincipals", columns("id"), "SELECT")
    assert lake.seen("anybody") == {"id"}
