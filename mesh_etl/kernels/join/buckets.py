"""Rows in buckets by the hash of their key: what one bucket holds is joined alone, so that memory stays bounded.

A bucket is a range of hashes. A file of bucketed rows is Arrow IPC in which each batch belongs to one bucket.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from mesh_etl.kernels.join.arrow_file import ArrowFile
from mesh_etl.storage import Scratch

BUCKET_BYTES = 64 << 20

Pieces = Sequence[tuple[str, Sequence[int]]]  # files, and the batches of each


def bits_for(size: int) -> int:
    """How many bits of a hash tell the bucket, where rows of `size` bytes are to be spread."""
    return max(0, (-(-size // BUCKET_BYTES) - 1).bit_length())


def bucket_of(hashes: np.ndarray, bits: int) -> np.ndarray:
    """The bucket of each hash: its first bits."""
    return np.zeros(len(hashes), np.int64) if bits == 0 else (hashes >> np.uint64(64 - bits)).astype(np.int64)


class Buckets:
    """A file of bucketed rows, opened with the first of them."""

    def __init__(self, scratch: Scratch, bits: int) -> None:
        self.bits = bits
        self.batches: dict[str, list[int]] = {}
        self._file = ArrowFile(scratch, "bucketed")

    def add(self, table: pa.Table, hashes: np.ndarray) -> None:
        """The rows are in the file; those of a bucket stay in their order."""
        homes = bucket_of(hashes, self.bits)
        order = np.argsort(homes, kind="stable")
        ordered = table if self.bits == 0 else table.take(pa.array(order))
        found, starts = np.unique(homes[order], return_index=True)
        for bucket, start, end in zip(found.tolist(), starts, [*starts[1:], len(homes)], strict=True):
            for batch in ordered.slice(start, end - start).combine_chunks().to_batches():
                self.batches.setdefault(str(bucket), []).append(self._file.write(batch))

    def close(self) -> dict[str, Any]:
        """What was written, as plain data."""
        return {"path": self._file.close(), "batches": self.batches}


def of_bucket(written: Sequence[Mapping[str, Any]], bucket: int) -> Pieces:
    """The pieces of one bucket in files that `Buckets.close` has told of."""
    return [(one["path"], one["batches"][str(bucket)]) for one in written if str(bucket) in one["batches"]]


def batches(pieces: Pieces, scratch: Scratch) -> Iterator[pa.RecordBatch]:
    """The batches of the pieces, in their order."""
    for path, indices in pieces:
        with scratch.open(path) as source:
            reader = pa.ipc.open_file(source)
            for index in indices:
                yield reader.get_batch(index)
