"""Tables to a Parquet file, with an encoding for each column by a look at its first values.

Whole numbers, days and moments without a dictionary are stored as differences (DELTA_BINARY_PACKED of the Parquet
format), which takes less time and room than to compress them; so are decimals that fit 64 bits, as Spark has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from mesh_etl.kernels.write.encode import EncodeJob

PAGE_BYTES = 1 << 20  # Arrow's own size of a page
BLOOM_ERROR = 0.01  # of values that a row group lacks, so many are read for nothing
_FEWEST_ROWS, _MOST_ROWS = 1_024, 65_536
_SAMPLE_ROWS = 10_000
_LONGEST_WHOLE = 18  # digits of a decimal that 64 bits hold


class ParquetFile:
    """A file that tables are written to, each a row group; `table` is the first of them."""

    def __init__(self, path: str | pa.NativeFile, table: pa.Table, job: EncodeJob) -> None:
        repetitive = _repetitive(table)
        others = [field for field in table.schema if field.name not in repetitive] if job.delta else []
        numbers = [field.name for field in others if _is_number(field.type)]
        codec, _, level = job.compression.partition(":")
        bloom = {name: {"ndv": max(1, table.num_rows), "fpp": BLOOM_ERROR} for name in job.bloom_filters}
        self._writer = pq.ParquetWriter(
            path,
            table.schema,
            compression=codec,
            compression_level=int(level) if level else None,
            use_dictionary=repetitive,
            column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
            store_decimal_as_integer=True,
            write_batch_size=_batch_rows(table),
            # Where rows are in an order, the values of a page are few, and readers can skip pages.
            write_page_index=bool(job.sort_by or job.cluster_by),
            **({"bloom_filter_options": bloom} if bloom else {}),
        )

    def write(self, table: pa.Table) -> None:
        """The rows are a row group of the file."""
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))

    def close(self) -> None:
        """The file is whole."""
        self._writer.close()


def writes_bloom_filters() -> bool:
    """Whether the pyarrow of this machine writes Bloom filters into Parquet files, which older ones do not."""
    schema = pa.schema([("one", pa.int32())])
    try:
        pq.ParquetWriter(pa.BufferOutputStream(), schema, bloom_filter_options={"one": {"ndv": 1}}).close()
    except TypeError:
        return False
    return True


def parquet_rows(path: str) -> int:
    """The rows of a Parquet file, as its footer tells them."""
    return int(pq.read_metadata(path).num_rows)


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
            and (pc.count_distinct(_codes(sample.column(field.name))).as_py() * 4 <= sample.num_rows)
        ):
            names.append(field.name)
    return names


def _codes(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column, or its indices if it has dictionaries, which are the same for all chunks."""
    if not pa.types.is_dictionary(column.type):
        return column
    return pa.chunked_array([chunk.indices for chunk in column.chunks], column.type.index_type)
