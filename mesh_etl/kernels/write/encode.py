"""The second half of the write: a partition's spilled batches become Parquet files of the target size."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mesh_etl.kernels.write.states import Kept, TableStates
from mesh_etl.storage import LOCAL_STORAGE, Storage

ROW_GROUP_BYTES = 64 << 20
PAGE_BYTES = 1 << 20  # Arrow's own size of a page
_FEWEST_ROWS, _MOST_ROWS = 1_024, 65_536
_SAMPLE_ROWS = 10_000
_LONGEST_WHOLE = 18  # digits of a decimal that 64 bits hold
_CODECS = {"zstd": "zstd", "snappy": "snappy", "gzip": "gzip", "none": "none"}


@dataclass(frozen=True)
class EncodeJob:
    """The batches that one task turns into files of one partition folder."""

    folder: str
    pieces: tuple[tuple[str, tuple[int, ...]], ...]  # spill file, its batches
    drop: tuple[str, ...] = ()  # columns that stand in the path, not in the file
    sort_by: tuple[str, ...] = ()
    compression: str = "zstd"
    target_bytes: int = 128 << 20
    delta: bool = True  # whether numbers may be stored as differences
    states: str = ""  # the folder for the states of the columns; none are kept without one
    kept: tuple[Kept, ...] = ()
    storage: Storage = LOCAL_STORAGE


def encode(job: EncodeJob) -> dict[str, Any]:
    """The batches are in Parquet files of about the target size, synced to disk; returns each file's footer facts.

    With `sort_by` rows are sorted within each task's share, so that row groups and files have narrow ranges.
    """
    files: list[dict[str, Any]] = []
    states = TableStates(job.kept)
    tables = _counted(_chunks(job), states)
    for first in tables:
        files.append(_file(job, chain([first], tables)))
    found = states.write(job.states) if job.states else None
    return {"files": files, "states": found}


def _counted(tables: Iterable[pa.Table], states: TableStates) -> Iterator[pa.Table]:
    for table in tables:
        states.add(table)
        yield table


def _file(job: EncodeJob, tables: Iterator[pa.Table]) -> dict[str, Any]:
    """The first of the tables are in a file, each a row group, as many as it takes to reach the target size."""
    path = f"{job.folder}/part-{uuid.uuid4().hex}.parquet"
    with job.storage.writing(path) as local:
        writer: pq.ParquetWriter | None = None
        for table in tables:
            rows = table.drop_columns(list(job.drop))
            writer = writer or _writer(local, rows, job)
            writer.write_table(rows, row_group_size=max(1, rows.num_rows))
            if os.path.getsize(local) >= job.target_bytes:
                break
        assert writer is not None, "a file is begun for a table"
        writer.close()
        return {**footer(local), "path": path}


def _chunks(job: EncodeJob) -> Iterator[pa.Table]:
    """Row groups: runs of batches of about `ROW_GROUP_BYTES`; sorted ones are cut from the whole share."""
    held: list[pa.RecordBatch] = []
    size = 0
    for spill, batches in job.pieces:
        with pa.memory_map(spill) as source:
            reader = pa.ipc.open_file(source)
            for index in batches:
                batch = reader.get_batch(index)
                held.append(batch)
                size += batch.nbytes
                if size >= ROW_GROUP_BYTES and not job.sort_by:
                    yield pa.Table.from_batches(held)
                    held, size = [], 0
    if not held:
        return
    table = pa.Table.from_batches(held)
    if not job.sort_by:
        yield table
        return
    table = table.sort_by([(name, "ascending") for name in job.sort_by])
    rows = max(1, int(table.num_rows * ROW_GROUP_BYTES / max(size, 1)))
    for start in range(0, table.num_rows, rows):
        yield table.slice(start, rows)


def _writer(path: str, table: pa.Table, job: EncodeJob) -> pq.ParquetWriter:
    """A writer of tables like this one, with an encoding for each column by a look at its first values.

    Whole numbers, days and moments without a dictionary are stored as differences (DELTA_BINARY_PACKED of the Parquet
    format), which takes less time and room than to compress them; so are decimals that fit 64 bits, as Spark has them.
    """
    repetitive = _repetitive(table)
    others = [field for field in table.schema if field.name not in repetitive] if job.delta else []
    numbers = [field.name for field in others if _is_number(field.type)]
    return pq.ParquetWriter(
        path,
        table.schema,
        compression=_CODECS[job.compression],
        use_dictionary=repetitive,
        column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
        store_decimal_as_integer=True,
        write_batch_size=_batch_rows(table),
    )


def _batch_rows(table: pa.Table) -> int:
    """The rows that are encoded in one go: as many as a page has, since a page ends with them at the earliest."""
    widest = max((column.nbytes for column in table.columns), default=0)
    whole: int = PAGE_BYTES * table.num_rows // max(widest, 1)
    return max(_FEWEST_ROWS, min(_MOST_ROWS, whole))


def _is_number(kind: pa.DataType) -> bool:
    """Whether the format stores the type as whole numbers of 32 or 64 bits."""
    types = pa.types
    short = types.is_decimal(kind) and kind.precision <= _LONGEST_WHOLE
    return bool(types.is_integer(kind) or types.is_date(kind) or types.is_timestamp(kind) or short)


def _repetitive(table: pa.Table) -> list[str]:
    """The columns whose values repeat in a sample: for the others a dictionary costs time and saves nothing.

    Values that come three times are not enough: their dictionary outgrows its page, and is given up half way.
    """
    sample = table.slice(0, _SAMPLE_ROWS)
    names = []
    for field in table.schema:
        if pa.types.is_nested(field.type) or (
            not pa.types.is_boolean(field.type)
            and (pc.count_distinct(sample.column(field.name)).as_py() * 4 <= sample.num_rows)
        ):
            names.append(field.name)
    return names


def footer(path: str) -> dict[str, Any]:
    """Path, rows and bytes of a Parquet file, as its footer and the file system tell them."""
    metadata = pq.read_metadata(path)
    return {"path": path, "rows": metadata.num_rows, "bytes": os.path.getsize(path)}
