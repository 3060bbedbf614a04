"""Partitions, one at a time and in pages."""

from __future__ import annotations

import json

from mesh_etl.embedded_aws.answers import exists, invalid, missing
from mesh_etl.embedded_aws.glue.columns import check_columns
from mesh_etl.embedded_aws.glue.tables import Table, require
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import page, seen

MOST = 1000
WHERE = "WHERE catalog = ? AND base = ? AND name = ?"


def table_of(call: Call) -> Table:
    """The table that the request is about."""
    return require(call, call.folded("DatabaseName"), call.folded("TableName"))


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
    row = (call.catalog, table.base, table.name, key, json.dumps(body), call.now)
    if not call.sql.execute("INSERT OR IGNORE INTO partitions VALUES (?, ?, ?, ?, ?, ?)", row).rowcount:
        raise exists("Partition")


def change(call: Call, table: Table, values: list[str], body: Body) -> None:
    """The partition of `values` is `body`, under the values of `body` where those differ."""
    key = key_of(table, values)
    body = {**body, "Values": body.get("Values", values)}
    check_columns({"StorageDescriptor": body.get("StorageDescriptor", {})})
    _stored(call, table, key)
    renamed = key_of(table, body["Values"])
    place = (call.catalog, table.base, table.name)
    taken = call.sql.execute(f"SELECT 1 FROM partitions {WHERE} AND key = ?", (*place, renamed)).fetchone()
    if renamed != key and taken:
        raise exists("Partition")
    call.sql.execute(
        f"UPDATE partitions SET key = ?, body = ? {WHERE} AND key = ?", (renamed, json.dumps(body), *place, key)
    )


def remove(call: Call, table: Table, values: list[str]) -> None:
    """The partition is gone; refused when there was none."""
    key = key_of(table, values)
    place = (call.catalog, table.base, table.name, key)
    if not call.sql.execute(f"DELETE FROM partitions {WHERE} AND key = ?", place).rowcount:
        raise missing("Partition")


def find(call: Call, table: Table, values: list[str]) -> Body:
    """The partition as the catalogue's answers show it; refused when there is none."""
    return _shown(call, table, *_stored(call, table, key_of(table, values)))


@operation("glue.CreatePartition", "DatabaseName", "TableName", "PartitionInput", writes=True)
def create_partition(call: Call) -> Body:
    """The partition is there."""
    add(call, table_of(call), call["PartitionInput"])
    return {}


@operation("glue.UpdatePartition", "DatabaseName", "TableName", "PartitionValueList", "PartitionInput", writes=True)
def update_partition(call: Call) -> Body:
    """The partition is what was given, in full."""
    change(call, table_of(call), call["PartitionValueList"], call["PartitionInput"])
    return {}


@operation("glue.DeletePartition", "DatabaseName", "TableName", "PartitionValues", writes=True)
def delete_partition(call: Call) -> Body:
    """The partition is gone."""
    remove(call, table_of(call), call["PartitionValues"])
    return {}


@operation("glue.GetPartition", "DatabaseName", "TableName", "PartitionValues")
def get_partition(call: Call) -> Body:
    """The partition as it is stored."""
    return {"Partition": find(call, table_of(call), call["PartitionValues"])}


@operation("glue.GetPartitions", "DatabaseName", "TableName", "NextToken", "MaxResults", "ExcludeColumnSchema")
def get_partitions(call: Call) -> Body:
    """The partitions in a fixed order, in pages of at most 1,000; without their columns where that is asked."""
    table = table_of(call)
    rows = call.sql.execute(
        f"SELECT key, body, created FROM partitions {WHERE} AND key > ? ORDER BY key LIMIT ?",
        (call.catalog, table.base, table.name, seen(call), MOST + 1),
    )
    found, more = page(call, _all_shown(call, table, list(rows)), MOST)
    if call.get("ExcludeColumnSchema", False):
        for partition in found:
            partition.get("StorageDescriptor", {}).pop("Columns", None)
    return {"Partitions": found, **more}


def _stored(call: Call, table: Table, key: str) -> tuple[str, float]:
    row: tuple[str, float] | None = call.sql.execute(
        f"SELECT body, created FROM partitions {WHERE} AND key = ?", (call.catalog, table.base, table.name, key)
    ).fetchone()
    if row is None:
        raise missing("Partition")
    return row


def _shown(call: Call, table: Table, body: str, created: float) -> Body:
    return _all_shown(call, table, [("", body, created)])[0][1]


def _all_shown(call: Call, table: Table, rows: list[tuple[str, str, float]]) -> list[tuple[str, Body]]:
    """The partitions by their keys, read all at once, which is much faster than one by one."""
    place = {"DatabaseName": table.base, "TableName": table.name, "CatalogId": call.account}
    bodies = json.loads(f"[{','.join(body for _, body, _ in rows)}]")
    return [
        (key, {**body, **place, "CreationTime": created}) for (key, _, created), body in zip(rows, bodies, strict=True)
    ]
