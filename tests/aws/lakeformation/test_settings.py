"""Data lake settings: replaced as a whole, by administrators, within their limits."""

from __future__ import annotations

from typing import Any

import pytest

ADMIN = {"DataLakePrincipalIdentifier": "arn:aws:iam::222222222222:role/admin"}


def test_a_new_account_is_open_and_has_no_administrators(lake: Any) -> None:
    found = lake.client("shop", "anyone").get_data_lake_settings()["DataLakeSettings"]
    assert found["DataLakeAdmins"] == []
    assert found["Parameters"] == {"CROSS_ACCOUNT_VERSION": "1", "SET_CONTEXT": "TRUE"}
    open_to_all = [{"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}]
    assert found["CreateTableDefaultPermissions"] == found["CreateDatabaseDefaultPermissions"] == open_to_all


def test_what_is_put_replaces_all(lake: Any) -> None:
    lake.settle("shop", version=4)
    lake.client("shop", "admin").put_data_lake_settings(DataLakeSettings={"DataLakeAdmins": [ADMIN]})
    found = lake.client("shop", "admin").get_data_lake_settings()["DataLakeSettings"]
    assert found["DataLakeAdmins"] == [ADMIN]
    assert found["Parameters"] == {"CROSS_ACCOUNT_VERSION": "1"}
    assert found["CreateTableDefaultPermissions"] == []


def test_who_does_not_administer_an_account_cannot_make_itself_its_administrator(lake: Any, refused: Any) -> None:
    me = {"DataLakeAdmins": [{"DataLakePrincipalIdentifier": lake.role("analyst")}]}
    refused("AccessDeniedException", lake.client("centre", "analyst").put_data_lake_settings, DataLakeSettings=me)
    other = lake.client("shop", "admin").put_data_lake_settings
    refused("AccessDeniedException", other, CatalogId="111111111111", DataLakeSettings=me)
    other = lake.client("shop", "admin").get_data_lake_settings
    refused("AccessDeniedException", other, CatalogId="111111111111")


@pytest.mark.parametrize(
    "settings",
    [
        {"Parameters": {"CROSS_ACCOUNT_VERSION": "6"}},
        {"Parameters": {"CROSS_ACCOUNT_VERSIONS": "3"}},
        {"DataLakeAdmins": [{"DataLakePrincipalIdentifier": "admin"}]},
        {"CreateTableDefaultPermissions": [{"Principal": ADMIN, "Permissions": ["ALL"]}]},
    ],
)
def test_settings_that_make_no_sense_are_refused(lake: Any, refused: Any, settings: Any) -> None:
    refused("InvalidInputException", lake.put_data_lake_settings, DataLakeSettings=settings)


def test_there_are_at_most_thirty_administrators(lake: Any, refused: Any) -> None:
    many = [{"DataLakePrincipalIdentifier": lake.role(f"a{number}")} for number in range(31)]
    refused("ValidationException", lake.put_data_lake_settings, DataLakeSettings={"DataLakeAdmins": many})


def test_new_things_are_as_open_as_the_settings_say_or_their_database(lake: Any, refused: Any) -> None:
    glue = lake.client("centre", "admin", "glue")
    assert lake.seen("admin")
    look = lake.client("centre", "stranger", "glue").get_table
    refused("AccessDeniedException", look, DatabaseName="sales", Name="orders")
    lake.put_data_lake_settings(
        DataLakeSettings={
            "DataLakeAdmins": [{"DataLakePrincipalIdentifier": lake.role("admin")}],
            "CreateTableDefaultPermissions": [
                {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}
            ],
        }
    )
    glue.create_database(DatabaseInput={"Name": "shut", "CreateTableDefaultPermissions": []})
    for base in ("sales", "shut"):
        storage = {"Columns": [{"Name": "id", "Type": "int"}]}
        glue.create_table(DatabaseName=base, TableInput={"Name": "late", "StorageDescriptor": storage})
    assert look(DatabaseName="sales", Name="late")
    refused("AccessDeniedException", look, DatabaseName="shut", Name="late")
