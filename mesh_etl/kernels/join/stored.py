"""The files of a table, part by part, with their columns as the table has them now.

A part is a row group of a Parquet file, or a stripe of an ORC file, of which no statistics are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import orc

from mesh_etl.contract.types import Schema
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.kernels.stored.written import is_orc
from mesh_etl.storage import Storage

Values = tuple[str | None, ...]


@dataclass(frozen=True)
class StoredFile:
    """A file of the table: its number among those that are looked at, and its partition."""

    number: int
    path: str
    values: Values
    constants: Mapping[str, Any]  # columns that its path holds, as Python values


@dataclass(frozen=True)
class StoredTable:
    """How the table's files are read: from which storage, and which columns they have by now."""

    storage: Storage
    schema: Schema

    @contextmanager
    def opened(self, file: StoredFile) -> Iterator[OpenedFile]:
        """The file, open for the block."""
        kind = OrcParts if is_orc(file.path) else ParquetParts
        with self.storage.open(file.path) as source:
            yield kind(source, file, arrow_schema(self.schema))


class OpenedFile:
    """A file of the table while it is read; `schema` is that of the table."""

    def __init__(self, file: StoredFile, schema: pa.Schema, stored: Sequence[str]) -> None:
        self.file = file
        self.schema = schema
        self._stored = frozenset(stored) - file.constants.keys()

    def parts(self) -> list[int]:
        """The rows of each part."""
        raise TypeError(f"{type(self).__name__} has no parts")

    def read(self, part: int, names: Sequence[str]) -> pa.Table:
        """Columns of a part in the types of the table.

        A column that came into the table after the file was written is NULL in all its rows.
        """
        table = self._read(part, [name for name in names if name in self._stored])
        columns = [self._column(table, name, self.parts()[part]) for name in names]
        return pa.table(columns, schema=pa.schema([self.schema.field(name) for name in names]))

    def ends(self, part: int, name: str) -> tuple[Any, Any] | None:
        """The lowest and the highest value of a column in a part; None where that is not known."""
        if name in self.file.constants:
            return self.file.constants[name], self.file.constants[name]
        return self._ends(part, name) if name in self._stored else None

    def _read(self, part: int, names: list[str]) -> pa.Table:
        raise TypeError(f"{type(self).__name__} cannot be read")

    def _ends(self, part: int, name: str) -> tuple[Any, Any] | None:
        return None

    def _column(self, table: pa.Table, name: str, rows: int) -> pa.ChunkedArray | pa.Array:
        kind = self.schema.field(name).type
        if name in self.file.constants:
            return pa.repeat(pa.scalar(self.file.constants[name], kind), rows)
        return table.column(name).cast(kind) if name in self._stored else pa.nulls(rows, kind)


class ParquetParts(OpenedFile):
    """A Parquet file, by row groups."""

    def __init__(self, source: pa.NativeFile, file: StoredFile, schema: pa.Schema) -> None:
        self._file = pq.ParquetFile(source)
        super().__init__(file, schema, self._file.schema_arrow.names)

    def parts(self) -> list[int]:
        metadata = self._file.metadata
        return [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]

    def _read(self, part: int, names: list[str]) -> pa.Table:
        return self._file.read_row_group(part, columns=names, use_threads=False)

    def _ends(self, part: int, name: str) -> tuple[Any, Any] | None:
        if name not in self._leaves:
            return None
        found = self._file.metadata.row_group(part).column(self._leaves[name]).statistics
        return (found.min, found.max) if found is not None and found.has_min_max else None

    @cached_property
    def _leaves(self) -> dict[str, int]:
        schema = self._file.schema
        return {schema.column(index).path: index for index in range(len(schema))}


class OrcParts(OpenedFile):
    """An ORC file, by stripes."""

    def __init__(self, source: pa.NativeFile, file: StoredFile, schema: pa.Schema) -> None:
        self._file = orc.ORCFile(source)
        super().__init__(file, schema, self._file.schema.names)

    def parts(self) -> list[int]:
        return self._rows

    @cached_property
    def _rows(self) -> list[int]:
        first = self._file.schema.names[:1]
        return [self._file.read_stripe(index, columns=first).num_rows for index in range(self._file.nstripes)]

    def _read(self, part: int, names: list[str]) -> pa.Table:
        return pa.Table.from_batches([self._file.read_stripe(part, columns=names or self._file.schema.names[:1])])
