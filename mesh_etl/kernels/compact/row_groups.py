"""The rows of files of a table, a row group at a time, with the columns and types that the table has now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import orc

from mesh_etl.kernels.stored.written import is_orc
from mesh_etl.storage import Storage


class Unlike(Exception):
    """A column has types in the files that do not fit together."""


class Further(Exception):
    """A file has `columns` that were not asked for."""

    def __init__(self, columns: pa.Schema) -> None:
        super().__init__(f"{len(columns)} columns")
        self.columns = columns


def row_groups(storage: Storage, paths: Sequence[str], schema: pa.Schema, lost: pa.Schema) -> Iterator[pa.Table]:
    """The row groups or stripes of the files, in order, with the columns of `schema` and then those that are `lost`.

    A file may lack columns that came into the contract later, which are NULL, and have narrower types than the table
    has now. Columns that the contract has lost are `lost`, and must be of one type.

    Raises `Unlike`, and `Further` with the columns of a file that are in neither.
    """
    whole = pa.schema([*schema, *lost])
    for path in paths:
        with storage.open(path) as source:
            for table in _groups(source, path):
                if table.schema.equals(whole):
                    yield table
                    continue
                others = [field for field in table.schema if field.name not in schema.names]
                if any(field.name not in lost.names for field in others):
                    raise Further(pa.schema([field for field in others if field.name not in lost.names]))
                if any(field.type != lost.field(field.name).type for field in others):
                    raise Unlike
                yield _as_now(table, whole)


def _groups(source: pa.NativeFile, path: str) -> Iterator[pa.Table]:
    file: Any
    if is_orc(path):
        file = orc.ORCFile(source)
        for index in range(file.nstripes):
            yield pa.Table.from_batches([file.read_stripe(index)])
        return
    with pq.ParquetFile(source) as file:
        for index in range(file.num_row_groups):
            yield file.read_row_group(index, use_threads=False)


def _as_now(table: pa.Table, schema: pa.Schema) -> pa.Table:
    names = set(table.schema.names)
    try:
        columns = [
            table.column(field.name).cast(field.type) if field.name in names else pa.nulls(table.num_rows, field.type)
            for field in schema
        ]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise Unlike from None
    return pa.Table.from_arrays(columns, schema=schema)
