"""One large file in place of several: rows in the order of the files, or in the order that the table's files have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.compact.content import digest
from mesh_etl.kernels.compact.copied import copied
from mesh_etl.kernels.compact.row_groups import Further, Unlike, row_groups
from mesh_etl.kernels.write.encode import EncodeJob, arranged, cut, written

_ROW = "\0row"
_ONE_FILE = 1 << 62  # bytes


@dataclass(frozen=True)
class MergeJob:
    """The files that one task turns into one, and the columns that the table has now, less those that are in paths."""

    style: EncodeJob
    files: tuple[str, ...]
    schema: pa.Schema
    checksums: Mapping[str, str] = field(default_factory=dict)  # CRC-32 in hex by file, as far as it is known


def merge(job: MergeJob) -> dict[str, Any]:
    """The rows of the files are in one new file, and were read back from it; returns its footer facts.

    Without a file where columns of the same name do not fit together: then the answer has no path. Memory holds a row
    group of the files and one of the new file; all rows where they are to be in an order.

    Raises `RunError` COMPACTION_DIFFERS when the new file does not hold what was read; then it is gone again. Raises
    `RunError` FILE_DAMAGED for a file that would be copied and does not have its checksum.
    """
    style = replace(job.style, pieces=(), bytes=0, target_bytes=_ONE_FILE)
    with suppress(Unlike):
        return copied(style, job.files, job.schema, job.checksums)
    lost = pa.schema([])
    while True:
        try:
            return _merged(job, style, lost)
        except Further as found:  # columns that the contract has lost
            lost = pa.schema([*lost, *found.columns])
        except Unlike:
            return {}


def _merged(job: MergeJob, style: EncodeJob, lost: pa.Schema) -> dict[str, Any]:
    digests: list[tuple[int, list[int]]] = []
    tables = _collected(row_groups(style.storage, job.files, job.schema, lost), style)
    made: dict[str, Any] = written(style, _noted(tables, digests))["files"][0]
    stored = _portions(row_groups(style.storage, (made["path"],), job.schema, lost), [rows for rows, _ in digests])
    if [(table.num_rows, digest(table)) for table in stored] != digests:
        style.storage.remove(made["path"])
        problem = "the compacted file does not hold the rows that were read; nothing was committed"
        raise RunError(Fault("COMPACTION_DIFFERS", problem, made["path"], "check the machine's memory and disk"))
    return made


def _collected(tables: Iterable[pa.Table], style: EncodeJob) -> Iterator[pa.Table]:
    """The rows in row groups of the size that files want, in the order that they want."""
    ordered = bool(style.sort_by or style.cluster_by)
    held: list[pa.Table] = []
    size = 0
    for table in tables:
        held.append(table)
        size += table.nbytes
        if size >= style.row_group_bytes and not ordered:
            yield from cut(pa.concat_tables(held).combine_chunks(), size, style)
            held, size = [], 0
    if held:
        table = pa.concat_tables(held).combine_chunks()
        yield from cut(_in_order(table, style) if ordered else table, size, style)


def _in_order(table: pa.Table, style: EncodeJob) -> pa.Table:
    """The rows in order. Raises `RunError` COMPACTION_DIFFERS when they do not come back from it as they were."""
    numbered = arranged(table.append_column(_ROW, pa.array(np.arange(table.num_rows))), style)
    rows = numbered.column(_ROW)
    sorted_ = numbered.drop_columns([_ROW])
    if digest(sorted_.take(pc.sort_indices(rows))) != digest(table):
        problem = "putting the rows in order has changed them; nothing was committed"
        raise RunError(Fault("COMPACTION_DIFFERS", problem, style.folder, "check the machine's memory"))
    return sorted_


def _noted(tables: Iterable[pa.Table], digests: list[tuple[int, list[int]]]) -> Iterator[pa.Table]:
    for table in tables:
        digests.append((table.num_rows, digest(table)))
        yield table


def _portions(tables: Iterable[pa.Table], sizes: Iterable[int]) -> Iterator[pa.Table]:
    """The rows again in tables of these sizes; the last one has all that are left."""
    held, following = pa.Table.from_batches([], pa.schema([])), iter(tables)
    for size in sizes:
        while held.num_rows < size and (table := next(following, None)) is not None:
            held = pa.concat_tables([held, table]) if held.num_rows else table
        yield held.slice(0, size)
        held = held.slice(size)
    yield from (table for table in (held, *following) if table.num_rows)
