"""Some columns of a file that this library has written, as the table has them now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from mesh_etl.kernels.stored.written import Opened
from mesh_etl.stores import InputFile


def reread(
    file: InputFile, columns: Mapping[str, pa.DataType], constants: Mapping[str, pa.Scalar]
) -> Iterator[pa.RecordBatch]:
    """The batches of the file with these columns in these types.

    A file may have been written with narrower types. `constants` are columns that its path holds; one that came into
    the contract after the file was written is NULL in all its rows.
    """
    opened = Opened(file)
    stored = [name for name in columns if name not in constants and name in opened.names]
    for batch in opened.batches(stored):
        arrays = []
        for name, kind in columns.items():
            if name in constants:
                arrays.append(pa.repeat(constants[name], batch.num_rows))
            elif name in stored:
                arrays.append(batch.column(name).cast(kind))
            else:
                arrays.append(pa.nulls(batch.num_rows, kind))
        yield pa.RecordBatch.from_arrays(arrays, list(columns))
