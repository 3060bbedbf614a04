"""Registration rolls the embedded catalogue forward, does nothing twice, and gives way to others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mesh_etl import embedded_aws
from mesh_etl.errors import PublishError
from mesh_etl.publish.catalog import Column, Desired, difference, lookup, register

SEQ = "mesh_etl.published_seq"
ID, PRICE = Column("order_id", "bigint", "the key"), Column("price", "decimal(12,2)")
MONTH = Column("order_month", "string")


def desired(seq: int = 1, months: int = 3, **changes: Any) -> Desired:
    """The table sales.orders with one partition a month."""
    root = f"s3://bucket/sales/orders/data/t{seq}"
    table = Desired(
        database="sales",
        table="orders",
        description="One row per order.",
        location=root,
        columns=(ID, PRICE),
        partition_keys=(MONTH,),
        partitions={(f"{1990 + n // 12}-{n % 12 + 1:02}",): f"{root}/order_month={n}" for n in range(months)},
        parameters={"mesh_etl.contract_version": "1.0.0"},
        owner="sales-team",
        compression="zstd",
        seq=seq,
    )
    return replace(table, **changes)


def shown(glue: Any) -> dict[str, Any]:
    found = lookup(glue, "sales", "orders")
    assert found is not None
    return found


def test_the_first_registration_creates_everything(glue: Any) -> None:
    gap = register(glue, desired())
    assert gap.lines() == (
        "create database sales",
        "create table sales.orders",
        "add 3 partitions",
        "record ledger entry 1",
    )
    table = shown(glue)
    assert table["TableType"] == "EXTERNAL_TABLE"
    assert table["Owner"] == "sales-team"
    assert table["Description"] == "One row per order."
    assert table["Parameters"] == {
        "EXTERNAL": "TRUE",
        "classification": "parquet",
        "parquet.compression": "ZSTD",
        "mesh_etl.contract_version": "1.0.0",
        SEQ: "1",
    }
    assert table["PartitionKeys"] == [{"Name": "order_month", "Type": "string"}]
    storage = table["StorageDescriptor"]
    assert storage["Columns"] == [
        {"Name": "order_id", "Type": "bigint", "Comment": "the key"},
        {"Name": "price", "Type": "decimal(12,2)"},
    ]
    assert storage["SerdeInfo"]["SerializationLibrary"].endswith("ParquetHiveSerDe")
    assert storage["InputFormat"].endswith("MapredParquetInputFormat")
    partitions = glue.get_partitions(DatabaseName="sales", TableName="orders")["Partitions"]
    assert {p["Values"][0]: p["StorageDescriptor"]["Location"] for p in partitions} == {
        key: location for (key,), location in desired().partitions.items()
    }
    assert all(p["StorageDescriptor"]["Columns"] == storage["Columns"] for p in partitions)


def test_the_same_again_writes_nothing(glue: Any, counted: Any, writes: Any) -> None:
    register(glue, desired())
    calls = counted(glue)
    assert not register(glue, desired())
    assert writes(calls) == {}
    assert set(calls) == {"GetTable", "GetPartitions"}


def test_reading_the_difference_writes_nothing(glue: Any, counted: Any, writes: Any) -> None:
    calls = counted(glue)
    assert difference(glue, desired()).table_missing
    assert writes(calls) == {}


def test_many_partitions_go_in_batches(glue: Any, counted: Any) -> None:
    calls = counted(glue)
    register(glue, desired(months=250))
    assert calls["BatchCreatePartition"] == 3
    register(glue, desired(seq=2, months=250))
    assert calls["BatchUpdatePartition"] == 3
    register(glue, desired(seq=3, months=199))
    assert calls["BatchDeletePartition"] == 3
    assert not difference(glue, desired(seq=3, months=199))


def test_a_new_entry_swaps_locations_adds_and_removes(glue: Any) -> None:
    register(glue, desired(months=3))
    two = desired(seq=2)
    two = replace(two, partitions={("1990-02",): "s3://b/2", ("1990-03",): "s3://b/3", ("1990-04",): "s3://b/4"})
    gap = register(glue, two)
    assert gap.partitions_to_add == (("1990-04",),)
    assert gap.partitions_to_update == (("1990-02",), ("1990-03",))
    assert gap.partitions_to_delete == (("1990-01",),)
    assert gap.fields == ("StorageDescriptor.Location",)
    assert shown(glue)["Parameters"][SEQ] == "2"
    assert not difference(glue, two)


def test_partition_columns_follow_those_of_the_table(glue: Any) -> None:
    register(glue, desired())
    wider = desired(seq=2, columns=(ID, PRICE, Column("status", "string")))
    assert len(register(glue, wider).partitions_to_update) == 3
    partitions = glue.get_partitions(DatabaseName="sales", TableName="orders")["Partitions"]
    assert {len(p["StorageDescriptor"]["Columns"]) for p in partitions} == {3}


def test_an_unpartitioned_table_swaps_in_one_update_and_is_recorded_last(glue: Any, counted: Any) -> None:
    register(glue, desired(partition_keys=(), partitions={}))
    assert shown(glue)["PartitionKeys"] == []
    calls = counted(glue)
    updates: list[dict[str, Any]] = []
    glue.meta.events.register_first(
        "before-parameter-build.glue.UpdateTable", lambda params, **_: updates.append(params) and None
    )
    swapped = desired(seq=2, partition_keys=(), partitions={}, columns=(ID,))
    register(glue, swapped)
    swap, record = (update["TableInput"] for update in updates)
    assert swap["StorageDescriptor"]["Location"] == swapped.location
    assert len(swap["StorageDescriptor"]["Columns"]) == 1
    assert (swap["Parameters"][SEQ], record["Parameters"][SEQ]) == ("1", "2")
    assert "GetPartitions" not in calls


def test_the_archive_holds_finished_publications_only(glue: Any) -> None:
    for seq in (1, 2, 3):
        register(glue, desired(seq=seq))
    versions = glue.get_table_versions(DatabaseName="sales", TableName="orders")["TableVersions"]
    kept = [(v["Table"]["Parameters"].get(SEQ), v["Table"]["StorageDescriptor"]["Location"][-2:]) for v in versions]
    assert kept == [("3", "t3"), ("2", "t2"), ("1", "t1")]


def test_what_others_have_added_stays(glue: Any) -> None:
    register(glue, desired())
    table = shown(glue)
    fields = {name: table[name] for name in ("Name", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")}
    fields["Parameters"] = {**fields["Parameters"], "theirs": "kept", "classification": "csv"}
    fields["StorageDescriptor"]["SortColumns"] = [{"Column": "order_id", "SortOrder": 1}]
    fields["StorageDescriptor"]["Columns"][0]["Parameters"] = {"tagged": "yes"}
    fields["Retention"] = 7
    glue.update_table(DatabaseName="sales", TableInput=fields)
    gap = register(glue, desired(seq=2))
    assert set(gap.fields) == {"Description", "Owner", "Parameters.classification", "StorageDescriptor.Location"}
    table = shown(glue)
    assert table["Parameters"]["theirs"] == "kept"
    assert table["Parameters"]["classification"] == "parquet"
    assert table["Retention"] == 7
    assert table["StorageDescriptor"]["SortColumns"] == [{"Column": "order_id", "SortOrder": 1}]
    assert table["StorageDescriptor"]["Columns"][0]["Parameters"] == {"tagged": "yes"}


def test_texts_are_cut_to_what_glue_takes(glue: Any) -> None:
    smile = "\N{GRINNING FACE}"
    columns = (Column("Order_ID", "bigint", "two\nlines " + smile * 200),)
    register(glue, desired(description="bell\x07" + "d" * 3000, columns=columns, owner="o" * 300))
    table = shown(glue)
    assert len(table["Description"]) == 2048
    (column,) = table["StorageDescriptor"]["Columns"]
    assert column["Name"] == "order_id"
    assert column["Comment"].startswith("two lines " + smile)
    assert column["Comment"].endswith(smile + "…")


def test_a_later_entry_is_never_overwritten(glue: Any, counted: Any, writes: Any) -> None:
    register(glue, desired(seq=5))
    calls = counted(glue)
    gap = register(glue, desired(seq=4))
    assert gap.superseded
    assert not gap
    assert gap.recorded_seq == 5
    assert writes(calls) == {}


def test_other_partition_keys_are_refused_with_a_way_out(glue: Any, counted: Any, writes: Any) -> None:
    register(glue, desired())
    calls = counted(glue)
    changed = desired(seq=2, partition_keys=(Column("order_year", "int"),), partitions={})
    assert difference(glue, changed).partition_keys_changed
    with pytest.raises(PublishError, match="delete the table from the catalogue") as caught:
        register(glue, changed)
    assert caught.value.code == "PARTITION_KEYS_CHANGED"
    assert writes(calls) == {}


@pytest.mark.parametrize(
    "theirs",
    [{"TableType": "VIRTUAL_VIEW"}, {"TableType": "EXTERNAL_TABLE", "Parameters": {"table_type": "ICEBERG"}}],
)
def test_a_table_of_another_kind_is_left_alone(glue: Any, theirs: dict[str, Any]) -> None:
    glue.create_database(DatabaseInput={"Name": "sales"})
    glue.create_table(DatabaseName="sales", TableInput={"Name": "orders", **theirs})
    with pytest.raises(PublishError) as caught:
        register(glue, desired())
    assert caught.value.code == "CATALOG_FOREIGN"
    assert shown(glue)["VersionId"] == "0"


def interfering(glue: Any, operation: str, act: Callable[[], None], times: int = 1) -> None:
    """Let somebody else act just before `operation` takes effect, a number of times."""
    left = [times]

    def step_in(**_: Any) -> None:
        if left[0]:
            left[0] -= 1
            act()

    glue.meta.events.register_first(f"before-parameter-build.glue.{operation}", step_in)


def test_a_version_that_went_stale_is_read_again(glue: Any, tmp_path: Path) -> None:
    register(glue, desired())
    other = embedded_aws.client("glue", tmp_path)

    def change() -> None:
        table = shown(other)
        fields = {name: table[name] for name in ("Name", "StorageDescriptor", "PartitionKeys", "TableType")}
        parameters = {**table["Parameters"], "theirs": "kept"}
        other.update_table(DatabaseName="sales", TableInput={**fields, "Parameters": parameters})

    interfering(glue, "UpdateTable", change)
    register(glue, desired(seq=2))
    assert shown(glue)["Parameters"]["theirs"] == "kept"
    assert shown(glue)["Parameters"][SEQ] == "2"
    assert not difference(glue, desired(seq=2))


def test_a_catalogue_that_never_rests_is_reported_as_worth_a_retry(glue: Any, tmp_path: Path) -> None:
    register(glue, desired())
    other = embedded_aws.client("glue", tmp_path)
    noise = iter(range(100))

    def change() -> None:
        table = shown(other)
        fields = {name: table[name] for name in ("Name", "StorageDescriptor", "PartitionKeys", "Parameters")}
        other.update_table(DatabaseName="sales", TableInput={**fields, "Description": str(next(noise))})

    interfering(glue, "UpdateTable", change, times=100)
    with pytest.raises(PublishError) as caught:
        register(glue, desired(seq=2), rounds=3)
    assert (caught.value.code, caught.value.retryable) == ("CATALOG_UNSETTLED", True)
    assert next(noise) == 3


def test_errors_inside_an_answer_are_repaired(glue: Any, tmp_path: Path, counted: Any) -> None:
    register(glue, desired(months=3))
    other = embedded_aws.client("glue", tmp_path)
    place = {"DatabaseName": "sales", "TableName": "orders"}
    calls = counted(glue)

    def create() -> None:
        other.create_partition(**place, PartitionInput={"Values": ["1990-04"]})

    def delete() -> None:
        other.delete_partition(**place, PartitionValues=["1990-02"])

    interfering(glue, "BatchCreatePartition", create)  # theirs has no location: ours must still replace it
    interfering(glue, "BatchUpdatePartition", delete)
    register(glue, desired(seq=2, months=5))
    assert (calls["BatchCreatePartition"], calls["BatchUpdatePartition"]) == (2, 2)
    assert not difference(glue, desired(seq=2, months=5))


def test_a_partition_that_is_refused_is_named(glue: Any) -> None:
    spoiled = desired(partitions={("1990-01",): "s3://b/1", ("1990-02", "x"): "s3://b/2"})
    with pytest.raises(PublishError, match="BatchCreatePartition") as caught:
        register(glue, spoiled)
    assert caught.value.code == "CATALOG_PARTITION"
    assert [fault.where for fault in caught.value.faults] == ["sales.orders order_month=1990-02"]
    assert SEQ not in shown(glue)["Parameters"]


def test_two_publishers_end_at_the_later_entry(glue: Any, tmp_path: Path) -> None:
    register(glue, desired(seq=1))
    other = embedded_aws.client("glue", tmp_path)
    interfering(glue, "BatchUpdatePartition", lambda: register(other, desired(seq=3)) and None)
    gap = register(glue, desired(seq=2))
    assert gap.superseded
    assert difference(glue, desired(seq=3)), "the late batch of entry 2 has damaged entry 3"
    register(glue, desired(seq=3))
    assert not difference(glue, desired(seq=3))
