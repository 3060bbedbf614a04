"""ORC files to typed records, after their own schema has been held against the contract.

The records are counted by the file's footer, and what the stripes hold must agree with it.
A timestamp of ORC is a clock without a zone, one of type "timestamp with local time zone" a moment. Arrow reads both in
nanoseconds, so a stripe with one before 1677 or after 2262 cannot be read; it is refused. CHAR keeps its padding, since
ORC says that it is part of the value. Codes: FILE_DAMAGED, VALUE_UNREADABLE, and those of `exact.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
from pyarrow import orc

from mesh_etl.contract.types import DataType
from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.stored.orc_footer import stripe_rows
from mesh_etl.kernels.stored.parquet import stored_type
from mesh_etl.kernels.stored.reader import StoredReader, damaged, ranges, undamaged
from mesh_etl.kernels.work import WorkItem
from mesh_etl.stores import InputFile

ITEM_BYTES = 64 << 20
BATCH_ROWS = 64_000


@dataclass(frozen=True)
class OrcReader(StoredReader):
    """A reader of ORC files by column name, in ranges of stripes; memory holds one stripe."""

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        """See `Reader`."""
        with file.native() as stream, undamaged(file, "ORC"):
            stripes = orc.ORCFile(stream).nstripes
        return ranges([file.size // max(1, stripes)] * stripes, ITEM_BYTES)

    def batches(self, item: WorkItem) -> Iterator[tuple[pa.RecordBatch, int]]:
        """See `StoredReader`."""
        if item.start == item.end:
            return
        with item.file.native() as stream, undamaged(item.file, "ORC"):
            file = orc.ORCFile(stream)
            wanted = set(self._stored_names())
            columns = [name for name in file.schema.names if name in wanted]
            # Arrow counts no rows where it reads no column.
            columns = columns or file.schema.names[:1]
            rows = stripe_rows(item.file, file)
            for index in range(item.start, item.end):
                stripe = _stripe(file, index, columns, item.file)
                if stripe.num_rows != rows[index]:
                    raise damaged(item.file, f"the footer and stripe {index} disagree about the number of rows")
                for start in range(0, rows[index], BATCH_ROWS):
                    yield stripe.slice(start, BATCH_ROWS), min(BATCH_ROWS, rows[index] - start)


def file_schema(file: InputFile) -> list[tuple[str, DataType | str]]:
    """The columns of a file as its footer states them; a type that no contract has is given by its Arrow name.

    Raises what Arrow raises for a file that is not ORC.
    """
    with file.native() as stream:
        return [(column.name, stored_type(column.type)) for column in orc.ORCFile(stream).schema]


def _stripe(file: orc.ORCFile, index: int, columns: list[str], pinned: InputFile) -> pa.RecordBatch:
    try:
        return file.read_stripe(index, columns=columns)
    except pa.ArrowInvalid as error:
        if "nanosecond" not in str(error):
            raise
        problem = f"stripe {index} holds a timestamp before 1677 or after 2262, which cannot be read from ORC"
        fix = "deliver it as Parquet, or with NULL for moments that stand for no end"
        raise RunError(Fault("VALUE_UNREADABLE", problem, pinned.path, fix)) from None
