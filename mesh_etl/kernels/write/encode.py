"""The second half of the write: a partition's spilled batches become files of the target size."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow as pa

from mesh_etl.kernels.write.checksum import crc32
from mesh_etl.kernels.write.cluster import clustered
from mesh_etl.kernels.write.orc import OrcFile, orc_rows
from mesh_etl.kernels.write.parquet import ParquetFile, parquet_rows
from mesh_etl.kernels.write.states import Kept, TableStates
from mesh_etl.storage import LOCAL_STORAGE, Scratch, Storage

ROW_GROUP_BYTES = 64 << 20
_WORTH_A_FILE = 0.5  # of the target size: a smaller rest stays in the file before
_FILES: dict[str, type[ParquetFile | OrcFile]] = {"parquet": ParquetFile, "orc": OrcFile}


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
    scratch: Storage = LOCAL_STORAGE  # of the spill files and of the states
    format: str = "parquet"  # or orc
    cluster_by: tuple[str, ...] = ()
    row_group_bytes: int = ROW_GROUP_BYTES
    bloom_filters: tuple[str, ...] = ()
    bytes: int = 0  # of the batches together; 0 where that is not known
    schema: pa.Schema | None = None  # that of the files, where it is not the batches' own


def encode(job: EncodeJob) -> dict[str, Any]:
    """The batches are in files of about the target size, synced to disk; returns each file's footer facts.

    With `sort_by` or `cluster_by` rows are put in order within each task's share, so that row groups and files have
    narrow ranges.
    """
    return written(job, _chunks(job))


def written(job: EncodeJob, groups: Iterable[pa.Table]) -> dict[str, Any]:
    """As `encode`, for tables that come from elsewhere: each is a row group, and they are in order."""
    files: list[dict[str, Any]] = []
    states = TableStates(job.kept)
    taken = _Taken(states)
    tables = taken.passed(groups)
    for first in tables:
        files.append(_file(job, chain([first], tables), taken))
    found = states.write(Scratch(job.states, job.scratch)) if job.states else None
    return {"files": files, "states": found}


class _Taken:
    """What has been taken of a share: its bytes, and the states of its columns."""

    def __init__(self, states: TableStates) -> None:
        self.states = states
        self.bytes = 0

    def passed(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        for table in tables:
            self.states.add(table)
            self.bytes += table.nbytes
            yield table


def _file(job: EncodeJob, tables: Iterator[pa.Table], taken: _Taken) -> dict[str, Any]:
    """The first of the tables are in a file, as many as it takes to reach the target size.

    A rest that would make a file of less than half that size comes into this one.
    """
    path = f"{job.folder}/part-{uuid.uuid4().hex}.{job.format}"
    with job.storage.writing(path) as local:
        file: ParquetFile | OrcFile | None = None
        mine = 0
        for table in tables:
            mine += table.nbytes
            rows = table.drop_columns(list(job.drop))
            rows = rows if job.schema is None else rows.select(job.schema.names).cast(job.schema)
            file = file or _FILES[job.format](local, rows, job)
            file.write(rows)
            written = os.path.getsize(local)
            rest = (job.bytes - taken.bytes) * written / max(1, mine)
            if written >= job.target_bytes and not 0 < rest < job.target_bytes * _WORTH_A_FILE:
                break
        assert file is not None, "a file is begun for a table"
        file.close()
        return {**footer(local), "path": path, "crc32": crc32(local)}


def _chunks(job: EncodeJob) -> Iterator[pa.Table]:
    """Row groups: runs of batches of about their size; those of rows in an order are cut from the whole share."""
    held: list[pa.RecordBatch] = []
    size = 0
    ordered = bool(job.sort_by or job.cluster_by)
    for spill, batches in job.pieces:
        with job.scratch.open(spill) as source:
            reader = pa.ipc.open_file(source)
            for index in batches:
                batch = reader.get_batch(index)
                held.append(batch)
                size += batch.nbytes
                if size >= job.row_group_bytes and not ordered:
                    yield from cut(pa.Table.from_batches(held), size, job)
                    held, size = [], 0
    if not held:
        return
    yield from cut(arranged(pa.Table.from_batches(held), job), size, job)


def arranged(table: pa.Table, job: EncodeJob) -> pa.Table:
    """The rows in the order that the job wants; rows that are equal in it stay as they are to each other."""
    if job.cluster_by:
        return clustered(table, job.cluster_by)
    return table.sort_by([(name, "ascending") for name in job.sort_by]) if job.sort_by else table


def cut(table: pa.Table, size: int, job: EncodeJob) -> Iterator[pa.Table]:
    """The rows in row groups of equal size, as near to the wanted one as can be."""
    groups = max(1, round(size / job.row_group_bytes))
    rows = -(-table.num_rows // groups) or 1
    for start in range(0, table.num_rows, rows):
        yield table.slice(start, rows)


def footer(path: str) -> dict[str, Any]:
    """Path, rows and bytes of a file that this library has written, as its footer and the file system tell them."""
    rows = orc_rows(path) if path.endswith(".orc") else parquet_rows(path)
    return {"path": path, "rows": rows, "bytes": os.path.getsize(path)}
