"""Writes partitions in the batches that Glue takes, and reads the errors that stand inside its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PublishError
from mesh_etl.publish.catalog.calls import MENDED, OVERTAKEN, call
from mesh_etl.worlds.error_codes import BUSY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mesh_etl.publish.catalog.desired import Desired, Fields, Values
    from mesh_etl.publish.catalog.difference import Difference, Found

CREATE, UPDATE, DELETE = 100, 100, 25  # items per call


def write_partitions(glue: Any, desired: Desired, found: Found, gap: Difference) -> None:
    """The partitions of `gap` are added, updated and deleted, but for those that others are writing too.

    Raises `PublishError` (CATALOG_PARTITION) naming the partitions that Glue refuses; `calls.Overtaken` when the
    table has gone.
    """
    place = {"DatabaseName": desired.database.lower(), "TableName": desired.table.lower()}
    for batch in _batches(gap.partitions_to_add, CREATE):
        inputs = [desired.partition_input(values) for values in batch]
        with call("glue:BatchCreatePartition", desired.place):
            answer = glue.batch_create_partition(**place, PartitionInputList=inputs)
        _check(desired, "glue:BatchCreatePartition", answer, "PartitionValues")
    for batch in _batches(gap.partitions_to_update, UPDATE):
        entries = [
            {
                "PartitionValueList": list(values),
                "PartitionInput": desired.partition_input(values, found.partitions[values]),
            }
            for values in batch
        ]
        with call("glue:BatchUpdatePartition", desired.place):
            answer = glue.batch_update_partition(**place, Entries=entries)
        _check(desired, "glue:BatchUpdatePartition", answer, "PartitionValueList")
    for batch in _batches(gap.partitions_to_delete, DELETE):
        gone = [{"Values": list(values)} for values in batch]
        with call("glue:BatchDeletePartition", desired.place):
            answer = glue.batch_delete_partition(**place, PartitionsToDelete=gone)
        _check(desired, "glue:BatchDeletePartition", answer, "PartitionValues")


def _batches(items: Sequence[Values], size: int) -> Iterator[Sequence[Values]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _check(desired: Desired, action: str, answer: Fields, member: str) -> None:
    """Leave to the next round what reading again settles; report the rest."""
    faults = []
    for error in answer.get("Errors", []):
        code = error.get("ErrorDetail", {}).get("ErrorCode", "unknown")
        if code in OVERTAKEN or code in BUSY:
            continue
        names = [key.name for key in desired.partition_keys]
        partition = "/".join(f"{n}={v}" for n, v in zip(names, error.get(member, []), strict=False))
        problem = f"{action} refused the partition ({code})"
        faults.append(Fault("CATALOG_PARTITION", problem, f"{desired.place} {partition}", MENDED))
    if faults:
        raise PublishError(*faults)
