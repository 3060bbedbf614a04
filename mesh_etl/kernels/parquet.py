"""Parquet files to typed records, after their own schema has been held against the contract."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mesh_etl.contract.arrow_types import from_arrow
from mesh_etl.contract.types import DataType, Schema
from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.schema import arrow, arrow_schema
from mesh_etl.kernels.work import Parsed, Place, WorkItem
from mesh_etl.stores import InputFile

ITEM_BYTES = 64 << 20
BATCH_ROWS = 64_000


@dataclass(frozen=True)
class ParquetReader:
    """A reader of Parquet files by column name; `names` maps a column of the schema to its name in the files.

    Columns that the files do not hold come from the item's constants (partition values).
    """

    schema: Schema
    names: dict[str, str] = field(default_factory=dict)

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        with file.native() as stream:
            metadata = pq.read_metadata(stream)
        cuts, size = [0], 0
        for index in range(metadata.num_row_groups):
            size += metadata.row_group(index).total_byte_size
            if size >= ITEM_BYTES:
                cuts.append(index + 1)
                size = 0
        if cuts[-1] < metadata.num_row_groups or metadata.num_row_groups == 0:
            cuts.append(metadata.num_row_groups)
        return list(pairwise(cuts))

    def first_line(self, item: WorkItem) -> int:
        return 1

    def parse(self, item: WorkItem) -> Iterator[Parsed]:
        base = 0
        for batch in self._batches(item):
            records = np.arange(base, base + batch.num_rows)
            base += batch.num_rows

            def locate(rows: Sequence[int], batch: pa.RecordBatch = batch, first: int = int(records[0])) -> list[Place]:
                return _places(batch, rows, first)

            yield Parsed(batch, records, [], batch.num_rows, batch.num_rows, locate)

    def locate(self, item: WorkItem, records: Sequence[int]) -> list[Place]:
        wanted, places, base = np.asarray(records), dict[int, Place](), 0
        for batch in self._batches(item):
            here = wanted[(wanted >= base) & (wanted < base + batch.num_rows)]
            places.update(zip(map(int, here), _places(batch, [int(one) - base for one in here], base), strict=True))
            base += batch.num_rows
        return [places[int(record)] for record in records]

    def _batches(self, item: WorkItem) -> Iterator[pa.RecordBatch]:
        if item.start == item.end:
            return
        constants = dict(item.file.constants)
        schema = arrow_schema(self.schema)
        file = pq.ParquetFile(item.file.native())
        present = set(file.schema_arrow.names)
        stored = [
            name for name in (self.names.get(column.name, column.name) for column in self.schema) if name in present
        ]
        groups = list(range(item.start, item.end))
        for batch in file.iter_batches(BATCH_ROWS, row_groups=groups, columns=stored, use_threads=False):
            columns = []
            for column, target in zip(self.schema, schema, strict=True):
                if column.name in constants:
                    columns.append(pa.repeat(constant(constants[column.name], column.type), batch.num_rows))
                elif (name := self.names.get(column.name, column.name)) in present:
                    columns.append(_exact(batch.column(name), target, item.file.path))
                else:  # added to the contract after this file was written
                    columns.append(pa.nulls(batch.num_rows, target.type))
            if batch.num_rows:
                yield pa.RecordBatch.from_arrays(columns, schema=schema)


def file_schema(file: InputFile) -> list[tuple[str, DataType | str]]:
    """The columns of a file as its footer states them; a type that no contract has is given by its Arrow name."""
    found: list[tuple[str, DataType | str]] = []
    with file.native() as stream:
        schema = pq.read_schema(stream)
    for column in schema:
        try:
            found.append((column.name, from_arrow(column.type)))
        except ValueError:
            found.append((column.name, str(column.type)))
    return found


def constant(text: str | None, type_: DataType) -> pa.Scalar:
    """The value that a partition path spells, as a scalar of the column's type."""
    target = arrow(type_)
    if text is None:
        return pa.scalar(None, target)
    return pc.cast(pa.scalar(text), target)


def _exact(column: pa.Array, target: pa.Field, path: str) -> pa.Array:
    try:
        return column if column.type == target.type else pc.cast(column, target.type)
    except pa.ArrowInvalid:  # such as nanoseconds, where the contract's timestamps have microseconds
        problem = f"column '{target.name}' holds values that {target.type} cannot hold exactly"
        raise RunError(Fault("VALUE_LOSS", problem, path, "deliver it with fewer digits")) from None


def _places(batch: pa.RecordBatch, rows: Sequence[int], first: int) -> list[Place]:
    found: list[dict[str, Any]] = batch.take(pa.array(rows, pa.int64())).to_pylist()
    texts = [json.dumps(row, default=str, ensure_ascii=False) for row in found]
    return [Place(first + row + 1, text) for row, text in zip(rows, texts, strict=True)]
