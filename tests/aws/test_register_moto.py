"""The same registration against an independent double that speaks the wire protocol.

moto shows that the requests are what boto3 sends and that the answers are read as they come. It does not certify
what Glue means: it ignores VersionId (so there is no compare and set) and SkipArchive, does not fold names, takes
duplicate columns, unknown types, more than 100 partitions in a batch and a wrong number of partition values, does not
page GetPartitions, and counts versions from 1. Those rules are tested against the embedded catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from mesh_etl.errors import PublishError
from mesh_etl.publish.catalog import Column, Desired, difference, lookup, register

MONTHS = 130


@pytest.fixture
def glue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield boto3.client("glue", region_name="eu-west-1")


def desired(seq: int, months: range = range(MONTHS), **changes: Any) -> Desired:
    table = Desired(
        database="sales",
        table="orders",
        description="One row per order.",
        location=f"s3://bucket/orders/{seq}",
        columns=(Column("id", "bigint", "the key"), Column("tags", "array<string>")),
        partition_keys=(Column("month", "int"),),
        partitions={(str(month),): f"s3://bucket/orders/{seq}/{month}" for month in months},
        parameters={"mesh_etl.product": "sales.orders"},
        owner="sales-team",
        compression="snappy",
        seq=seq,
    )
    return replace(table, **changes)


def test_a_table_is_created_and_the_same_again_writes_nothing(glue: Any, counted: Any, writes: Any) -> None:
    assert register(glue, desired(1)).table_missing
    table = lookup(glue, "sales", "orders")
    assert table is not None
    assert table["Parameters"]["mesh_etl.published_seq"] == "1"
    assert table["Parameters"]["parquet.compression"] == "SNAPPY"
    calls = counted(glue)
    assert not register(glue, desired(1))
    assert writes(calls) == {}


def test_a_new_entry_adds_updates_and_deletes_in_batches(glue: Any, counted: Any) -> None:
    register(glue, desired(1))
    calls = counted(glue)
    register(glue, desired(2, range(60, 60 + MONTHS)))
    batches = {name: count for name, count in calls.items() if name.startswith("Batch")}
    assert batches == {"BatchCreatePartition": 1, "BatchUpdatePartition": 1, "BatchDeletePartition": 3}
    assert not difference(glue, desired(2, range(60, 60 + MONTHS)))
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName="sales", TableName="orders")
    found = {p["Values"][0]: p["StorageDescriptor"]["Location"] for page in pages for p in page["Partitions"]}
    assert found == {str(month): f"s3://bucket/orders/2/{month}" for month in range(60, 60 + MONTHS)}


def test_an_unpartitioned_table_and_a_superseded_entry(glue: Any) -> None:
    plain: dict[str, Any] = {"partition_keys": (), "partitions": {}}
    register(glue, desired(1, **plain))
    register(glue, desired(2, **plain))
    assert register(glue, desired(1, **plain)).superseded
    table = lookup(glue, "sales", "orders")
    assert table is not None
    assert table["StorageDescriptor"]["Location"] == "s3://bucket/orders/2"


def test_other_partition_keys_are_refused(glue: Any) -> None:
    register(glue, desired(1))
    with pytest.raises(PublishError) as caught:
        register(glue, desired(2, partition_keys=(Column("year", "int"),)))
    assert caught.value.code == "PARTITION_KEYS_CHANGED"
