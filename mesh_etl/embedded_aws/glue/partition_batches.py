"""Partitions in batches: each item is answered for itself, inside an answer that says 200."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.glue import partitions
from mesh_etl.embedded_aws.operations import Body, Call, operation

if TYPE_CHECKING:
    from collections.abc import Callable


@operation("glue.BatchCreatePartition", "DatabaseName", "TableName", "PartitionInputList", writes=True)
def batch_create_partition(call: Call) -> Body:
    """The partitions are there, but for those that the errors name; at most 100."""
    table = partitions.table_of(call, partitions.ADD)
    errors = []
    for body in call["PartitionInputList"]:
        error = _refusal(partitions.add, call, table, body)
        if error:
            errors.append({"PartitionValues": body.get("Values", []), "ErrorDetail": error})
    return {"Errors": errors}


@operation("glue.BatchUpdatePartition", "DatabaseName", "TableName", "Entries", writes=True)
def batch_update_partition(call: Call) -> Body:
    """The partitions are what was given, but for those that the errors name; at most 100."""
    table = partitions.table_of(call, partitions.CHANGE)
    errors = []
    for entry in call["Entries"]:
        values, body = entry["PartitionValueList"], entry["PartitionInput"]
        error = _refusal(partitions.change, call, table, values, body)
        if error:
            errors.append({"PartitionValueList": values, "ErrorDetail": error})
    return {"Errors": errors}


@operation("glue.BatchDeletePartition", "DatabaseName", "TableName", "PartitionsToDelete", writes=True)
def batch_delete_partition(call: Call) -> Body:
    """The partitions are gone, but for those that the errors name; at most 25."""
    table = partitions.table_of(call, partitions.REMOVE)
    errors = []
    for entry in call["PartitionsToDelete"]:
        error = _refusal(partitions.remove, call, table, entry["Values"])
        if error:
            errors.append({"PartitionValues": entry["Values"], "ErrorDetail": error})
    return {"Errors": errors}


@operation("glue.BatchGetPartition", "DatabaseName", "TableName", "PartitionsToGet")
def batch_get_partition(call: Call) -> Body:
    """Those of the partitions that are there; at most 1,000."""
    table = partitions.table_of(call)
    found = []
    for entry in call["PartitionsToGet"]:
        try:
            found.append(partitions.find(call, table, entry["Values"]))
        except Refusal as refusal:
            if refusal.code != "EntityNotFoundException":
                raise
    return {"Partitions": found, "UnprocessedKeys": []}


def _refusal(act: Callable[..., None], *arguments: Any) -> Body | None:
    try:
        act(*arguments)
    except Refusal as refusal:
        return {"ErrorCode": refusal.code, "ErrorMessage": refusal.message}
    return None
