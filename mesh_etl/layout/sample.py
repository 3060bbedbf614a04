"""Rows of a table from all over it, in their order."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.kernels.stored.written import WrittenReader
from mesh_etl.kernels.work import WorkItem

if TYPE_CHECKING:
    from mesh_etl.contract.types import Schema
    from mesh_etl.tables.ledger import Ledger, Snapshot

ROWS = 400_000
READ_BYTES = 512 << 20  # of files
HELD_BYTES = 256 << 20


@dataclass(frozen=True)
class Sample:
    """Rows of a table, and what share of the table they are."""

    rows: pa.Table
    share: float


def sampled(ledger: Ledger, head: Snapshot, schema: Schema, seed: int = 0) -> Sample:
    """Up to `ROWS` rows of the head, drawn evenly from files, or parts of them, that are drawn evenly.

    The same table gives the same sample.
    """
    draw = random.Random(seed)
    reader = WrittenReader(schema)
    keys = head.entry.partition_by
    items: list[WorkItem] = []
    for partition in head.partitions.values():
        constants = tuple((key.name, value) for key, value in zip(keys, partition.values, strict=True))
        for one in partition.files:
            file = ledger.storage.file(ledger.layout.path(one.path), one.bytes, constants)
            items += [WorkItem(len(items), "sample", file, start, end) for start, end in reader.split(file)]
    wanted = set(draw.sample(range(len(items)), max(1, int(len(items) * min(1.0, READ_BYTES / max(1, head.bytes))))))
    share = min(1.0, ROWS / max(1, head.rows * len(wanted) / len(items)))
    random_rows = np.random.default_rng(seed)
    batches: list[pa.RecordBatch] = []
    for number in sorted(wanted):
        for parsed in reader.parse(items[number]):
            picked = random_rows.random(parsed.batch.num_rows) < share
            batches.append(parsed.batch.filter(pa.array(picked)))
        if sum(batch.nbytes for batch in batches) > HELD_BYTES:
            break
    rows = pa.Table.from_batches(batches, arrow_schema(schema))
    return Sample(rows, max(rows.num_rows, 1) / max(1, head.rows))
