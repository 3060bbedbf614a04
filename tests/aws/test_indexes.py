"""Partition indexes and projection settings in the catalogue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mesh_etl import embedded_aws
from mesh_etl.errors import PublishError
from mesh_etl.publish.catalog import Column, Desired, difference, register

KEYS = (Column("country", "string"), Column("month", "string"))


def desired(seq: int, **more: Any) -> Desired:
    values = [("DE", "2026-01"), ("DE", "2026-02"), ("FR", "2026-01")]
    wanted = Desired(
        database="shop",
        table="orders",
        description="",
        location="s3://b/shop/orders/data/",
        columns=(Column("id", "bigint"),),
        partition_keys=KEYS,
        partitions={one: f"s3://b/shop/orders/data/t1/country={one[0]}/month={one[1]}/" for one in values},
        parameters={},
        owner="",
        compression="zstd",
        seq=seq,
    )
    return replace(wanted, **more)


@pytest.fixture
def glue(tmp_path: Path) -> Any:
    return embedded_aws.client("glue", tmp_path)


def indexes(glue: Any) -> dict[str, list[str]]:
    found = glue.get_partition_indexes(DatabaseName="shop", TableName="orders")["PartitionIndexDescriptorList"]
    return {one["IndexName"]: [key["Name"] for key in one["Keys"]] for one in found}


def parameters(glue: Any) -> dict[str, str]:
    found: dict[str, str] = glue.get_table(DatabaseName="shop", Name="orders")["Table"]["Parameters"]
    return found


def create(glue: Any, name: str, *keys: str) -> None:
    index = {"IndexName": name, "Keys": list(keys)}
    glue.create_partition_index(DatabaseName="shop", TableName="orders", PartitionIndex=index)


def test_the_table_gets_the_indexes_that_are_asked_for_and_loses_the_others(glue: Any) -> None:
    register(glue, desired(1, indexes=(("month",), ("month", "country"))))
    assert indexes(glue) == {"mesh_etl_month": ["month"], "mesh_etl_month_country": ["month", "country"]}
    assert not difference(glue, desired(1, indexes=(("month",), ("month", "country"))))
    create(glue, "theirs", "country")
    change = register(glue, desired(1, indexes=(("month",),)))
    assert "Parameters.mesh_etl.partition_indexes" in change.fields
    assert indexes(glue) == {"mesh_etl_month": ["month"], "theirs": ["country"]}
    register(glue, desired(1))
    assert indexes(glue) == {"theirs": ["country"]}
    assert not difference(glue, desired(1))


def test_a_table_without_indexes_is_not_asked_for_any(tmp_path: Path) -> None:
    calls: list[str] = []
    register(embedded_aws.client("glue", tmp_path, fault=lambda name, phase: calls.append(name)), desired(1))
    assert "GetPartitionIndexes" not in calls


def test_a_fourth_index_is_refused(glue: Any) -> None:
    register(glue, desired(1))
    for number, keys in enumerate([("country",), ("month",), ("country", "month")]):
        create(glue, f"theirs{number}", *keys)
    with pytest.raises(PublishError) as raised:
        register(glue, desired(2, indexes=(("month", "country"),)))
    assert raised.value.code == "CATALOG_REFUSED"
    assert "ResourceNumberLimitExceededException" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "keys", "code"),
    [
        ("new", ["id"], "InvalidInputException"),
        ("new", ["month", "month"], "InvalidInputException"),
        ("new", ["country"], "AlreadyExistsException"),
        ("there", ["month"], "AlreadyExistsException"),
    ],
)
def test_what_glue_does_not_take(glue: Any, name: str, keys: list[str], code: str) -> None:
    register(glue, desired(1))
    create(glue, "there", "country")
    with pytest.raises(ClientError) as raised:
        create(glue, name, *keys)
    assert raised.value.response["Error"]["Code"] == code


def test_indexes_go_with_their_table(glue: Any) -> None:
    register(glue, desired(1, indexes=(("month",),)))
    glue.delete_table(DatabaseName="shop", Name="orders")
    register(glue, desired(1))
    assert indexes(glue) == {}


@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_crash_at_any_call_leaves_the_index_to_the_next_registration(tmp_path: Path, phase: str) -> None:
    wanted = desired(2, indexes=(("month",),))
    for number in range(1, 20):
        home = tmp_path / str(number)
        register(embedded_aws.client("glue", home), desired(1))
        seen = {"before": 0, "after": 0}

        def strike(name: str, moment: str, seen: dict[str, int] = seen, number: int = number) -> None:
            seen[moment] += 1
            if moment == phase and seen[moment] == number:
                raise KeyboardInterrupt

        try:
            register(embedded_aws.client("glue", home, fault=strike), wanted)
        except KeyboardInterrupt:
            register(embedded_aws.client("glue", home), wanted)
            assert list(indexes(embedded_aws.client("glue", home))) == ["mesh_etl_month"]
        else:
            assert number > 4
            return


def test_projection_says_which_partitions_there_are_and_where(glue: Any) -> None:
    register(glue, desired(1, projection=True))
    found = parameters(glue)
    assert found["projection.enabled"] == "true"
    assert found["projection.country.values"] == "DE,FR"
    assert found["projection.month.values"] == "2026-01,2026-02"
    assert found["storage.location.template"] == "s3://b/shop/orders/data/t1/country=${country}/month=${month}/"


def place(country: str, month: str, txn: str = "t1") -> str:
    return f"s3://b/shop/orders/data/{txn}/country={country}/month={month}/"


@pytest.mark.parametrize(
    "partitions",
    [
        {("DE", "2026-01"): place("DE", "2026-01"), ("FR", "2026-01"): place("FR", "2026-01", "t2")},
        {("a:b", "2026-01"): place("a%3Ab", "2026-01")},
        {("a,b", "2026-01"): place("a,b", "2026-01")},
        {("%41", "2026-01"): place("%2541", "2026-01")},
        {("__HIVE_DEFAULT_PARTITION__", "2026-01"): place("__HIVE_DEFAULT_PARTITION__", "2026-01")},
        {(f"c{n}", f"m{m}"): place(f"c{n}", f"m{m}") for n in range(400) for m in range(251)},
        {},
    ],
    ids=["two commits", "escaped", "comma", "percent", "NULL", "too many", "none"],
)
def test_projection_is_off_where_it_would_be_wrong_and_an_old_one_is_turned_off(glue: Any, partitions: Any) -> None:
    few = dict(list(partitions.items())[:300])
    wanted = replace(desired(2, projection=True), partitions=partitions)
    assert "projection.enabled" not in wanted.table_input()["Parameters"]
    register(glue, desired(1, projection=True))
    if len(few) == len(partitions):
        register(glue, wanted)
        assert parameters(glue)["projection.enabled"] == "false"


def test_projection_that_is_no_longer_wanted_is_off(glue: Any) -> None:
    register(glue, desired(1, projection=True))
    register(glue, desired(1))
    assert parameters(glue)["projection.enabled"] == "false"


@pytest.mark.parametrize(
    ("format", "compression", "parameter", "serde"),
    [
        ("parquet", "none", ("parquet.compression", "UNCOMPRESSED"), "ParquetHiveSerDe"),
        ("parquet", "gzip", ("parquet.compression", "GZIP"), "ParquetHiveSerDe"),
        ("orc", "zlib", ("orc.compress", "ZLIB"), "OrcSerde"),
        ("orc", "none", ("orc.compress", "NONE"), "OrcSerde"),
    ],
)
def test_the_catalogue_knows_how_files_are_read(
    glue: Any, format: str, compression: str, parameter: tuple[str, str], serde: str
) -> None:
    register(glue, desired(1, format=format, compression=compression))
    table = glue.get_table(DatabaseName="shop", Name="orders")["Table"]
    assert table["Parameters"]["classification"] == format
    assert table["Parameters"][parameter[0]] == parameter[1]
    assert table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith(serde)
