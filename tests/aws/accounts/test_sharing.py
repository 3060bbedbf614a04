"""A catalogue seen from other accounts: nothing without rights and an accepted share, and no more than both give."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from mesh_etl.testing.accounts import Accounts

CENTRE = {"CatalogId": "111111111111"}
ORDERS = {**CENTRE, "DatabaseName": "sales", "Name": "orders"}
SHOP = "arn:aws:s3:::shop"
PARTITIONS = {**CENTRE, "DatabaseName": "sales", "TableName": "orders"}


def analyst(accounts: Accounts) -> Any:
    return accounts.client("glue", "marketing", "analyst")


def denied(call: Any, **parameters: Any) -> None:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_without_a_share_nothing_is_told(accounts: Accounts) -> None:
    glue = analyst(accounts)
    denied(glue.get_table, **ORDERS)
    denied(glue.get_table, **{**ORDERS, "Name": "not_there"})
    denied(glue.get_tables, **CENTRE, DatabaseName="not_there")
    denied(glue.get_database, **CENTRE, Name="sales")
    denied(glue.create_database, **CENTRE, DatabaseInput={"Name": "mine"})
    denied(glue.delete_table, **ORDERS)
    denied(glue.update_table, **CENTRE, DatabaseName="sales", TableInput={"Name": "orders"})
    assert glue.get_databases(**CENTRE)["DatabaseList"] == []
    assert glue.get_databases(ResourceShareType="ALL")["DatabaseList"] == []


def test_a_grant_counts_once_its_share_is_accepted(accounts: Accounts, grant: Any, accept: Any) -> None:
    grant("SELECT", "DESCRIBE")
    denied(analyst(accounts).get_table, **ORDERS)
    assert accept() == 1
    found = analyst(accounts).get_table(**ORDERS)["Table"]
    assert (found["CatalogId"], found["DatabaseName"], found["Name"]) == ("111111111111", "sales", "orders")
    assert len(analyst(accounts).get_partitions(**PARTITIONS)["Partitions"]) == 2
    stranger = accounts.client("glue", "marketing", "intern")
    denied(stranger.get_table, **ORDERS)
    denied(accounts.client("glue", "shop", "analyst").get_table, **ORDERS)


def test_who_may_read_may_not_write(accounts: Accounts, grant: Any, accept: Any) -> None:
    grant("SELECT", "DESCRIBE")
    accept()
    glue = analyst(accounts)
    partition = {"Values": ["2026"]}
    denied(glue.update_table, **CENTRE, DatabaseName="sales", TableInput={"Name": "orders"})
    denied(glue.delete_table, **ORDERS)
    denied(glue.create_partition, **PARTITIONS, PartitionInput=partition)
    denied(glue.batch_create_partition, **PARTITIONS, PartitionInputList=[partition])
    denied(glue.update_partition, **PARTITIONS, PartitionValueList=["2024"], PartitionInput={})
    denied(glue.delete_partition, **PARTITIONS, PartitionValues=["2024"])
    denied(glue.create_partition_index, **PARTITIONS, PartitionIndex={"IndexName": "i", "Keys": ["year"]})
    denied(glue.create_table, **CENTRE, DatabaseName="sales", TableInput={"Name": "mine"})
    denied(glue.update_database, **CENTRE, Name="sales", DatabaseInput={"Name": "sales"})
    denied(glue.delete_database, **CENTRE, Name="sales")


def test_each_write_needs_its_right(accounts: Accounts, grant: Any, accept: Any) -> None:
    engineer = accounts.role("shop", "engineer")
    grant("INSERT", to=engineer)
    accept("shop")
    glue = accounts.client("glue", "shop", "engineer")
    glue.create_partition(**PARTITIONS, PartitionInput={"Values": ["2026"]})
    denied(glue.delete_partition, **PARTITIONS, PartitionValues=["2026"])
    grant("DELETE", to=engineer)
    glue.delete_partition(**PARTITIONS, PartitionValues=["2026"])
    denied(glue.update_partition, **PARTITIONS, PartitionValueList=["2024"], PartitionInput={})
    grant("ALTER", to=engineer)
    glue.update_partition(**PARTITIONS, PartitionValueList=["2024"], PartitionInput={})
    before = glue.get_table(**ORDERS)["Table"]
    changed = {"Name": "orders", "PartitionKeys": before["PartitionKeys"], "Description": "changed"}
    glue.update_table(**CENTRE, DatabaseName="sales", TableInput=changed, VersionId=before["VersionId"])
    with pytest.raises(glue.exceptions.ConcurrentModificationException):
        glue.update_table(**CENTRE, DatabaseName="sales", TableInput=changed, VersionId=before["VersionId"])
    denied(glue.delete_table, **ORDERS)
    assert accounts.client("glue", "centre").get_table(DatabaseName="sales", Name="orders")["Table"]["VersionId"] == "1"


def test_some_columns_are_all_that_there_is(accounts: Accounts, grant: Any, accept: Any) -> None:
    grant("SELECT", TableWithColumns={"DatabaseName": "sales", "Name": "orders", "ColumnNames": ["id"]})
    accept()
    glue = analyst(accounts)
    (listed,) = glue.get_tables(**CENTRE, DatabaseName="sales")["TableList"]
    (partition, _) = glue.get_partitions(**PARTITIONS)["Partitions"]
    (version,) = glue.get_table_versions(**PARTITIONS)["TableVersions"]
    for found in (glue.get_table(**ORDERS)["Table"], listed, partition, version["Table"]):
        assert [column["Name"] for column in found["StorageDescriptor"]["Columns"]] == ["id"]
        assert "email" not in str(found)


def test_a_list_has_what_the_caller_sees(accounts: Accounts, grant: Any, accept: Any) -> None:
    own = accounts.client("glue", "centre")
    for number in range(5):
        own.create_table(DatabaseName="sales", TableInput={"Name": f"more{number}"})
    grant("SELECT", "DESCRIBE")
    grant("DESCRIBE", Table={"DatabaseName": "sales", "Name": "more3"})
    accept()
    glue = analyst(accounts)
    pages = glue.get_paginator("get_tables").paginate(**CENTRE, DatabaseName="sales", PaginationConfig={"PageSize": 1})
    assert [[table["Name"] for table in page["TableList"]] for page in pages] == [["more3"], ["orders"]]
    names = [(one["CatalogId"], one["Name"]) for one in glue.get_databases(ResourceShareType="ALL")["DatabaseList"]]
    assert names == [("111111111111", "sales")]
    assert glue.get_databases()["DatabaseList"] == []
    assert [one["Name"] for one in glue.get_databases(ResourceShareType="FOREIGN")["DatabaseList"]] == ["sales"]


def test_an_account_alone_decides_who_sees_its_own(accounts: Accounts) -> None:
    stranger = accounts.client("glue", "centre", "intern")
    denied(stranger.get_table, DatabaseName="sales", Name="orders")
    assert stranger.get_databases()["DatabaseList"] == []
    with pytest.raises(stranger.exceptions.EntityNotFoundException):
        stranger.get_table(DatabaseName="sales", Name="not_there")
    open_account = accounts.client("glue", "shop", "anybody")
    open_account.create_database(DatabaseInput={"Name": "own"})
    assert (
        accounts.client("glue", "shop", "another").get_database(Name="own")["Database"]["CatalogId"] == "222222222222"
    )


def test_a_namesake_begins_anew(accounts: Accounts, grant: Any, accept: Any) -> None:
    grant("SELECT", "DESCRIBE")
    accept()
    own = accounts.client("glue", "centre")
    own.delete_table(DatabaseName="sales", Name="orders")
    own.create_table(DatabaseName="sales", TableInput={"Name": "orders"})
    denied(analyst(accounts).get_table, **ORDERS)


def test_who_may_create_tables_elsewhere_makes_them_for_the_owner(accounts: Accounts, grant: Any, accept: Any) -> None:
    engineer = accounts.role("shop", "engineer")
    grant("CREATE_TABLE", "DESCRIBE", to=engineer, Database={"Name": "sales"})
    accept("shop")
    glue = accounts.client("glue", "shop", "engineer")
    denied(glue.get_table, **ORDERS)
    made = {"Name": "made", "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "int"}]}}
    glue.create_table(**CENTRE, DatabaseName="sales", TableInput=made)
    glue.update_table(**CENTRE, DatabaseName="sales", TableInput={**made, "Description": "again"})
    denied(accounts.client("glue", "shop", "steward").get_table, **{**ORDERS, "Name": "made"})
    denied(analyst(accounts).get_table, **{**ORDERS, "Name": "made"})
    assert accounts.client("glue", "centre").get_table(DatabaseName="sales", Name="made")["Table"]["CatalogId"] == (
        "111111111111"
    )


def test_a_registered_place_is_for_those_who_have_it(accounts: Accounts, grant: Any) -> None:
    lake, glue = accounts.client("lakeformation", "centre"), accounts.client("glue", "centre", "engineer")
    lake.register_resource(ResourceArn="arn:aws:s3:::shop", RoleArn=accounts.role("centre", "lake"))
    engineer = accounts.role("centre", "engineer")
    grant("CREATE_TABLE", to=engineer, Database={"Name": "sales"})
    grant("ALTER", to=engineer)
    place = {"StorageDescriptor": {"Columns": [], "Location": "s3://shop/made/"}}
    denied(glue.create_table, DatabaseName="sales", TableInput={"Name": "made", **place})
    there = {"DatabaseName": "sales", "TableName": "orders"}
    far = {"Values": ["2026"], "StorageDescriptor": {"Location": "s3://shop/far/"}}
    denied(glue.create_partition, **there, PartitionInput=far)
    near = {"Values": ["2027"], "StorageDescriptor": {"Location": "s3://shop/orders/2027"}}
    (refused,) = glue.batch_create_partition(**there, PartitionInputList=[far, near])["Errors"]
    assert refused["ErrorDetail"]["ErrorCode"] == "AccessDeniedException"
    grant("DATA_LOCATION_ACCESS", to=engineer, DataLocation={"ResourceArn": "arn:aws:s3:::shop"})
    glue.create_table(DatabaseName="sales", TableInput={"Name": "made", **place})
    glue.create_partition(**there, PartitionInput=far)
    assert glue.get_table(DatabaseName="sales", Name="made")["Table"]["IsRegisteredWithLakeFormation"]
    glue.create_table(DatabaseName="sales", TableInput={"Name": "elsewhere"})
    assert not glue.get_table(DatabaseName="sales", Name="elsewhere")["Table"]["IsRegisteredWithLakeFormation"]


def test_a_place_of_another_account_comes_through_the_own_one(accounts: Accounts, grant: Any, accept: Any) -> None:
    accounts.client("lakeformation", "centre").register_resource(
        ResourceArn=SHOP, RoleArn=accounts.role("centre", "lake")
    )
    engineer = accounts.role("shop", "engineer")
    grant("CREATE_TABLE", "DESCRIBE", to=engineer, Database={"Name": "sales"})
    accept("shop")
    glue, place = accounts.client("glue", "shop", "engineer"), {"CatalogId": "111111111111", "ResourceArn": SHOP}
    made = {"Name": "made", "StorageDescriptor": {"Columns": [], "Location": "s3://shop/made/"}}
    denied(glue.create_table, **CENTRE, DatabaseName="sales", TableInput=made)
    handed = {"Resource": {"DataLocation": place}, "Permissions": ["DATA_LOCATION_ACCESS"]}
    to_engineer = {"Principal": {"DataLakePrincipalIdentifier": engineer}, **handed}
    own = accounts.client("lakeformation", "shop")
    admin = {"DataLakeAdmins": [{"DataLakePrincipalIdentifier": accounts.role("shop")}]}
    own.put_data_lake_settings(DataLakeSettings={**admin, "Parameters": {"CROSS_ACCOUNT_VERSION": "3"}})
    denied(own.grant_permissions, **to_engineer)
    centre = accounts.client("lakeformation", "centre")
    to_account = {"Principal": {"DataLakePrincipalIdentifier": "222222222222"}, **handed}
    centre.grant_permissions(**to_account, PermissionsWithGrantOption=["DATA_LOCATION_ACCESS"])
    denied(glue.create_table, **CENTRE, DatabaseName="sales", TableInput=made)
    own.grant_permissions(**to_engineer)
    glue.create_table(**CENTRE, DatabaseName="sales", TableInput=made)
    centre.revoke_permissions(**to_account)
    denied(glue.create_table, **CENTRE, DatabaseName="sales", TableInput={**made, "Name": "later"})
