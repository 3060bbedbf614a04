"""One bucket of keys: what becomes of the rows that come and of those that the table has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from mesh_etl.kernels.join.arrow_file import ArrowFile, written
from mesh_etl.kernels.join.buckets import Pieces, batches
from mesh_etl.kernels.join.match import FILE, ROW
from mesh_etl.kernels.write.partition import PartitionKey, groups
from mesh_etl.storage import Scratch


@dataclass(frozen=True)
class Bucket:
    """The rows of some keys: those that come, in the order in which they were read; those of the table that may have
    the same keys, each with its place; and the tombstones of such keys."""

    incoming: pa.Table
    met: pa.Table
    buried: pa.Table


@dataclass(frozen=True)
class Decided:
    """What becomes of a bucket.

    `rows` are to be written, with the columns of the table's files; `removed` are the rows of `Bucket.met` that go;
    `buried` are new tombstones. `counts` are those of `entry.Changed`. `ties` is the number of keys of which no row
    is the latest: with any, nothing of the run may be committed.
    """

    rows: pa.Table
    removed: np.ndarray
    counts: Mapping[str, int]
    buried: pa.Table | None = None
    ties: int = 0


class Policy(Protocol):
    """A mode's answer for one bucket of keys; picklable, so that it travels to the engine's workers."""

    def __call__(self, bucket: Bucket) -> Decided:
        """What becomes of the bucket's rows."""
        ...


@dataclass(frozen=True)
class Decide:
    """The work of one bucket; the schemas are those of rows that come, of stored rows with places, of tombstones."""

    policy: Policy
    incoming: Pieces
    met: Pieces
    buried: Pieces
    schemas: tuple[pa.Schema, pa.Schema, pa.Schema]
    partitions: tuple[PartitionKey, ...]
    scratch: Scratch


def decide(job: Decide) -> dict[str, Any]:
    """The bucket's rows are in segments by partition; tells where they and the removed rows' places are, and counts."""
    pieces = (job.incoming, job.met, job.buried)
    tables = (pa.Table.from_batches(batches(one, job.scratch), to) for one, to in zip(pieces, job.schemas, strict=True))
    bucket = Bucket(*tables)
    found = job.policy(bucket)
    return {
        **segments(found.rows, job.partitions, job.scratch),
        "removed": written(job.scratch, "removed", _places(bucket.met, found.removed)),
        "buried": None if found.buried is None else written(job.scratch, "buried", found.buried),
        "counts": {name: int(rows) for name, rows in found.counts.items()},
        "ties": int(found.ties),
    }


def segments(rows: pa.Table, partitions: tuple[PartitionKey, ...], scratch: Scratch) -> dict[str, Any]:
    """The rows are in an Arrow file, sorted by partition: its path and its segments, as a spill has them."""
    if not rows.num_rows:
        return {"spill": None, "segments": []}
    parts = groups(rows, partitions)
    tables = ((values, rows if len(parts) == 1 else rows.take(pa.array(places))) for values, places in parts)
    writer = SegmentWriter(scratch)
    for values, table in tables:
        writer.add(values, table)
    return writer.close()


class SegmentWriter:
    """An Arrow file of which each batch belongs to one partition, as tasks spill them."""

    def __init__(self, scratch: Scratch) -> None:
        self.segments: list[dict[str, Any]] = []
        self._file = ArrowFile(scratch, "arrow")

    def add(self, values: Sequence[str | None], table: pa.Table) -> None:
        """The rows are in the file as rows of the partition."""
        for batch in table.combine_chunks().to_batches():
            facts = {"batch": self._file.write(batch), "rows": batch.num_rows, "bytes": batch.nbytes}
            self.segments.append({"values": list(values), **facts})

    def close(self) -> dict[str, Any]:
        """The path, None where no row came, and the segments."""
        return {"spill": self._file.close(), "segments": self.segments}


def _places(met: pa.Table, removed: np.ndarray) -> pa.Table:
    return met.select([FILE, ROW]).take(pa.array(removed, pa.int64()))
