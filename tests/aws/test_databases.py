"""Databases of the embedded catalogue behave as Glue's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_a_name_is_folded_to_lower_case(glue: Any) -> None:
    glue.create_database(DatabaseInput={"Name": "Sales", "Description": "what was sold"})
    found = glue.get_database(Name="SALES")["Database"]
    assert (found["Name"], found["Description"], found["CatalogId"]) == ("sales", "what was sold", "000000000000")
    assert isinstance(found["CreateTime"], datetime)


def test_a_second_one_of_the_name_is_refused(glue: Any) -> None:
    glue.create_database(DatabaseInput={"Name": "sales"})
    with pytest.raises(glue.exceptions.AlreadyExistsException) as caught:
        glue.create_database(DatabaseInput={"Name": "SALES"})
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert caught.value.response["Error"]["Code"] == "AlreadyExistsException"


@pytest.mark.parametrize("call", ["get_database", "delete_database"])
def test_a_missing_one_is_not_found(glue: Any, call: str) -> None:
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        getattr(glue, call)(Name="nowhere")


def test_update_replaces_what_was_given_before(glue: Any) -> None:
    glue.create_database(DatabaseInput={"Name": "sales", "Description": "old", "Parameters": {"a": "1"}})
    glue.update_database(Name="sales", DatabaseInput={"Name": "sales", "Description": "new"})
    found = glue.get_database(Name="sales")["Database"]
    assert found["Description"] == "new"
    assert "Parameters" not in found


def test_pages_hold_at_most_what_is_asked(glue: Any) -> None:
    for number in range(7):
        glue.create_database(DatabaseInput={"Name": f"d{number}"})
    pages = list(glue.get_paginator("get_databases").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["DatabaseList"]) for page in pages] == [3, 3, 1]
    assert [d["Name"] for page in pages for d in page["DatabaseList"]] == [f"d{n}" for n in range(7)]


def test_deleting_takes_its_tables_and_partitions_along(table: Any) -> None:
    place = {"DatabaseName": "sales", "TableName": "orders"}
    table.create_partition(**place, PartitionInput={"Values": ["2024", "1"]})
    table.delete_database(Name="sales")
    table.create_database(DatabaseInput={"Name": "sales"})
    assert table.get_tables(DatabaseName="sales")["TableList"] == []
    with pytest.raises(table.exceptions.EntityNotFoundException):
        table.get_partitions(**place)


def test_the_catalogue_of_another_account_is_closed(glue: Any) -> None:
    glue.create_database(CatalogId="000000000000", DatabaseInput={"Name": "sales"})
    with pytest.raises(ClientError, match="AccessDeniedException"):
        glue.get_database(CatalogId="111111111111", Name="sales")
