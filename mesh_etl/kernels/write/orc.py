"""Tables to an ORC file, in Arrow's writer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import orc

from mesh_etl.errors import Fault, RunError

if TYPE_CHECKING:
    from mesh_etl.kernels.write.encode import EncodeJob

_CODECS = {"none": "uncompressed"}
_FIRST, _LAST = -(2**63) // 1000 + 1, (2**63 - 1) // 1000  # microseconds that fit 64 bits of nanoseconds


class OrcFile:
    """A file that tables are written to, one stripe or more for each."""

    def __init__(self, path: str, table: pa.Table, job: EncodeJob) -> None:
        codec = job.compression.partition(":")[0]
        self._writer = orc.ORCWriter(
            path,
            file_version="0.12",
            stripe_size=job.row_group_bytes,
            compression=_CODECS.get(codec, codec),
            bloom_filter_columns=[table.schema.get_field_index(name) for name in job.bloom_filters],
        )

    def write(self, table: pa.Table) -> None:
        """The rows are in the file. Raises `RunError` ORC_MOMENT."""
        for field in table.schema:
            if pa.types.is_timestamp(field.type):
                _refuse_far(table.column(field.name), field.name)
        self._writer.write(table)

    def close(self) -> None:
        """The file is whole."""
        self._writer.close()


def orc_rows(path: str) -> int:
    """The rows of an ORC file, as its footer tells them."""
    return int(orc.ORCFile(path).nrows)


def _refuse_far(column: pa.ChunkedArray, name: str) -> None:
    """No moment is so far off that Arrow, which reads ORC in nanoseconds, could not read it back."""
    ends = pc.min_max(column.cast(pa.timestamp("us", column.type.tz)))
    low, high = (ends[end].cast(pa.int64()).as_py() for end in ("min", "max"))
    if low is not None and (low < _FIRST or high > _LAST):
        problem = "a moment before 1677-09-21 or after 2262-04-11 cannot be kept in ORC files"
        raise RunError(Fault("ORC_MOMENT", problem, f"column {name}", "say format: parquet under target"))
