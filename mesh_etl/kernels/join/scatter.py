"""The rows that a task has spilled, spread over buckets by their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.join.buckets import Buckets, Pieces, batches
from mesh_etl.kernels.join.key_set import write_numbers, write_ranges
from mesh_etl.kernels.write.hashing import key_hashes
from mesh_etl.storage import Scratch

_HELD_BYTES = 48 << 20


@dataclass(frozen=True)
class Scatter:
    """Batches of a spill file that go into 2^`bits` buckets, in files of `scratch`."""

    pieces: Pieces
    keys: tuple[str, ...]
    bits: int
    scratch: Scratch


def scatter(job: Scatter) -> dict[str, Any]:
    """The rows are in buckets; tells where, with their sorted hashes and the ranges of their keys in files beside.

    Raises `RunError` KEY_NULL for a row without a whole key.
    """
    buckets = Buckets(job.scratch, job.bits)
    hashes: list[np.ndarray] = []
    keys: list[pa.Table] = []
    for table in _held(batches(job.pieces, job.scratch)):
        found, complete = key_hashes(table.combine_chunks().to_batches()[0], job.keys)
        if not complete.all():
            problem = f"{np.count_nonzero(~complete):,} rows have NULL in their key"
            raise RunError(Fault("KEY_NULL", problem, f"columns {', '.join(job.keys)}", "state that they are required"))
        buckets.add(table, found)
        hashes.append(found)
        keys.append(table.select(job.keys))
    found = np.unique(np.concatenate(hashes)) if hashes else np.zeros(0, np.uint64)
    ranges = write_ranges(pa.concat_tables(keys), job.scratch) if keys else None
    return {**buckets.close(), "hashes": write_numbers(found, job.scratch, "hashes"), "ranges": ranges}


def _held(found: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The batches together, a bounded amount at a time."""
    held: list[pa.RecordBatch] = []
    for batch in found:
        held.append(batch)
        if sum(one.nbytes for one in held) >= _HELD_BYTES:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)
