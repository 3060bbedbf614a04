"""Partition indexes: kept with a table, at most three, over its own partition keys. They are active at once here."""

from __future__ import annotations

import json

from mesh_etl.embedded_aws.answers import Refusal, exists, invalid, missing
from mesh_etl.embedded_aws.glue.stored import Table, require
from mesh_etl.embedded_aws.operations import Body, Call, operation

MOST = 3
WHERE = "WHERE catalog = ? AND base = ? AND name = ?"


@operation("glue.CreatePartitionIndex", "DatabaseName", "TableName", "PartitionIndex", writes=True)
def create_partition_index(call: Call) -> Body:
    """The index is there; refused for a fourth one, for keys that the table has not, and for the same keys again."""
    table = _table(call, "ALTER")
    wanted = call["PartitionIndex"]
    keys = [str(key).lower() for key in wanted["Keys"]]
    types = {key["Name"].lower(): key.get("Type", "") for key in table.body.get("PartitionKeys", [])}
    if not types:
        raise invalid("The table has no partition keys.")
    if len(set(keys)) != len(keys) or not set(keys) <= types.keys():
        raise invalid("The keys of a partition index are partition keys of the table, each of them once.")
    found = _stored(call, table)
    if wanted["IndexName"] in found or keys in found.values():
        raise exists("Partition index")
    if len(found) >= MOST:
        raise Refusal("ResourceNumberLimitExceededException", f"A table has at most {MOST} partition indexes.")
    row = (*table.place, wanted["IndexName"], json.dumps(keys))
    call.sql.execute("INSERT INTO indexes VALUES (?, ?, ?, ?, ?)", row)
    return {}


@operation("glue.DeletePartitionIndex", "DatabaseName", "TableName", "IndexName", writes=True)
def delete_partition_index(call: Call) -> Body:
    """The index is gone; refused when there was none."""
    table = _table(call, "ALTER")
    place = (*table.place, call["IndexName"])
    if not call.sql.execute(f"DELETE FROM indexes {WHERE} AND label = ?", place).rowcount:
        raise missing("Partition index")
    return {}


@operation("glue.GetPartitionIndexes", "DatabaseName", "TableName", "NextToken")
def get_partition_indexes(call: Call) -> Body:
    """The indexes of the table in the order of their names."""
    table = _table(call)
    types = {key["Name"].lower(): key.get("Type", "") for key in table.body.get("PartitionKeys", [])}
    return {
        "PartitionIndexDescriptorList": [
            {
                "IndexName": label,
                "Keys": [{"Name": key, "Type": types.get(key, "")} for key in keys],
                "IndexStatus": "ACTIVE",
            }
            for label, keys in _stored(call, table).items()
        ]
    }


def _table(call: Call, right: str = "DESCRIBE") -> Table:
    return require(call, call.folded("DatabaseName"), call.folded("TableName"), right)


def _stored(call: Call, table: Table) -> dict[str, list[str]]:
    rows = call.sql.execute(f"SELECT label, keys FROM indexes {WHERE} ORDER BY label", table.place)
    return {label: json.loads(keys) for label, keys in rows}
