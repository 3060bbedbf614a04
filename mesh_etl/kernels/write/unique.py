"""Whether keys are unique, in bounded memory: compare hashes range by range, then confirm on the keys themselves."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mesh_etl.kernels.write.hashing import key_hashes

_ROWS_AT_ONCE = 4_000_000
_BATCH_ROWS = 64_000


def repeated_hashes(paths: Sequence[str]) -> np.ndarray:
    """The hashes that occur more than once in these files of sorted hashes, themselves sorted."""
    parts = [np.memmap(path, np.uint64, "r") for path in paths if Path(path).stat().st_size]
    total = sum(map(len, parts))
    ranges = max(1, -(-total // _ROWS_AT_ONCE))
    bounds = [np.uint64(i * (1 << 64) // ranges) for i in range(1, ranges)]
    cuts = [np.concatenate(([0], np.searchsorted(part, bounds), [len(part)])).astype(np.int64) for part in parts]
    found = []
    for index in range(ranges):
        here = [part[cut[index] : cut[index + 1]] for part, cut in zip(parts, cuts, strict=True)]
        hashes = np.sort(np.concatenate(here)) if here else np.zeros(0, np.uint64)
        found.append(np.unique(hashes[1:][hashes[1:] == hashes[:-1]]))
    return np.concatenate(found) if found else np.zeros(0, np.uint64)


def file_hashes(path: str, columns: Mapping[str, pa.DataType], constants: dict[str, pa.Scalar]) -> np.ndarray:
    """The sorted hashes of the complete keys in a Parquet file; `constants` are columns that its path holds.

    `columns` are those of the key with the types that the table has now: a file may have been written with narrower
    ones, and equal values must have equal hashes.
    """
    parts = [hashes[complete] for hashes, complete, _ in _hashed(path, columns, constants)]
    return np.sort(np.concatenate(parts)) if parts else np.zeros(0, np.uint64)


def keys_with(
    path: str, columns: Mapping[str, pa.DataType], constants: dict[str, pa.Scalar], suspects: np.ndarray
) -> Counter[str]:
    """How often each key with a suspect hash occurs in the file; a key is named by its digest, never by its value."""
    found: Counter[str] = Counter()
    for hashes, complete, batch in _hashed(path, columns, constants):
        rows = np.flatnonzero(complete & np.isin(hashes, suspects))
        for row in batch.take(pa.array(rows)).to_pylist():
            found[hashlib.sha256(repr([row[name] for name in columns]).encode()).hexdigest()] += 1
    return found


def _hashed(
    path: str, columns: Mapping[str, pa.DataType], constants: dict[str, pa.Scalar]
) -> Iterator[tuple[np.ndarray, np.ndarray, pa.RecordBatch]]:
    file = pq.ParquetFile(path)
    stored = [name for name in columns if name not in constants and name in file.schema_arrow.names]
    for batch in file.iter_batches(_BATCH_ROWS, columns=stored, use_threads=False):
        arrays = {name: batch.column(name).cast(columns[name]) for name in stored}
        arrays |= {name: pa.repeat(constants[name], batch.num_rows) for name in columns if name in constants}
        # A column that came into the contract after the file was written is NULL in all its rows: no key is complete.
        arrays |= {name: pa.nulls(batch.num_rows, pa.string()) for name in columns if name not in arrays}
        whole = pa.RecordBatch.from_pydict(arrays)
        yield *key_hashes(whole, tuple(columns)), whole
