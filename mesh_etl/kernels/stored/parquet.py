"""Parquet files to typed records, after their own schema has been held against the contract.

The records are counted by the footer, and what the pages hold must agree with it. A page whose checksum is stored is
verified. INT96, which old writers use for timestamps, is read twice, since Arrow's nanoseconds end in 2262 and its
coarser units drop digits: together the two readings tell the exact moment. Codes: FILE_DAMAGED, and those of
`exact.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mesh_etl.contract.arrow_types import from_arrow
from mesh_etl.contract.types import DataType
from mesh_etl.kernels.stored.reader import StoredReader, constant, damaged, ranges, undamaged
from mesh_etl.kernels.work import WorkItem
from mesh_etl.stores import InputFile

__all__ = ["ParquetReader", "constant", "file_schema"]

ITEM_BYTES = 32 << 20
BATCH_ROWS = 64_000
BATCH_BYTES = 32 << 20
_NANOS_END = 9_223_372_036_854  # milliseconds that nanoseconds can hold
_NO_MILLIS = 1_000_000_000_000_000  # milliseconds after the year 9999


@dataclass(frozen=True)
class ParquetReader(StoredReader):
    """A reader of Parquet files by column name, in ranges of row groups."""

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        """See `Reader`."""
        with file.native() as stream, undamaged(file, "Parquet"):
            metadata = pq.read_metadata(stream)
            sizes = [metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups)]
        return ranges(sizes, ITEM_BYTES)

    def batches(self, item: WorkItem) -> Iterator[tuple[pa.RecordBatch, int]]:
        """See `StoredReader`."""
        if item.start == item.end:
            return
        with item.file.native() as stream, undamaged(item.file, "Parquet"):
            file = pq.ParquetFile(stream, page_checksum_verification=True)
            wanted = set(self._stored_names())
            stored = [name for name in file.schema_arrow.names if name in wanted]
            leaves = _leaves(file, wanted)
            if (
                sum(file.metadata.row_group(one).num_rows for one in range(file.num_row_groups))
                != file.metadata.num_rows
            ):
                raise damaged(item.file, "the footer contradicts itself about the number of rows")
            int96 = [name for name in _int96(file) if name in wanted]
            coarse = _Coarse(item.file, int96) if int96 else None
            for group in range(item.start, item.end):
                yield from self._group(file, group, stored, leaves, item.file, coarse)

    def _group(
        self,
        file: pq.ParquetFile,
        group: int,
        stored: list[str],
        leaves: list[int],
        pinned: InputFile,
        coarse: _Coarse | None,
    ) -> Iterator[tuple[pa.RecordBatch, int]]:
        metadata = file.metadata.row_group(group)
        left = metadata.num_rows
        size = _batch_rows(metadata)
        second = coarse.batches(group, size) if coarse else None
        batches = file.iter_batches(size, row_groups=[group], columns=stored, use_threads=False)
        held: pa.RecordBatch | None = None
        for batch in batches:
            if second is not None:
                batch = _with_int96(batch, next(second))
            if held is not None:
                left -= held.num_rows
                yield held, held.num_rows
            elif {metadata.column(leaf).num_values for leaf in leaves} - {left}:
                # Not before a batch was read: of a column chunk that Arrow cannot read it cannot speak either, and ends
                # the process.
                raise damaged(pinned, f"the footer contradicts itself about the number of rows in row group {group}")
            held = batch
        # The footer's count goes to the accounting: what it counts and no page holds would be missed there, too.
        if left != (held.num_rows if held is not None else 0):
            raise damaged(pinned, f"the footer and the pages disagree about the rows of row group {group}")
        if held is not None:
            yield held, left


def file_schema(file: InputFile) -> list[tuple[str, DataType | str]]:
    """The columns of a file as its footer states them; a type that no contract has is given by its Arrow name.

    Raises what Arrow raises for a file that is not Parquet.
    """
    with file.native() as stream:
        opened = pq.ParquetFile(stream)
        deep = {path.partition(".")[0] for path in _int96_paths(opened) if "." in path}
        return [
            (column.name, f"{column.type} with INT96 inside" if column.name in deep else stored_type(column.type))
            for column in opened.schema_arrow
        ]


def stored_type(kind: pa.DataType) -> DataType | str:
    """The contract's type for an Arrow type, or the Arrow type's name where there is none."""
    try:
        return from_arrow(kind)
    except ValueError:
        return str(kind)


def _batch_rows(metadata: pq.RowGroupMetaData) -> int:
    """Rows of a batch: fewer where they are long."""
    rows: int = BATCH_BYTES * metadata.num_rows // max(1, metadata.total_byte_size)
    return max(1, min(BATCH_ROWS, rows))


def _leaves(file: pq.ParquetFile, wanted: set[str]) -> list[int]:
    """The columns that are read and have one value a row."""
    schema = file.schema
    return [
        index
        for index, column in enumerate(map(schema.column, range(len(schema))))
        if column.max_repetition_level == 0 and column.path in wanted
    ]


def _int96_paths(file: pq.ParquetFile) -> list[str]:
    schema = file.schema
    columns = map(schema.column, range(len(schema)))
    return [column.path for column in columns if column.physical_type == "INT96"]


def _int96(file: pq.ParquetFile) -> list[str]:
    return [path for path in _int96_paths(file) if path in file.schema_arrow.names]


class _Coarse:
    """The INT96 columns of a file in milliseconds."""

    def __init__(self, file: InputFile, names: list[str]) -> None:
        self.file = pq.ParquetFile(file.native(), coerce_int96_timestamp_unit="ms")
        self.names = names

    def batches(self, group: int, size: int) -> Iterator[pa.RecordBatch]:
        yield from self.file.iter_batches(size, row_groups=[group], columns=self.names, use_threads=False)


def _with_int96(batch: pa.RecordBatch, coarse: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with exact microseconds for INT96 columns; those that fit nanoseconds and need them stay as they are.

    Nanoseconds that overflowed are still right modulo 2^64, so what they have beyond the milliseconds is exact.
    """
    for name in coarse.schema.names:
        column = batch.column(name)
        fine = column.view(pa.int64()).fill_null(0).to_numpy().view(np.uint64)
        millis = coarse.column(name).view(pa.int64()).fill_null(0).to_numpy()
        beyond = (fine - millis.view(np.uint64) * np.uint64(1_000_000)).view(np.int64)
        lost = beyond % 1_000 != 0
        if lost.any() and (np.abs(millis) < _NANOS_END).all():
            continue
        micros = np.clip(millis, -_NO_MILLIS, _NO_MILLIS) * 1_000 + beyond // 1_000
        micros[lost] = _NO_MILLIS * 1_000  # no moment of the calendar: the row is refused
        nulls = column.is_null().to_numpy(zero_copy_only=False)
        exact = pa.array(micros, pa.int64(), mask=nulls).view(pa.timestamp("us"))
        batch = batch.set_column(batch.schema.get_field_index(name), name, exact)
    return batch
