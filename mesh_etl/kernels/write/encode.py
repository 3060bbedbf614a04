"""The second half of the write: a partition's spilled batches become Parquet files of the target size."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROW_GROUP_BYTES = 64 << 20
_SAMPLE_ROWS = 10_000
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


def encode(job: EncodeJob) -> dict[str, Any]:
    """The batches are in Parquet files of about the target size, synced to disk; returns each file's footer facts.

    With `sort_by` rows are sorted within each task's share, so that row groups and files have narrow ranges.
    """
    Path(job.folder).mkdir(parents=True, exist_ok=True)
    files: list[dict[str, Any]] = []
    writer: pq.ParquetWriter | None = None
    path = ""
    for table in _chunks(job):
        table = table.drop_columns(list(job.drop))
        if writer is None:
            path = str(Path(job.folder) / f"part-{uuid.uuid4().hex}.parquet")
            writer = pq.ParquetWriter(
                path, table.schema, compression=_CODECS[job.compression], use_dictionary=_repetitive(table)
            )
        writer.write_table(table, row_group_size=max(1, table.num_rows))
        if os.path.getsize(path) >= job.target_bytes:
            files.append(_closed(writer, path))
            writer = None
    if writer is not None:
        files.append(_closed(writer, path))
    return {"files": files}


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


def _repetitive(table: pa.Table) -> list[str]:
    """The columns whose values repeat in a sample: for the others a dictionary costs time and saves nothing."""
    sample = table.slice(0, _SAMPLE_ROWS)
    names = []
    for field in table.schema:
        if pa.types.is_nested(field.type) or (
            not pa.types.is_boolean(field.type)
            and (pc.count_distinct(sample.column(field.name)).as_py() * 2 <= sample.num_rows)
        ):
            names.append(field.name)
    return names


def _closed(writer: pq.ParquetWriter, path: str) -> dict[str, Any]:
    writer.close()
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
    return footer(path)


def footer(path: str) -> dict[str, Any]:
    """Path, rows and bytes of a Parquet file, as its footer and the file system tell them."""
    metadata = pq.read_metadata(path)
    return {"path": path, "rows": metadata.num_rows, "bytes": os.path.getsize(path)}
