"""The rows of a table that have one of the keys that come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from mesh_etl.kernels.join.buckets import Buckets
from mesh_etl.kernels.join.key_set import KeySet
from mesh_etl.kernels.join.stored import OpenedFile, StoredFile, StoredTable
from mesh_etl.kernels.write.hashing import key_hashes
from mesh_etl.storage import Scratch

FILE, ROW = "_mesh_file", "_mesh_row"


@dataclass(frozen=True)
class Match:
    """The search for `keys` in one file of `table`."""

    table: StoredTable
    file: StoredFile
    keys: tuple[str, ...]
    wanted: KeySet
    bits: int
    scratch: Scratch


def match(job: Match) -> dict[str, Any]:
    """The rows whose key has a wanted hash are in buckets, each with the file's number and its place in the file.

    Parts in which no wanted key can lie, by their statistics, are not read; of others the keys are, and the whole
    rows only where some key is met. Rows that merely share a hash are told apart where buckets are joined.
    """
    buckets = Buckets(job.scratch, job.bits)
    names = [column.name for column in job.table.schema]
    read = 0
    with job.table.opened(job.file) as file:
        first = 0
        for part, rows in enumerate(file.parts()):
            if rows and _may_hold(job, file, part):
                read += rows
                found, hashes = _met(job, file, part)
                if len(found):
                    table = file.read(part, names).take(pa.array(found))
                    buckets.add(_placed(table, job.file.number, found + first), hashes)
            first += rows
    return {**buckets.close(), "read": read}


def _may_hold(job: Match, file: OpenedFile, part: int) -> bool:
    """Whether a wanted key can lie in the part."""
    ends = ((name, file.ends(part, name)) for name in job.keys)
    return all(end is None or job.wanted.may_lie_in(name, *end) for name, end in ends)


def _met(job: Match, file: OpenedFile, part: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the part that have a wanted hash, and their hashes."""
    keys: Sequence[pa.RecordBatch] = file.read(part, job.keys).combine_chunks().to_batches()
    hashes, complete = key_hashes(keys[0], job.keys)
    rows = np.flatnonzero(job.wanted.among(hashes) & complete)
    return rows, hashes[rows]


def _placed(table: pa.Table, number: int, rows: np.ndarray) -> pa.Table:
    table = table.append_column(FILE, pa.repeat(pa.scalar(number, pa.int64()), len(rows)))
    return table.append_column(ROW, pa.array(rows, pa.int64()))
