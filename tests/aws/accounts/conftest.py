"""Three accounts: the centre owns the catalogue, the shop produces, marketing reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.testing import aws
from mesh_etl.testing.accounts import Accounts

IDS = {"centre": "111111111111", "shop": "222222222222", "marketing": "333333333333"}
COLUMNS = [{"Name": "id", "Type": "bigint"}, {"Name": "email", "Type": "string"}]
ORDERS: dict[str, Any] = {
    "Name": "orders",
    "TableType": "EXTERNAL_TABLE",
    "PartitionKeys": [{"Name": "year", "Type": "int"}],
    "StorageDescriptor": {"Columns": COLUMNS, "Location": "s3://shop/orders/"},
    "Parameters": {"classification": "parquet", "spark.sql.sources.schema.part.0": "email"},
}


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    """The accounts; the centre shares by version 3, and what is made there is open to nobody."""
    with aws(IDS, home=tmp_path) as world:
        world.client("lakeformation", "centre").put_data_lake_settings(
            DataLakeSettings={
                "DataLakeAdmins": [{"DataLakePrincipalIdentifier": world.role("centre")}],
                "CreateDatabaseDefaultPermissions": [],
                "CreateTableDefaultPermissions": [],
                "Parameters": {"CROSS_ACCOUNT_VERSION": "3"},
            }
        )
        glue = world.client("glue", "centre")
        glue.create_database(DatabaseInput={"Name": "sales"})
        glue.create_table(DatabaseName="sales", TableInput=ORDERS)
        glue.batch_create_partition(
            DatabaseName="sales",
            TableName="orders",
            PartitionInputList=[
                {"Values": [str(year)], "StorageDescriptor": {"Columns": COLUMNS, "Location": f"s3://shop/{year}/"}}
                for year in (2024, 2025)
            ],
        )
        yield world


@pytest.fixture
def grant(accounts: Accounts) -> Any:
    """A function by which the centre gives a role, by default of marketing, rights on sales.orders or a part of it."""

    def granted(*rights: str, to: str = "", **resource: Any) -> None:
        table = {"DatabaseName": "sales", "Name": "orders"}
        accounts.client("lakeformation", "centre").grant_permissions(
            Principal={"DataLakePrincipalIdentifier": to or accounts.role("marketing", "analyst")},
            Resource=resource or {"Table": table},
            Permissions=list(rights),
        )

    return granted


@pytest.fixture
def accept(accounts: Accounts) -> Any:
    """A function by which an account accepts all invitations that it has."""

    def accepted(account: str = "marketing") -> int:
        ram = accounts.client("ram", account)
        found = ram.get_resource_share_invitations()["resourceShareInvitations"]
        for one in found:
            if one["status"] == "PENDING":
                ram.accept_resource_share_invitation(resourceShareInvitationArn=one["resourceShareInvitationArn"])
        return len(found)

    return accepted
