"""Some columns of a file that this library has written, as the table has them now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.parquet as pq

BATCH_ROWS = 64_000


def reread(
    path: str, columns: Mapping[str, pa.DataType], constants: Mapping[str, pa.Scalar]
) -> Iterator[pa.RecordBatch]:
    """The batches of the file with these columns in these types.

    A file may have been written with narrower types. `constants` are columns that its path holds; one that came into
    the contract after the file was written is NULL in all its rows.
    """
    file = pq.ParquetFile(path)
    stored = [name for name in columns if name not in constants and name in file.schema_arrow.names]
    for batch in file.iter_batches(BATCH_ROWS, columns=stored, use_threads=False):
        arrays = []
        for name, kind in columns.items():
            if name in constants:
                arrays.append(pa.repeat(constants[name], batch.num_rows))
            elif name in stored:
                arrays.append(batch.column(name).cast(kind))
            else:
                arrays.append(pa.nulls(batch.num_rows, kind))
        yield pa.RecordBatch.from_arrays(arrays, list(columns))
