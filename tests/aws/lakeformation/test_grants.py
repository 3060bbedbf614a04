"""Grants: which fit which thing, who may make them, and what is left of them when they are revoked."""

from __future__ import annotations

from typing import Any

import pytest

EVERYBODY = "IAM_ALLOWED_PRINCIPALS"
SALES = {"Database": {"Name": "sales"}}
TABLE = {"Table": {"DatabaseName": "sales", "Name": "orders"}}
ALL_TABLES = {"Table": {"DatabaseName": "sales", "TableWildcard": {}}}
SOME = {"TableWithColumns": {"DatabaseName": "sales", "Name": "orders", "ColumnNames": ["id"]}}
TAG = {"LFTag": {"TagKey": "level", "TagValues": ["public"]}}
BY_TAG = {"LFTagPolicy": {"ResourceType": "TABLE", "Expression": [{"TagKey": "level", "TagValues": ["public"]}]}}


@pytest.mark.parametrize(
    ("resource", "right"),
    [
        (SALES, "SELECT"),
        (SALES, "CREATE_DATABASE"),
        (TABLE, "CREATE_TABLE"),
        (TABLE, "DATA_LOCATION_ACCESS"),
        (ALL_TABLES, "ASSOCIATE"),
        (SOME, "INSERT"),
        (TAG, "SELECT"),
        (BY_TAG, "CREATE_TABLE"),
        ({"Catalog": {}}, "DESCRIBE"),
    ],
)
def test_a_permission_must_fit_the_thing(lake: Any, refused: Any, resource: Any, right: str) -> None:
    why = refused("InvalidInputException", lake.grant, lake.role("analyst"), resource, right)
    assert "Permissions modification is invalid" in why


@pytest.mark.parametrize(
    "resource",
    [
        {"Database": {"Name": "nowhere"}},
        {"Table": {"DatabaseName": "sales", "Name": "nothing"}},
        {"TableWithColumns": {"DatabaseName": "sales", "Name": "orders", "ColumnNames": ["nothing"]}},
        {"LFTag": {"TagKey": "level", "TagValues": ["unknown"]}},
        {"LFTagPolicy": {"ResourceType": "TABLE", "Expression": [{"TagKey": "unknown", "TagValues": ["public"]}]}},
        {"DataCellsFilter": {"DatabaseName": "sales", "TableName": "orders", "Name": "nothing"}},
        {"LFTagExpression": {"Name": "nothing"}},
    ],
)
def test_the_thing_must_be_there(lake: Any, refused: Any, resource: Any) -> None:
    refused("EntityNotFoundException", lake.grant, lake.role("analyst"), resource, "DESCRIBE")


@pytest.mark.parametrize("principal", ["analyst", "arn:aws:s3:::bucket", "12345", "arn:aws:iam::1:role/x"])
def test_a_principal_must_be_one(lake: Any, refused: Any, principal: str) -> None:
    refused("InvalidInputException", lake.grant, principal, TABLE, "SELECT")


def test_links_and_views_know_fewer_permissions(lake: Any, refused: Any) -> None:
    glue = lake.client("centre", "admin", "glue")
    glue.create_table(DatabaseName="sales", TableInput={"Name": "v", "TableType": "VIRTUAL_VIEW"})
    target = {"CatalogId": "111111111111", "DatabaseName": "sales"}
    glue.create_database(DatabaseInput={"Name": "link", "TargetDatabase": target})
    view = {"Table": {"DatabaseName": "sales", "Name": "v"}}
    refused("InvalidInputException", lake.grant, lake.role("analyst"), view, "INSERT")
    lake.grant(lake.role("analyst"), view, "SELECT", "DESCRIBE")
    refused("InvalidInputException", lake.grant, lake.role("analyst"), {"Database": {"Name": "link"}}, "ALTER")
    lake.grant(lake.role("analyst"), {"Database": {"Name": "link"}}, "DESCRIBE")


def test_the_grant_option_is_for_a_part_of_what_is_granted(lake: Any, refused: Any, columns: Any) -> None:
    refused("InvalidInputException", lake.grant, lake.role("analyst"), TABLE, "SELECT", option=("SELECT", "ALTER"))
    but = columns(but=("email",))
    refused("InvalidInputException", lake.grant, lake.role("analyst"), but, "SELECT", option=("SELECT",))
    lake.grant(lake.role("analyst"), but, "SELECT")
    lake.grant(lake.role("analyst"), columns("id"), "SELECT", option=("SELECT",))


def test_grants_add_up_and_revoking_takes_what_is_named(lake: Any) -> None:
    analyst = lake.role("analyst")
    lake.grant(analyst, TABLE, "SELECT", "INSERT", option=("INSERT",))
    lake.grant(analyst, TABLE, "ALTER")
    lake.revoke(analyst, TABLE, "INSERT")
    (found,) = [one for one in lake.listed() if "Table" in one["Resource"]]
    assert (found["Permissions"], found["PermissionsWithGrantOption"]) == (["ALTER"], [])
    lake.revoke(analyst, TABLE, "SELECT", "ALTER")
    assert lake.listed(ResourceType="TABLE") == []


def test_the_grant_option_alone_is_revoked(lake: Any) -> None:
    lake.grant(lake.role("analyst"), SALES, "DESCRIBE", option=("DESCRIBE",))
    lake.revoke(lake.role("analyst"), SALES, option=("DESCRIBE",))
    (found,) = lake.listed(ResourceType="DATABASE")
    assert (found["Permissions"], found["PermissionsWithGrantOption"]) == (["DESCRIBE"], [])


def test_what_was_never_granted_cannot_be_revoked(lake: Any, refused: Any) -> None:
    analyst = lake.role("analyst")
    why = refused("InvalidInputException", lake.revoke, analyst, TABLE, "SELECT")
    assert why == "No permissions revoked. Grantee has no permissions and no grantable permissions on resource."
    why = refused("InvalidInputException", lake.revoke, analyst, TAG, "ASSOCIATE")
    assert "Revoking Tag permissions on Tags" in why
    lake.grant(analyst, TABLE, "SELECT")
    refused("InvalidInputException", lake.revoke, analyst, TABLE, "SELECT", "INSERT")
    refused("InvalidInputException", lake.revoke, analyst, TABLE, "SELECT", option=("SELECT",))
    assert len(lake.listed(ResourceType="TABLE")) == 1


def test_a_grantor_cannot_give_what_it_lacks(lake: Any, refused: Any, columns: Any) -> None:
    steward = lake.client("centre", "steward")
    lake.grant(lake.role("steward"), TABLE, "SELECT", "DESCRIBE", option=("DESCRIBE",))
    refused("AccessDeniedException", lake.grant, lake.role("analyst"), TABLE, "SELECT", by=steward)
    lake.grant(lake.role("analyst"), TABLE, "DESCRIBE", by=steward)
    lake.grant(lake.role("steward"), columns("id", "region"), "SELECT", option=("SELECT",))
    lake.grant(lake.role("analyst"), columns("id"), "SELECT", by=steward)
    refused("AccessDeniedException", lake.grant, lake.role("analyst"), columns("id", "email"), "SELECT", by=steward)
    refused("AccessDeniedException", lake.revoke, lake.role("analyst"), columns("email"), "SELECT", by=steward)
    refused("AccessDeniedException", lake.grant, lake.role("analyst"), ALL_TABLES, "DESCRIBE", by=steward)


def test_rights_by_tag_are_given_by_who_may_grant_by_that_tag(lake: Any, refused: Any) -> None:
    steward = lake.client("centre", "steward")
    lake.grant(lake.role("steward"), TAG, "ASSOCIATE", "DESCRIBE", option=("DESCRIBE",))
    refused("AccessDeniedException", lake.grant, lake.role("analyst"), BY_TAG, "SELECT", by=steward)
    lake.grant(lake.role("steward"), TAG, "GRANT_WITH_LF_TAG_EXPRESSION")
    lake.grant(lake.role("analyst"), BY_TAG, "SELECT", by=steward)
    lake.grant(lake.role("analyst"), TAG, "DESCRIBE", by=steward)
    refused("AccessDeniedException", lake.grant, lake.role("analyst"), TAG, "ASSOCIATE", by=steward)


def test_administrators_give_to_themselves_what_they_do_not_have(lake: Any, refused: Any) -> None:
    lake.grant(lake.role("maker"), SALES, "CREATE_TABLE")
    maker, admin = lake.client("centre", "maker", "glue"), lake.client("centre", "admin", "glue")
    maker.create_table(DatabaseName="sales", TableInput={"Name": "mine"})
    refused("AccessDeniedException", admin.delete_table, DatabaseName="sales", Name="mine")
    lake.grant(lake.role("admin"), {"Table": {"DatabaseName": "sales", "Name": "mine"}}, "DROP")
    admin.delete_table(DatabaseName="sales", Name="mine")


def test_everybody_is_given_all_or_nothing(lake: Any, refused: Any) -> None:
    refused("InvalidInputException", lake.grant, EVERYBODY, TABLE, "SELECT")
    refused("InvalidInputException", lake.grant, EVERYBODY, TABLE, "ALL", option=("ALL",))
    lake.grant(EVERYBODY, TABLE, "ALL")
    assert lake.seen("stranger") == {"id", "email", "region", "paid", "lines"}
    lake.revoke(EVERYBODY, TABLE, "ALL")
    refused("AccessDeniedException", lake.seen, "stranger")


def test_everybody_may_create_databases_in_a_new_account_until_that_is_revoked(lake: Any, refused: Any) -> None:
    glue = lake.client("centre", "stranger", "glue")
    glue.create_database(DatabaseInput={"Name": "mine"})
    initial = [one for one in lake.listed() if "Catalog" in one["Resource"]]
    assert [(one["Principal"]["DataLakePrincipalIdentifier"], one["Permissions"]) for one in initial] == [
        (EVERYBODY, ["CREATE_DATABASE"])
    ]
    lake.revoke(EVERYBODY, {"Catalog": {}}, "CREATE_DATABASE")
    refused("AccessDeniedException", glue.create_database, DatabaseInput={"Name": "other"})
    refused("InvalidInputException", lake.revoke, EVERYBODY, {"Catalog": {}}, "CREATE_DATABASE")
    lake.grant(EVERYBODY, {"Catalog": {}}, "CREATE_DATABASE")
    glue.create_database(DatabaseInput={"Name": "other"})


def test_a_principal_has_at_most_a_hundred_filters_of_a_table(lake: Any, refused: Any) -> None:
    place = {"DatabaseName": "sales", "TableName": "orders"}
    entries = []
    for number in range(101):
        rows, columns = {"AllRowsWildcard": {}}, ["id"]
        data = {
            "TableCatalogId": "111111111111",
            **place,
            "Name": f"f{number}",
            "RowFilter": rows,
            "ColumnNames": columns,
        }
        lake.create_data_cells_filter(TableData=data)
        resource = {"DataCellsFilter": {"TableCatalogId": "111111111111", **place, "Name": f"f{number}"}}
        principal = {"DataLakePrincipalIdentifier": lake.role("analyst")}
        entry = {"Id": str(number), "Principal": principal, "Resource": resource, "Permissions": ["SELECT"]}
        entries.append(entry)
    for start in range(0, 100, 20):
        assert lake.batch_grant_permissions(Entries=entries[start : start + 20])["Failures"] == []
    refused(
        "ResourceNumberLimitExceededException", lake.grant, lake.role("analyst"), entries[100]["Resource"], "SELECT"
    )
