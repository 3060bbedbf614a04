"""Cells that a database has written as text, kept in Arrow IPC files, to typed records.

The database renders each value in one spelling, whatever its locale; `values/typing.py` judges it like the text of any
file. So a value has the same verdict on every engine and from every driver. Codes: those of `values/typing.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from mesh_etl.contract.types import Schema
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.kernels.text.columns import Cut, assemble
from mesh_etl.kernels.values.text_rules import PLAIN_TEXT, TextRules
from mesh_etl.kernels.values.typed import Typed
from mesh_etl.kernels.values.typing import typed
from mesh_etl.kernels.work import Parsed, Place, WorkItem
from mesh_etl.stores import InputFile, LandedStore

ITEM_BATCHES = 4
_OFFSET = {b"offset": b"stated"}


def cell_field(name: str, offset: bool = False) -> pa.Field:
    """A column of cells; `offset` says that its timestamps state theirs, whatever zone the source declares."""
    return pa.field(name, pa.string(), metadata=_OFFSET if offset else None)


def land_cells(batches: Iterator[pa.RecordBatch], schema: pa.Schema, file: Path, address: str) -> tuple[InputFile, int]:
    """The batches are in `file`; returns it pinned by the digest of its bytes, and the number of rows.

    `schema` is made of `cell_field`s. One batch is held at a time.
    """
    rows = 0
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, schema, options=options) as writer:
        for batch in batches:
            if batch.num_rows:
                writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
                rows += batch.num_rows
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return InputFile(address, file.stat().st_size, f"sha256:{digest}", LandedStore(str(file))), rows


@dataclass(frozen=True)
class CellsReader:
    """A reader of landed cells, by the names of the schema's columns."""

    schema: Schema
    text: TextRules = PLAIN_TEXT

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        with file.native() as stream:
            count = pa.ipc.open_file(stream).num_record_batches
        return list(pairwise([*range(0, count, ITEM_BATCHES), count])) if count else [(0, 0)]

    def first_line(self, item: WorkItem) -> int:
        return 1

    def parse(self, item: WorkItem) -> Iterator[Parsed]:
        base = 0
        for batch in _batches(item):
            yield self._typed(batch, base)
            base += batch.num_rows

    def locate(self, item: WorkItem, records: Sequence[int]) -> list[Place]:
        wanted, places, base = np.asarray(records), dict[int, Place](), 0
        for batch in _batches(item):
            here = wanted[(wanted >= base) & (wanted < base + batch.num_rows)]
            rows = [int(one) - base for one in here]
            places.update(zip(map(int, here), _places(batch, rows, base + 1), strict=True))
            base += batch.num_rows
        return [places[int(record)] for record in records]

    def _typed(self, batch: pa.RecordBatch, base: int) -> Parsed:
        results = [self._column(batch, column.name, index) for index, column in enumerate(self.schema)]
        values = pa.RecordBatch.from_arrays([one.values for one in results], schema=arrow_schema(self.schema))
        cut = Cut(pa.table({}), np.arange(batch.num_rows), {}, batch.num_rows)
        bad = [one.bad for one in results]

        def places(rows: Sequence[int], first_line: int) -> list[Place]:
            return _places(batch, rows, first_line)

        return assemble((values, bad), cut, base, base, batch.num_rows, lambda: places)

    def _column(self, batch: pa.RecordBatch, name: str, index: int) -> Typed:
        stated = batch.schema.field(name).metadata == _OFFSET
        rules = replace(self.text, timezone=None) if stated else self.text
        return typed(batch.column(name), self.schema[index].type, rules)


def _batches(item: WorkItem) -> Iterator[pa.RecordBatch]:
    with item.file.native() as stream:
        file = pa.ipc.open_file(stream)
        for index in range(item.start, item.end):
            yield file.get_batch(index)


def _places(batch: pa.RecordBatch, rows: Sequence[int], first_line: int) -> list[Place]:
    """The rows as JSON objects of the database's own text."""
    found = batch.take(pa.array(rows, pa.int64())).to_pylist()
    return [Place(row + first_line, json.dumps(one, ensure_ascii=False)) for row, one in zip(rows, found, strict=True)]
