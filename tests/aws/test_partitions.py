"""Partitions of the embedded catalogue behave as Glue's: batch limits, errors per item, pages."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

PLACE = {"DatabaseName": "sales", "TableName": "orders"}


def part(year: int, month: int, location: str = "file:///w") -> dict[str, Any]:
    storage = {"Columns": [{"Name": "id", "Type": "bigint"}], "Location": location}
    return {"Values": [str(year), str(month)], "StorageDescriptor": storage}


def values(partitions: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [tuple(partition["Values"]) for partition in partitions]


def codes(answer: dict[str, Any], member: str = "PartitionValues") -> list[tuple[list[str], str]]:
    return [(error[member], error["ErrorDetail"]["ErrorCode"]) for error in answer["Errors"]]


def test_one_partition_from_birth_to_death(table: Any) -> None:
    table.create_partition(**PLACE, PartitionInput=part(2024, 1))
    with pytest.raises(table.exceptions.AlreadyExistsException):
        table.create_partition(**PLACE, PartitionInput=part(2024, 1))
    table.update_partition(**PLACE, PartitionValueList=["2024", "1"], PartitionInput=part(2024, 1, "file:///x"))
    found = table.get_partition(**PLACE, PartitionValues=["2024", "1"])["Partition"]
    assert found["StorageDescriptor"]["Location"] == "file:///x"
    assert (found["DatabaseName"], found["TableName"]) == ("sales", "orders")
    table.delete_partition(**PLACE, PartitionValues=["2024", "1"])
    with pytest.raises(table.exceptions.EntityNotFoundException):
        table.get_partition(**PLACE, PartitionValues=["2024", "1"])
    with pytest.raises(table.exceptions.EntityNotFoundException):
        table.delete_partition(**PLACE, PartitionValues=["2024", "1"])


def test_an_update_can_move_a_partition_to_other_values_but_not_onto_another(table: Any) -> None:
    for month in (1, 2):
        table.create_partition(**PLACE, PartitionInput=part(2024, month))
    table.update_partition(**PLACE, PartitionValueList=["2024", "1"], PartitionInput=part(2024, 3))
    assert values(table.get_partitions(**PLACE)["Partitions"]) == [("2024", "2"), ("2024", "3")]
    with pytest.raises(table.exceptions.AlreadyExistsException):
        table.update_partition(**PLACE, PartitionValueList=["2024", "2"], PartitionInput=part(2024, 3))


def test_the_number_of_values_must_be_that_of_the_keys(table: Any) -> None:
    with pytest.raises(table.exceptions.InvalidInputException, match="does not match"):
        table.create_partition(**PLACE, PartitionInput={"Values": ["2024"]})
    answer = table.batch_create_partition(**PLACE, PartitionInputList=[{"Values": ["2024"]}, part(2024, 1)])
    assert codes(answer) == [(["2024"], "InvalidInputException")]
    assert values(table.get_partitions(**PLACE)["Partitions"]) == [("2024", "1")]


def test_a_table_without_keys_takes_no_partition(table: Any) -> None:
    plain = {"Name": "plain", "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "int"}]}}
    table.create_table(DatabaseName="sales", TableInput=plain)
    with pytest.raises(table.exceptions.InvalidInputException, match="no partition keys"):
        table.create_partition(DatabaseName="sales", TableName="plain", PartitionInput={"Values": ["1"]})


def test_a_batch_creates_what_it_can_and_names_the_rest(table: Any) -> None:
    table.create_partition(**PLACE, PartitionInput=part(2024, 1))
    answer = table.batch_create_partition(
        **PLACE, PartitionInputList=[part(2024, 1), part(2024, 2), part(2024, 3), part(2024, 2)]
    )
    assert codes(answer) == [(["2024", "1"], "AlreadyExistsException"), (["2024", "2"], "AlreadyExistsException")]
    assert len(table.get_partitions(**PLACE)["Partitions"]) == 3


def test_a_batch_updates_what_it_can_and_names_the_rest(table: Any) -> None:
    table.create_partition(**PLACE, PartitionInput=part(2024, 1))
    entries = [
        {"PartitionValueList": ["2024", str(month)], "PartitionInput": part(2024, month, "file:///new")}
        for month in (1, 2)
    ]
    answer = table.batch_update_partition(**PLACE, Entries=entries)
    assert codes(answer, "PartitionValueList") == [(["2024", "2"], "EntityNotFoundException")]
    found = table.get_partition(**PLACE, PartitionValues=["2024", "1"])["Partition"]
    assert found["StorageDescriptor"]["Location"] == "file:///new"


def test_a_batch_deletes_what_it_can_and_names_the_rest(table: Any) -> None:
    table.create_partition(**PLACE, PartitionInput=part(2024, 1))
    gone = [{"Values": ["2024", "1"]}, {"Values": ["2024", "2"]}]
    answer = table.batch_delete_partition(**PLACE, PartitionsToDelete=gone)
    assert codes(answer) == [(["2024", "2"], "EntityNotFoundException")]
    assert table.get_partitions(**PLACE)["Partitions"] == []


def test_a_batch_reads_those_that_are_there(table: Any) -> None:
    table.create_partition(**PLACE, PartitionInput=part(2024, 1))
    wanted = [{"Values": ["2024", "2"]}, {"Values": ["2024", "1"]}]
    answer = table.batch_get_partition(**PLACE, PartitionsToGet=wanted)
    assert values(answer["Partitions"]) == [("2024", "1")]
    assert answer["UnprocessedKeys"] == []


@pytest.mark.parametrize("call", ["create", "update", "delete"])
def test_a_batch_for_a_missing_table_fails_as_a_whole(table: Any, call: str) -> None:
    place = {"DatabaseName": "sales", "TableName": "nothing"}
    items: dict[str, Any] = {
        "create": {"PartitionInputList": [part(2024, 1)]},
        "update": {"Entries": [{"PartitionValueList": ["2024", "1"], "PartitionInput": part(2024, 1)}]},
        "delete": {"PartitionsToDelete": [{"Values": ["2024", "1"]}]},
    }[call]
    with pytest.raises(table.exceptions.EntityNotFoundException):
        getattr(table, f"batch_{call}_partition")(**place, **items)


@pytest.mark.parametrize(("call", "limit"), [("create", 100), ("update", 100), ("delete", 25), ("get", 1000)])
def test_a_batch_over_the_limit_is_refused_as_a_whole(table: Any, call: str, limit: int) -> None:
    every = [part(1000 + n // 12, n % 12) for n in range(limit + 1)]
    items: dict[str, Any] = {
        "create": {"PartitionInputList": every},
        "update": {"Entries": [{"PartitionValueList": p["Values"], "PartitionInput": p} for p in every]},
        "delete": {"PartitionsToDelete": [{"Values": p["Values"]} for p in every]},
        "get": {"PartitionsToGet": [{"Values": p["Values"]} for p in every]},
    }[call]
    with pytest.raises(ClientError, match=f"length less than or equal to {limit}") as caught:
        getattr(table, f"batch_{call}_partition")(**PLACE, **items)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    ((name, most),) = ((name, items[name][:limit]) for name in items)
    getattr(table, f"batch_{call}_partition")(**PLACE, **{name: most})


def test_many_partitions_come_in_pages_and_none_twice(table: Any) -> None:
    every = [part(2000 + n // 12, n % 12) for n in range(1100)]
    for start in range(0, len(every), 100):
        table.batch_create_partition(**PLACE, PartitionInputList=every[start : start + 100])
    unpaged = table.get_partitions(**PLACE)
    assert len(unpaged["Partitions"]) == 1000
    assert unpaged["NextToken"]
    pages = list(table.get_paginator("get_partitions").paginate(**PLACE, PaginationConfig={"PageSize": 400}))
    assert [len(page["Partitions"]) for page in pages] == [400, 400, 300]
    assert {v for page in pages for v in values(page["Partitions"])} == {tuple(p["Values"]) for p in every}
    with pytest.raises(ClientError, match="value less than or equal to 1000"):
        table.get_partitions(**PLACE, MaxResults=1001)


def test_columns_are_left_out_when_asked(table: Any) -> None:
    table.create_partition(**PLACE, PartitionInput=part(2024, 1))
    (bare,) = table.get_partitions(**PLACE, ExcludeColumnSchema=True)["Partitions"]
    (full,) = table.get_partitions(**PLACE)["Partitions"]
    assert "Columns" not in bare["StorageDescriptor"]
    assert full["StorageDescriptor"]["Columns"] == [{"Name": "id", "Type": "bigint"}]
