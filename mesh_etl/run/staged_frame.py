"""The staged table as a frame, for the rules that are queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mesh_etl.contract.types import ddl
from mesh_etl.kernels.work import WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from pyspark.sql import DataFrame

    from mesh_etl.kernels.stored.written import WrittenReader
    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.tables.entry import Partition


def staged_frame(plan: Plan, engine: Engine, partitions: Sequence[Partition]) -> DataFrame:
    """A lazy frame over the files of these partitions with the contract's columns."""
    from mesh_etl.kernels.stored.written import WrittenReader

    reader = WrittenReader(plan.contract.schema)
    ledger = plan.ledger
    items: list[WorkItem] = []
    for partition in partitions:
        constants = tuple((key.name, value) for key, value in zip(plan.partition_by, partition.values, strict=True))
        for one in partition.files:
            file = ledger.storage.file(ledger.layout.path(one.path), one.bytes, constants)
            items += [WorkItem(len(items), "staged", file, start, end) for start, end in reader.split(file)]
    return engine.frame(partial(rows, reader), items, ddl(plan.contract.schema))


def rows(reader: WrittenReader, item: WorkItem) -> Iterator[pa.RecordBatch]:
    """The batches of one item."""
    for parsed in reader.parse(item):
        yield parsed.batch
