"""Which keys of one table another table lacks, exactly and in bounded memory.

A hash join in two steps: the distinct keys of every file go into buckets by their hash, and then each bucket is joined
alone, on the keys themselves. A hash only says where a key is compared, so a collision never costs a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.comparisons import as_keys
from mesh_etl.kernels.stored.written import Opened
from mesh_etl.kernels.write.hashing import key_hashes
from mesh_etl.storage import Scratch
from mesh_etl.stores import InputFile

BUCKET_ROWS = 4_000_000
_HELD_ROWS = 500_000
_ROWS = "rows"


@dataclass(frozen=True)
class Key:
    """The columns of a key, each with the path to it and the type in which it is compared."""

    paths: tuple[tuple[str, ...], ...]
    types: tuple[pa.DataType, ...]

    @property
    def names(self) -> list[str]:
        """What the columns are called where keys are kept."""
        return [f"key{index}" for index in range(len(self.paths))]


def scattered(
    key: Key, file: InputFile, constants: Mapping[str, pa.Scalar], buckets: int, scratch: Scratch
) -> list[str | None]:
    """The distinct complete keys of a Parquet file with their rows, in one file of `scratch` for each bucket.

    `constants` are columns that the file's path holds. A bucket without keys has no file.
    """
    writers: dict[int, pa.ipc.RecordBatchFileWriter] = {}
    paths = [scratch.path(f"{bucket}.keys") for bucket in range(buckets)]
    with ExitStack() as files:
        for keys in _distinct(key, file, constants):
            homes = key_hashes(keys, key.names)[0] % np.uint64(buckets) if buckets > 1 else np.zeros(keys.num_rows)
            for bucket in range(buckets):
                part = keys if buckets == 1 else keys.filter(pa.array(homes == bucket))
                if part.num_rows:
                    if bucket not in writers:
                        local = files.enter_context(scratch.writing(paths[bucket]))
                        writers[bucket] = files.enter_context(pa.ipc.new_file(local, part.schema))
                    writers[bucket].write_batch(part)
    return [paths[bucket] if bucket in writers else None for bucket in range(buckets)]


def absent(key: Key, referring: Sequence[str], referred: Sequence[str], scratch: Scratch) -> int:
    """How many rows of the first files have a key that none of the second files has."""
    if not referring:
        return 0
    mine = _together(key, referring, scratch)
    if referred:
        theirs = _together(key, referred, scratch).select(key.names)
        mine = mine.join(theirs, key.names, join_type="left anti", use_threads=False)
    return pc.sum(mine.column(_ROWS)).as_py() or 0


def _distinct(key: Key, file: InputFile, constants: Mapping[str, pa.Scalar]) -> Iterator[pa.RecordBatch]:
    """The keys with their number of rows; a key can come again after half a million rows."""
    held: list[pa.Table] = []
    for batch in _keys(key, file, constants):
        held.append(batch)
        if sum(one.num_rows for one in held) >= _HELD_ROWS:
            yield from _counted(key, pa.concat_tables(held)).combine_chunks().to_batches()
            held = []
    if held:
        yield from _counted(key, pa.concat_tables(held)).combine_chunks().to_batches()


def _keys(key: Key, file: InputFile, constants: Mapping[str, pa.Scalar]) -> Iterator[pa.Table]:
    opened = Opened(file)
    tops = {steps[0] for steps in key.paths}
    stored = [name for name in opened.names if name in tops and name not in constants]
    for batch in opened.batches(stored):
        cells = (_column(batch, steps, constants) for steps in key.paths)
        columns = [as_keys(column.cast(kind)) for column, kind in zip(cells, key.types, strict=True)]
        rows = pa.repeat(pa.scalar(1, pa.int64()), batch.num_rows)
        yield pa.table([*columns, rows], [*key.names, _ROWS]).drop_null()


def _column(batch: pa.RecordBatch, steps: tuple[str, ...], constants: Mapping[str, pa.Scalar]) -> pa.Array:
    name, *inside = steps
    if name in constants:
        return pa.repeat(constants[name], batch.num_rows)
    # A column or a field that came into the contract after the file was written is NULL in all its rows.
    if name not in batch.schema.names:
        return pa.nulls(batch.num_rows)
    column = batch.column(name)
    for step in inside:
        if column.type.get_field_index(step) < 0:
            return pa.nulls(batch.num_rows)
        column = pc.struct_field(column, [step])
    return column


def _together(key: Key, paths: Sequence[str], scratch: Scratch) -> pa.Table:
    return _counted(key, pa.concat_tables(pa.ipc.open_file(scratch.open(path)).read_all() for path in paths))


def _counted(key: Key, table: pa.Table) -> pa.Table:
    found = table.group_by(key.names, use_threads=False).aggregate([(_ROWS, "sum")])
    return found.rename_columns([*key.names, _ROWS])
