"""Resource links: stored in one account, resolved in another, by rights on both."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from mesh_etl.testing.accounts import Accounts

SALES = {"CatalogId": "111111111111", "DatabaseName": "sales"}
THERE = {"DatabaseName": "sales", "TableName": "orders"}


@pytest.fixture
def linked(accounts: Accounts, grant: Any, accept: Any) -> Accounts:
    """Marketing has a link `sales` to the database, its analyst DESCRIBE on it and SELECT on the table behind."""
    grant("SELECT", "DESCRIBE")
    accept()
    hardened = {"DataLakeAdmins": [{"DataLakePrincipalIdentifier": accounts.role("marketing")}]}
    lake = accounts.client("lakeformation", "marketing")
    lake.put_data_lake_settings(DataLakeSettings=hardened)
    accounts.client("glue", "marketing").create_database(DatabaseInput={"Name": "sales", "TargetDatabase": SALES})
    lake.grant_permissions(
        Principal={"DataLakePrincipalIdentifier": accounts.role("marketing", "analyst")},
        Resource={"Database": {"Name": "sales"}},
        Permissions=["DESCRIBE"],
    )
    return accounts


def analyst(accounts: Accounts) -> Any:
    return accounts.client("glue", "marketing", "analyst")


def denied(call: Any, **parameters: Any) -> None:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_a_link_to_a_database_leads_to_its_tables(linked: Accounts) -> None:
    glue = analyst(linked)
    found = glue.get_table(DatabaseName="sales", Name="orders")["Table"]
    assert (found["CatalogId"], found["DatabaseName"]) == ("111111111111", "sales")
    assert [one["Name"] for one in glue.get_tables(DatabaseName="sales")["TableList"]] == ["orders"]
    partitions = glue.get_partitions(**THERE, Expression="year > 2024")["Partitions"]
    assert [one["Values"] for one in partitions] == [["2025"]]
    assert glue.get_partition(**THERE, PartitionValues=["2024"])["Partition"]["CatalogId"] == "111111111111"
    assert len(glue.get_table_versions(**THERE)["TableVersions"]) == 1
    link = glue.get_database(Name="sales")["Database"]
    assert link["CatalogId"] == "333333333333"
    assert link["TargetDatabase"] == {**SALES, "Region": "eu-west-1"}


def test_the_link_and_the_target_both_need_a_right(linked: Accounts) -> None:
    lake = linked.client("lakeformation", "marketing")
    intern = linked.client("glue", "marketing", "intern")
    denied(intern.get_table, DatabaseName="sales", Name="orders")
    lake.grant_permissions(
        Principal={"DataLakePrincipalIdentifier": linked.role("marketing", "intern")},
        Resource={"Database": {"Name": "sales"}},
        Permissions=["DESCRIBE"],
    )
    denied(intern.get_table, DatabaseName="sales", Name="orders")
    assert intern.get_tables(DatabaseName="sales")["TableList"] == []
    lake.revoke_permissions(
        Principal={"DataLakePrincipalIdentifier": linked.role("marketing", "analyst")},
        Resource={"Database": {"Name": "sales"}},
        Permissions=["DESCRIBE"],
    )
    denied(analyst(linked).get_table, DatabaseName="sales", Name="orders")
    denied(analyst(linked).get_tables, DatabaseName="sales")
    assert analyst(linked).get_table(CatalogId="111111111111", DatabaseName="sales", Name="orders")


def test_deleting_a_link_leaves_its_target(linked: Accounts) -> None:
    linked.client("glue", "marketing").delete_database(Name="sales")
    assert linked.client("glue", "marketing").get_databases()["DatabaseList"] == []
    assert linked.client("glue", "centre").get_table(DatabaseName="sales", Name="orders")


def test_a_write_through_a_link_reaches_the_target(linked: Accounts, grant: Any) -> None:
    denied(analyst(linked).create_partition, **THERE, PartitionInput={"Values": ["2026"]})
    grant("ALTER")
    analyst(linked).create_partition(**THERE, PartitionInput={"Values": ["2026"]})
    kept = linked.client("glue", "centre").get_partitions(**THERE)["Partitions"]
    assert [one["Values"] for one in kept] == [["2024"], ["2025"], ["2026"]]


def test_a_link_to_what_is_gone_reads_as_a_link_to_nothing(linked: Accounts) -> None:
    linked.client("glue", "centre").delete_database(Name="sales")
    admin = linked.client("glue", "marketing")
    link = admin.get_database(Name="sales")["Database"]
    assert link["TargetDatabase"]["DatabaseName"] == "sales"
    with pytest.raises(admin.exceptions.EntityNotFoundException):
        admin.get_table(DatabaseName="sales", Name="orders")


def test_a_link_to_a_table_shows_the_target_under_its_own_name(linked: Accounts, grant: Any) -> None:
    glue = linked.client("glue", "marketing", "maker")
    linked.client("lakeformation", "marketing").grant_permissions(
        Principal={"DataLakePrincipalIdentifier": linked.role("marketing", "maker")},
        Resource={"Catalog": {}},
        Permissions=["CREATE_DATABASE"],
    )
    glue.create_database(DatabaseInput={"Name": "own"})
    target = {**SALES, "Name": "orders"}
    glue.create_table(DatabaseName="own", TableInput={"Name": "bought", "TargetTable": target})
    denied(glue.get_table, DatabaseName="own", Name="bought")
    (link,) = glue.get_tables(DatabaseName="own")["TableList"]
    assert "StorageDescriptor" not in link
    denied(glue.get_partitions, DatabaseName="own", TableName="bought")
    grant("SELECT", "DESCRIBE", to=linked.role("marketing", "maker"))
    link = glue.get_table(DatabaseName="own", Name="bought")["Table"]
    assert (link["Name"], link["DatabaseName"], link["CatalogId"]) == ("bought", "own", "333333333333")
    assert link["TargetTable"] == {**target, "Region": "eu-west-1"}
    assert [column["Name"] for column in link["StorageDescriptor"]["Columns"]] == ["id", "email"]
    assert glue.get_tables(DatabaseName="own")["TableList"] == [link]
    glue.create_table(DatabaseName="own", TableInput={"Name": "also", "TargetTable": target})
    pages = glue.get_paginator("get_tables").paginate(DatabaseName="own", PaginationConfig={"PageSize": 1})
    assert [[one["Name"] for one in page["TableList"]] for page in pages] == [["also"], ["bought"]]
    assert len(glue.get_partitions(DatabaseName="own", TableName="bought")["Partitions"]) == 2
    denied(glue.update_table, DatabaseName="own", TableInput={"Name": "bought"})
    grant("ALTER", to=linked.role("marketing", "maker"))
    with pytest.raises(glue.exceptions.InvalidInputException, match="another table"):
        glue.update_table(DatabaseName="own", TableInput={"Name": "bought", "TargetTable": target})
    glue.delete_table(DatabaseName="own", Name="bought")
    assert linked.client("glue", "centre").get_table(DatabaseName="sales", Name="orders")


def test_links_do_not_lead_to_links(linked: Accounts) -> None:
    glue = linked.client("glue", "marketing")
    here = {"CatalogId": "333333333333", "DatabaseName": "sales"}
    with pytest.raises(glue.exceptions.InvalidInputException, match="to a resource link"):
        glue.create_database(DatabaseInput={"Name": "again", "TargetDatabase": here})
    with pytest.raises(ClientError, match=r"AccessDenied|through a database resource link"):
        glue.create_table(
            DatabaseName="sales", TableInput={"Name": "again", "TargetTable": {**SALES, "Name": "orders"}}
        )
    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_database(DatabaseInput={"Name": "sales", "TargetDatabase": SALES})
    with pytest.raises(glue.exceptions.InvalidInputException, match="another database"):
        glue.update_database(Name="sales", DatabaseInput={"Name": "sales", "TargetDatabase": SALES})


def test_a_link_may_lead_to_another_region(accounts: Accounts) -> None:
    frankfurt = accounts.client("glue", "shop", region="eu-central-1")
    frankfurt.create_database(DatabaseInput={"Name": "far"})
    frankfurt.create_table(DatabaseName="far", TableInput={"Name": "t", "Description": "there"})
    glue = accounts.client("glue", "shop")
    target = {"CatalogId": "222222222222", "DatabaseName": "far", "Region": "eu-central-1"}
    glue.create_database(DatabaseInput={"Name": "far", "TargetDatabase": target})
    assert glue.get_table(DatabaseName="far", Name="t")["Table"]["Description"] == "there"


def test_a_link_that_becomes_one_to_a_link_leads_nowhere(accounts: Accounts) -> None:
    glue = accounts.client("glue", "shop")

    def link(name: str, to: str) -> None:
        target = {"CatalogId": "222222222222", "DatabaseName": to}
        glue.create_database(DatabaseInput={"Name": name, "TargetDatabase": target})

    def table_link(name: str, to: str) -> None:
        target = {"CatalogId": "222222222222", "DatabaseName": "own", "Name": to}
        glue.create_table(DatabaseName="own", TableInput={"Name": name, "TargetTable": target})

    link("a", "b")
    link("b", "a2")  # b was not there when a was made
    with pytest.raises(glue.exceptions.InvalidInputException, match="to a resource link"):
        glue.get_tables(DatabaseName="a")
    assert len(glue.get_databases()["DatabaseList"]) == 2
    glue.create_database(DatabaseInput={"Name": "own"})
    table_link("a", "b")
    table_link("b", "c")
    with pytest.raises(glue.exceptions.InvalidInputException, match="to a resource link"):
        glue.get_table(DatabaseName="own", Name="a")
    assert [one["Name"] for one in glue.get_tables(DatabaseName="own")["TableList"]] == ["a", "b"]
