"""Tables of the embedded catalogue behave as Glue's: versions, compare and set, and what they refuse."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

SIMPLE = {"Name": "t", "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "int"}]}, "PartitionKeys": []}


@pytest.fixture
def sales(glue: Any) -> Any:
    glue.create_database(DatabaseInput={"Name": "sales"})
    return glue


def with_columns(*columns: tuple[str, str], keys: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    return {
        "Name": "t",
        "StorageDescriptor": {"Columns": [{"Name": name, "Type": kind} for name, kind in columns]},
        "PartitionKeys": [{"Name": name, "Type": kind} for name, kind in keys],
    }


def test_a_table_is_shown_as_it_was_given(sales: Any) -> None:
    sales.create_table(DatabaseName="SALES", TableInput={**SIMPLE, "Name": "Orders", "Parameters": {"Kept": "As Is"}})
    found = sales.get_table(DatabaseName="sales", Name="ORDERS")["Table"]
    assert found["Name"] == "orders"
    assert found["DatabaseName"] == "sales"
    assert found["Parameters"] == {"Kept": "As Is"}
    assert found["StorageDescriptor"]["Columns"] == [{"Name": "a", "Type": "int"}]
    assert found["VersionId"] == "0"
    assert isinstance(found["CreateTime"], datetime)
    assert isinstance(found["UpdateTime"], datetime)


def test_times_that_are_given_come_back_as_times(sales: Any) -> None:
    moment = datetime.fromisoformat("2024-05-06T07:08:09+00:00")
    sales.create_table(DatabaseName="sales", TableInput={**SIMPLE, "LastAccessTime": moment})
    assert sales.get_table(DatabaseName="sales", Name="t")["Table"]["LastAccessTime"] == moment


def test_a_second_one_of_the_name_is_refused(sales: Any) -> None:
    sales.create_table(DatabaseName="sales", TableInput=SIMPLE)
    with pytest.raises(sales.exceptions.AlreadyExistsException):
        sales.create_table(DatabaseName="sales", TableInput={**SIMPLE, "Name": "T"})


def test_a_missing_database_or_table_is_not_found(sales: Any) -> None:
    missing = sales.exceptions.EntityNotFoundException
    with pytest.raises(missing):
        sales.create_table(DatabaseName="nowhere", TableInput=SIMPLE)
    with pytest.raises(missing):
        sales.get_table(DatabaseName="sales", Name="t")
    with pytest.raises(missing):
        sales.update_table(DatabaseName="sales", TableInput=SIMPLE)
    with pytest.raises(missing):
        sales.delete_table(DatabaseName="sales", Name="t")


def test_each_update_replaces_the_table_and_raises_the_version(sales: Any) -> None:
    sales.create_table(DatabaseName="sales", TableInput={**SIMPLE, "Parameters": {"gone": "1"}})
    sales.update_table(DatabaseName="sales", TableInput={**SIMPLE, "Description": "new"})
    found = sales.get_table(DatabaseName="sales", Name="t")["Table"]
    assert (found["VersionId"], found["Description"]) == ("1", "new")
    assert "Parameters" not in found


def test_an_update_with_a_stale_version_is_refused_and_changes_nothing(sales: Any) -> None:
    sales.create_table(DatabaseName="sales", TableInput=SIMPLE)
    sales.update_table(DatabaseName="sales", TableInput={**SIMPLE, "Description": "theirs"}, VersionId="0")
    with pytest.raises(sales.exceptions.ConcurrentModificationException):
        sales.update_table(DatabaseName="sales", TableInput={**SIMPLE, "Description": "ours"}, VersionId="0")
    found = sales.get_table(DatabaseName="sales", Name="t")["Table"]
    assert (found["VersionId"], found["Description"]) == ("1", "theirs")


def test_versions_are_archived_unless_skipped(sales: Any) -> None:
    sales.create_table(DatabaseName="sales", TableInput={**SIMPLE, "Description": "zero"})
    sales.update_table(DatabaseName="sales", TableInput={**SIMPLE, "Description": "one"})
    sales.update_table(DatabaseName="sales", TableInput={**SIMPLE, "Description": "two"}, SkipArchive=True)
    sales.update_table(DatabaseName="sales", TableInput={**SIMPLE, "Description": "three"})
    pages = sales.get_paginator("get_table_versions").paginate(
        DatabaseName="sales", TableName="t", PaginationConfig={"PageSize": 2}
    )
    versions = [(v["VersionId"], v["Table"]["Description"]) for page in pages for v in page["TableVersions"]]
    assert versions == [("3", "three"), ("2", "two"), ("0", "zero")]
    one = sales.get_table_version(DatabaseName="sales", TableName="t", VersionId="0")["TableVersion"]
    assert one["Table"]["Description"] == "zero"
    with pytest.raises(sales.exceptions.EntityNotFoundException):
        sales.get_table_version(DatabaseName="sales", TableName="t", VersionId="1")
    with pytest.raises(sales.exceptions.InvalidInputException):
        sales.get_table_version(DatabaseName="sales", TableName="t", VersionId="first")


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (with_columns(("a", "int"), ("A", "string")), "Column a is given twice"),
        (with_columns(("a", "int"), keys=(("p", "int"), ("P", "int"))), "Partition key p is given twice"),
        (with_columns(("a", "int"), keys=(("A", "int"),)), "Partition key a is a column as well"),
        (with_columns(("a", "varchar2(3)")), "Column a has an unknown type"),
        (with_columns(("a", "decimal(39,2)")), "Column a has an unknown type"),
        (with_columns(("a", "long")), "Column a has an unknown type"),
        (with_columns(("a", "struct<b int>")), "Column a has an unknown type"),
        (with_columns(("a", "array<int")), "Column a has an unknown type"),
        (with_columns(("a", "map<array<int>,int>")), "Column a has an unknown type"),
        (with_columns(("a", "int"), keys=(("p", "array<int>"),)), "Partition key p must have a primitive type"),
    ],
)
def test_columns_that_no_engine_could_read_are_refused(sales: Any, table: dict[str, Any], problem: str) -> None:
    with pytest.raises(sales.exceptions.InvalidInputException, match=problem):
        sales.create_table(DatabaseName="sales", TableInput=table)


@pytest.mark.parametrize(
    "kind",
    ["decimal", "decimal(12,2)", "DECIMAL(38, 0)", "varchar(20)", "char(3)", "timestamp", "binary",
     "array<struct<a:int,b:map<string,array<decimal(4,2)>>>>", "map<string,double>", "struct<a:int>"],
)  # fmt: skip
def test_hive_types_are_accepted(sales: Any, kind: str) -> None:
    sales.create_table(DatabaseName="sales", TableInput=with_columns(("a", kind)))
    assert sales.get_table(DatabaseName="sales", Name="t")["Table"]["StorageDescriptor"]["Columns"][0]["Type"] == kind


def test_partition_keys_cannot_change_under_partitions(table: Any) -> None:
    found = table.get_table(DatabaseName="sales", Name="orders")["Table"]
    changed = {"Name": "orders", "StorageDescriptor": found["StorageDescriptor"], "PartitionKeys": []}
    table.create_partition(DatabaseName="sales", TableName="orders", PartitionInput={"Values": ["2024", "1"]})
    with pytest.raises(table.exceptions.InvalidInputException, match="Partition keys"):
        table.update_table(DatabaseName="sales", TableInput=changed)


def test_a_table_cannot_be_renamed(sales: Any) -> None:
    sales.create_table(DatabaseName="sales", TableInput=SIMPLE)
    with pytest.raises(sales.exceptions.InvalidInputException, match="renamed"):
        sales.update_table(DatabaseName="sales", Name="t", TableInput={**SIMPLE, "Name": "u"})


def test_tables_are_listed_in_pages_and_by_pattern(sales: Any) -> None:
    for name in ("a1", "a2", "a3", "b1"):
        sales.create_table(DatabaseName="sales", TableInput={**SIMPLE, "Name": name})
    first = sales.get_tables(DatabaseName="sales", Expression="a.*", MaxResults=2)
    second = sales.get_tables(DatabaseName="sales", Expression="a.*", MaxResults=2, NextToken=first["NextToken"])
    assert [t["Name"] for t in first["TableList"] + second["TableList"]] == ["a1", "a2", "a3"]
    assert "NextToken" not in second
    with pytest.raises(sales.exceptions.InvalidInputException):
        sales.get_tables(DatabaseName="sales", NextToken="forged")


def test_a_deleted_table_leaves_nothing_to_its_successor(table: Any) -> None:
    place = {"DatabaseName": "sales", "TableName": "orders"}
    again = table.get_table(DatabaseName="sales", Name="orders")["Table"]
    table.create_partition(**place, PartitionInput={"Values": ["2024", "1"]})
    table.delete_table(DatabaseName="sales", Name="orders")
    fields = {key: again[key] for key in ("Name", "StorageDescriptor", "PartitionKeys")}
    table.create_table(DatabaseName="sales", TableInput=fields)
    assert table.get_partitions(**place)["Partitions"] == []
    assert table.get_table(DatabaseName="sales", Name="orders")["Table"]["VersionId"] == "0"
