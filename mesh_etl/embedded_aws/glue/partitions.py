"""Partitions, one at a time and in pages."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from itertools import islice

from mesh_etl.embedded_aws.answers import exists, invalid, missing
from mesh_etl.embedded_aws.glue import access
from mesh_etl.embedded_aws.glue.columns import check_columns
from mesh_etl.embedded_aws.glue.inputs import keys
from mesh_etl.embedded_aws.glue.partition_expressions import condition
from mesh_etl.embedded_aws.glue.stored import Table, require
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import page, seen

MOST = 1000
WHERE = "WHERE catalog = ? AND base = ? AND name = ?"


# Which right a write of partitions needs is not documented. Chosen: ALTER, which changes metadata, or the right to
# write the data that comes with the partition.
ADD, CHANGE, REMOVE = ("ALTER", "INSERT"), ("ALTER", ""), ("ALTER", "DELETE")
SEE = ("DESCRIBE", "")


def table_of(call: Call, rights: tuple[str, str] = SEE) -> Table:
    """The table that the request is about, by links where there are any; the caller has the first or second right."""
    return require(call, call.folded("DatabaseName"), call.folded("TableName"), *rights)


def key_of(table: Table, values: list[str]) -> str:
    """The values as the key under which a partition is stored; refused when their number is wrong."""
    keys = table.body.get("PartitionKeys", [])
    if not keys:
        raise invalid("The table has no partition keys.")
    if len(values) != len(keys):
        raise invalid("The number of partition keys does not match the number of partition values.")
    return json.dumps(values)


def add(call: Call, table: Table, body: Body) -> None:
    """The partition is there; refused when it was already."""
    key = key_of(table, body.get("Values", []))
    check_columns({"StorageDescriptor": body.get("StorageDescriptor", {})})
    _refuse_unless_located(call, table, body)
    row = (*table.place, key, json.dumps(body), call.now)
    if not call.sql.execute("INSERT OR IGNORE INTO partitions VALUES (?, ?, ?, ?, ?, ?)", row).rowcount:
        raise exists("Partition")


def change(call: Call, table: Table, values: list[str], body: Body) -> None:
    """The partition of `values` is `body`, under the values of `body` where those differ."""
    key = key_of(table, values)
    body = {**body, "Values": body.get("Values", values)}
    check_columns({"StorageDescriptor": body.get("StorageDescriptor", {})})
    _refuse_unless_located(call, table, body)
    _stored(call, table, key)
    renamed = key_of(table, body["Values"])
    taken = call.sql.execute(f"SELECT 1 FROM partitions {WHERE} AND key = ?", (*table.place, renamed)).fetchone()
    if renamed != key and taken:
        raise exists("Partition")
    call.sql.execute(
        f"UPDATE partitions SET key = ?, body = ? {WHERE} AND key = ?", (renamed, json.dumps(body), *table.place, key)
    )


def remove(call: Call, table: Table, values: list[str]) -> None:
    """The partition is gone; refused when there was none."""
    key = key_of(table, values)
    if not call.sql.execute(f"DELETE FROM partitions {WHERE} AND key = ?", (*table.place, key)).rowcount:
        raise missing("Partition")


def find(call: Call, table: Table, values: list[str]) -> Body:
    """The partition as the catalogue's answers show it; refused when there is none."""
    return _shown(call, table, *_stored(call, table, key_of(table, values)))


@operation("glue.CreatePartition", "DatabaseName", "TableName", "PartitionInput", writes=True)
def create_partition(call: Call) -> Body:
    """The partition is there."""
    add(call, table_of(call, ADD), call["PartitionInput"])
    return {}


@operation("glue.UpdatePartition", "DatabaseName", "TableName", "PartitionValueList", "PartitionInput", writes=True)
def update_partition(call: Call) -> Body:
    """The partition is what was given, in full."""
    change(call, table_of(call, CHANGE), call["PartitionValueList"], call["PartitionInput"])
    return {}


@operation("glue.DeletePartition", "DatabaseName", "TableName", "PartitionValues", writes=True)
def delete_partition(call: Call) -> Body:
    """The partition is gone."""
    remove(call, table_of(call, REMOVE), call["PartitionValues"])
    return {}


@operation("glue.GetPartition", "DatabaseName", "TableName", "PartitionValues")
def get_partition(call: Call) -> Body:
    """The partition as it is stored."""
    return {"Partition": find(call, table_of(call), call["PartitionValues"])}


@operation(
    "glue.GetPartitions",
    "DatabaseName", "TableName", "Expression", "Segment", "NextToken", "MaxResults", "ExcludeColumnSchema",
)  # fmt: skip
def get_partitions(call: Call) -> Body:
    """The partitions in a fixed order, in pages of at most 1,000; without their columns where that is asked.

    `Expression` is a condition on the partition keys, `Segment` one of several parts that together are the table.
    """
    table = table_of(call)
    rows = call.sql.execute(
        f"SELECT key, body, created FROM partitions {WHERE} AND key > ? ORDER BY key", (*table.place, seen(call))
    )
    wanted, most = _wanted(call, table), min(call.get("MaxResults", MOST), MOST)
    taken = list(islice((row for row in rows if wanted(row[0])), most + 1))
    found, more = page(call, _all_shown(call, table, taken), MOST)
    if call.get("ExcludeColumnSchema", False):
        for partition in found:
            partition.get("StorageDescriptor", {}).pop("Columns", None)
    return {"Partitions": found, **more}


def _refuse_unless_located(call: Call, table: Table, body: Body) -> None:
    """Nothing, where the partition lies under its table or in a place where the caller may have it."""
    location = body.get("StorageDescriptor", {}).get("Location", "")
    around = table.body.get("StorageDescriptor", {}).get("Location")
    if not around or not location.startswith(f"{around.rstrip('/')}/"):
        access.refuse_unless_located(call.within(table.catalog), location)


def _wanted(call: Call, table: Table) -> Callable[[str], bool]:
    """Whether the partition of a key is asked for."""
    tests: list[Callable[[str], bool]] = []
    segment = call.get("Segment")
    if segment is not None:
        number, total = segment["SegmentNumber"], segment["TotalSegments"]
        if number >= total:
            raise invalid("SegmentNumber must be less than TotalSegments.")
        tests.append(lambda key: zlib.crc32(key.encode()) % total == number)
    if call.get("Expression"):
        met = condition(call["Expression"], keys(table.body))
        tests.append(lambda key: met(json.loads(key)))
    return lambda key: all(test(key) for test in tests)


def _stored(call: Call, table: Table, key: str) -> tuple[str, float]:
    row: tuple[str, float] | None = call.sql.execute(
        f"SELECT body, created FROM partitions {WHERE} AND key = ?", (*table.place, key)
    ).fetchone()
    if row is None:
        raise missing("Partition")
    return row


def _shown(call: Call, table: Table, body: str, created: float) -> Body:
    return _all_shown(call, table, [("", body, created)])[0][1]


def _all_shown(call: Call, table: Table, rows: list[tuple[str, str, float]]) -> list[tuple[str, Body]]:
    """The partitions by their keys, read all at once, which is much faster than one by one."""
    place = {"DatabaseName": table.base, "TableName": table.name, "CatalogId": table.catalog.partition("/")[0]}
    bodies = json.loads(f"[{','.join(body for _, body, _ in rows)}]")
    columns = access.columns(call.within(table.catalog), table.base, table.name)
    return [
        (key, access.narrowed({**body, **place, "CreationTime": created}, columns))
        for (key, _, created), body in zip(rows, bodies, strict=True)
    ]
