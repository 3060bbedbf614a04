"""The files that this library writes: the end of a file's name says its format, here and nowhere else."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import orc

from mesh_etl.kernels.stored.orc import OrcReader
from mesh_etl.kernels.stored.orc_footer import columns_with_null
from mesh_etl.kernels.stored.parquet import ParquetReader
from mesh_etl.kernels.stored.reader import StoredReader
from mesh_etl.kernels.work import WorkItem
from mesh_etl.stores import InputFile

BATCH_ROWS = 64_000


@dataclass(frozen=True)
class WrittenReader(StoredReader):
    """A reader of the files of tables, each by its own format."""

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        """See `Reader`."""
        return self._of(file).split(file)

    def batches(self, item: WorkItem) -> Iterator[tuple[pa.RecordBatch, int]]:
        """See `StoredReader`."""
        yield from self._of(item.file).batches(item)

    def _of(self, file: InputFile) -> StoredReader:
        return (OrcReader if is_orc(file.path) else ParquetReader)(self.schema, self.names, self.text)


@dataclass(frozen=True)
class Footer:
    """What the footer of a file says: its rows, and the columns that hold NULL, as far as it tells of them."""

    rows: int
    with_null: frozenset[str]


def is_orc(path: str) -> bool:
    """Whether the file of a table is ORC; else it is Parquet."""
    return path.endswith(".orc")


class Opened:
    """A file of a table, open to read whole columns; `names` are those that it has."""

    def __init__(self, file: InputFile) -> None:
        source = file.native()
        self._file: Any = orc.ORCFile(source) if is_orc(file.path) else pq.ParquetFile(source)
        self.names: list[str] = list(self._file.schema_arrow.names if self._parquet else self._file.schema.names)

    @property
    def _parquet(self) -> bool:
        return isinstance(self._file, pq.ParquetFile)

    def batches(self, columns: Collection[str]) -> Iterator[pa.RecordBatch]:
        """The rows with these of the columns, a part at a time."""
        if self._parquet:
            yield from self._file.iter_batches(BATCH_ROWS, columns=list(columns), use_threads=False)
            return
        for index in range(self._file.nstripes):
            # Arrow counts no rows where it reads no column.
            stripe = self._file.read_stripe(index, columns=list(columns) or self.names[:1])
            yield from (stripe.slice(start, BATCH_ROWS) for start in range(0, stripe.num_rows, BATCH_ROWS))


def footer(source: pa.NativeFile, path: str) -> Footer:
    """The footer of a file of a table; `source` has its bytes."""
    if is_orc(path):
        opened = orc.ORCFile(source)
        return Footer(opened.nrows, frozenset(columns_with_null(source, opened)))
    metadata = pq.read_metadata(source)
    leaves = {metadata.schema.column(index).path: index for index in range(metadata.num_columns)}
    return Footer(metadata.num_rows, frozenset(name for name, leaf in leaves.items() if _holds_null(metadata, leaf)))


def _holds_null(metadata: pq.FileMetaData, leaf: int) -> bool:
    chunks = (metadata.row_group(group).column(leaf) for group in range(metadata.num_row_groups))
    return any(chunk.statistics is not None and chunk.statistics.null_count for chunk in chunks)
