"""From cut fields and their verdicts to typed columns and parsed records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.contract.types import Field, Schema
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.kernels.values.text_rules import TextRules
from mesh_etl.kernels.values.typing import typed
from mesh_etl.kernels.work import Parsed, Place, Reject, Violation, WorkItem


@dataclass(frozen=True)
class Cut:
    """Records cut into fields: a row of `table` is record `records[row]` of `read`; `rejected` ones have no row."""

    table: pa.Table
    records: np.ndarray
    rejected: dict[int, Violation]
    read: int

    def then(self, other: Cut) -> Cut:
        """This cut followed by `other`, with the records counted on."""
        return Cut(
            pa.concat_tables([self.table, other.table]),
            np.concatenate((self.records, other.records + self.read)),
            {**self.rejected, **{record + self.read: why for record, why in other.rejected.items()}},
            self.read + other.read,
        )


@dataclass(frozen=True)
class Columns:
    """The columns of a schema and where those of an item come from: its fields, its file's constants, or nowhere."""

    schema: Schema
    names: dict[str, str]
    item: WorkItem

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the item's fields in order."""
        return self.item.header

    @cached_property
    def stored(self) -> list[str]:
        """The fields that are read; at least one, because Arrow takes none to mean all."""
        constants = dict(self.item.file.constants)
        wanted = {self._name(column) for column in self.schema if column.name not in constants}
        return [name for name in self.header if name in wanted] or [self.header[0]]

    def empty(self) -> pa.Table:
        """No records."""
        return pa.table({name: pa.array([], pa.string()) for name in self.stored})

    def typed(self, table: pa.Table, rules: TextRules) -> tuple[pa.RecordBatch, list[dict[int, str]]]:
        """The columns of the schema as values, each with a code for every cell (by row) that is none."""
        texts = {name: _whole(column) for name, column in zip(table.column_names, table.columns, strict=True)}
        constants = dict(self.item.file.constants)
        arrays, bad = [], []
        for column, target in zip(self.schema, arrow_schema(self.schema), strict=True):
            text = texts.get(self._name(column))
            if column.name in constants:
                one = typed(pa.array([constants[column.name]], pa.string()), column.type, rules)
                arrays.append(pa.repeat(one.values[0], table.num_rows))
                bad.append(dict.fromkeys(range(table.num_rows), one.bad[0]) if one.bad else {})
            elif text is None:
                arrays.append(pa.nulls(table.num_rows, target.type))
                bad.append({})
            else:
                found = typed(text, column.type, rules)
                arrays.append(found.values)
                bad.append(found.bad)
        return pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(self.schema)), bad

    def without_headers(self, cut: Cut) -> Cut:
        """The cut in which records that only repeat the header are rejected: files have been joined by hand.

        A file of one column may well hold its name.
        """
        if len(self.stored) < 2 or not cut.table.num_rows:
            return cut
        repeated = pc.fill_null(pc.equal(cut.table[0], self.stored[0]), False)
        if not pc.any(repeated).as_py():
            return cut
        for name in self.stored[1:]:
            repeated = pc.and_(repeated, pc.fill_null(pc.equal(cut.table[name], name), False))
        mask = repeated.to_numpy()
        why = {int(record): Violation("HEADER_REPEATED", "") for record in cut.records[mask]}
        table = cut.table.filter(pc.invert(repeated))
        return replace(cut, table=table, records=cut.records[~mask], rejected={**cut.rejected, **why})

    def _name(self, column: Field) -> str:
        return self.names.get(column.name, column.name)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def assemble(
    typed: tuple[pa.RecordBatch, list[dict[int, str]]],
    cut: Cut,
    base: int,
    line: int,
    lines: int,
    places: Callable[[], Callable[[Sequence[int], int], list[Place]]],
) -> Parsed:
    """The records of one block: rows without a bad cell as the batch, the others rejected with every bad column.

    The cells of the others are in `spoiled`.
    `base` and `line` say how many records and lines of the item came before; `places` is asked only where a record is
    rejected, or is located later.
    """
    batch, bad = typed
    spoiled = None
    cells: dict[int, int] = {}
    broken: dict[int, list[Violation]] = {record: [why] for record, why in cut.rejected.items()}
    bad_rows: set[int] = set()
    for name, codes in zip(batch.schema.names, bad, strict=True):
        for row, code in codes.items():
            bad_rows.add(row)
            broken.setdefault(int(cut.records[row]), []).append(Violation(code, name))
    kept = cut.records
    if bad_rows:
        keep = np.ones(batch.num_rows, bool)
        keep[list(bad_rows)] = False
        spoiled, cells = batch.filter(pa.array(~keep)), numbered(kept[~keep])
        batch, kept = batch.filter(pa.array(keep)), kept[keep]
    order = sorted(broken)
    found = places()(order, line + 1) if order else []
    rejects = [
        Reject(record + base, place, tuple(broken[record]), cells.get(record, -1))
        for record, place in zip(order, found, strict=True)
    ]

    def locate(rows: Sequence[int]) -> list[Place]:
        return places()([int(kept[row]) for row in rows], line + 1)

    return Parsed(batch, kept + base, rejects, cut.read, lines, locate, spoiled=spoiled)


def numbered(records: np.ndarray) -> dict[int, int]:
    """The row of each record."""
    return {record: row for row, record in enumerate(records.tolist())}
