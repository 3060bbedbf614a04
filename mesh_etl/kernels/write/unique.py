"""Whether keys are unique, in bounded memory: compare hashes range by range, then confirm on the keys themselves."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.comparisons import as_keys
from mesh_etl.kernels.stored.reread import reread
from mesh_etl.kernels.write.hashing import key_hashes
from mesh_etl.storage import LOCAL_STORAGE, Scratch, Storage
from mesh_etl.stores import InputFile

_ROWS_AT_ONCE = 4_000_000


def repeated_hashes(
    paths: Sequence[str], runs: Sequence[np.ndarray] = (), storage: Storage = LOCAL_STORAGE
) -> tuple[np.ndarray, int]:
    """The hashes that occur more than once in these files and runs of sorted hashes, sorted, and the surplus of them.

    The surplus counts each occurrence but the first of its hash.
    """
    parts = [run for path in paths if len(run := _mapped(path, storage))] + [*runs]
    total = sum(map(len, parts))
    ranges = max(1, -(-total // _ROWS_AT_ONCE))
    bounds = [np.uint64(i * (1 << 64) // ranges) for i in range(1, ranges)]
    cuts = [np.concatenate(([0], np.searchsorted(part, bounds), [len(part)])).astype(np.int64) for part in parts]
    found, surplus = [], 0
    for index in range(ranges):
        here = [part[cut[index] : cut[index + 1]] for part, cut in zip(parts, cuts, strict=True)]
        hashes = np.sort(np.concatenate(here)) if here else np.zeros(0, np.uint64)
        again = hashes[1:][hashes[1:] == hashes[:-1]]
        surplus += len(again)
        found.append(np.unique(again))
    return np.concatenate(found) if found else np.zeros(0, np.uint64), surplus


def _mapped(path: str, storage: Storage) -> np.ndarray:
    """The hashes of a file; what was mapped stays when a fetched file goes."""
    with Scratch("", storage).fetched(path) as local:
        return np.memmap(local, np.uint64, "r") if Path(local).stat().st_size else np.zeros(0, np.uint64)


def file_hashes(file: InputFile, columns: Mapping[str, pa.DataType], constants: dict[str, pa.Scalar]) -> np.ndarray:
    """The sorted hashes of the complete keys in a Parquet file; `constants` are columns that its path holds.

    `columns` are those of the key with the types that the table has now: a file may have been written with narrower
    ones, and equal values must have equal hashes.
    """
    parts = [hashes[complete] for hashes, complete, _ in _hashed(file, columns, constants)]
    return np.sort(np.concatenate(parts)) if parts else np.zeros(0, np.uint64)


def keys_with(
    file: InputFile,
    columns: Mapping[str, pa.DataType],
    constants: dict[str, pa.Scalar],
    suspects: np.ndarray,
    part: Sequence[str] = (),
) -> Counter[str]:
    """How often each key with a suspect hash occurs in the file; a key is named by its digest, never by its value.

    `suspects` are hashes of the key, or of the part of it that is named. Keys with a NULL do not count.
    """
    found: Counter[str] = Counter()
    if not len(suspects):
        return found
    wanted = pa.array(suspects)
    for batch in reread(file, columns, constants):
        hashes, complete = key_hashes(batch, tuple(part or columns))
        suspected = pc.is_in(pa.array(hashes), wanted).to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(complete & suspected)
        keys = pa.table([as_keys(column) for column in batch.take(pa.array(rows)).columns], batch.schema.names)
        for row in keys.to_pylist():
            if None in row.values():
                continue
            found[hashlib.sha256(repr([row[name] for name in columns]).encode()).hexdigest()] += 1
    return found


def _hashed(
    file: InputFile, columns: Mapping[str, pa.DataType], constants: dict[str, pa.Scalar]
) -> Iterator[tuple[np.ndarray, np.ndarray, pa.RecordBatch]]:
    for batch in reread(file, columns, constants):
        yield *key_hashes(batch, tuple(columns)), batch
