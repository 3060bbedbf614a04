"""Files of a table of which not everything is shown: other columns and rows are not there for whoever reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.contract.types import Schema
from mesh_etl.kernels.conditions import Condition, columns
from mesh_etl.kernels.stored.reader import StoredReader, damaged
from mesh_etl.kernels.stored.written import WrittenReader
from mesh_etl.kernels.true_rows import true_of
from mesh_etl.kernels.work import WorkItem
from mesh_etl.stores import InputFile


@dataclass(frozen=True, slots=True)
class Portion:
    """Columns that are shown in the rows for which a condition is true."""

    columns: frozenset[str]
    rows: Condition


@dataclass(frozen=True)
class ShownReader(StoredReader):
    """A reader of what portions show of a table's files; `whole` is the schema of all columns that it needs.

    A row is there when one of the portions shows it, and its cells are empty in columns that only others show. Records
    are counted and numbered without the rows that are not there.
    """

    portions: tuple[Portion, ...] = ()
    whole: Schema = ()

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        """See `Reader`."""
        return self._files.split(file)

    def batches(self, item: WorkItem) -> Iterator[tuple[pa.RecordBatch, int]]:
        """See `StoredReader`."""
        for batch, read in self._files.batches(item):
            typed, verdicts = self._files._typed(batch, item)
            seen = [(one.columns, true_of(one.rows, typed)) for one in self.portions]
            there = reduce(pc.or_, (rows for _, rows in seen))
            cells = []
            for name, stored in zip(self._names, self._stored_names(), strict=True):
                index = typed.schema.get_field_index(name)
                if stored not in batch.schema.names and verdicts[index]:
                    raise damaged(item.file, "its folder does not spell a value of the partition key")
                column = batch.column(stored) if stored in batch.schema.names else typed.column(index)
                cells.append(_shown(column, [rows for names, rows in seen if name in names], len(seen)))
            shown = pa.RecordBatch.from_arrays(cells, names=self._stored_names()).filter(there)
            yield shown, read - (batch.num_rows - shown.num_rows)

    def _constants(self, item: WorkItem) -> dict[str, str | None]:
        """None: what the folder says is among the cells already, and may not be for whoever reads."""
        return {}

    @property
    def _names(self) -> list[str]:
        return [column.name for column in self.schema]

    def spelled(self) -> list[list[str]]:
        """What is shown, in one spelling: other portions make other rows of the same files."""
        return sorted([*sorted(one.columns), f"where {one.rows}"] for one in self.portions)

    @property
    def _files(self) -> WrittenReader:
        return WrittenReader(self.whole, self.names, self.text)


def _shown(column: pa.Array, rows: list[pa.BooleanArray], portions: int) -> pa.Array:
    """The column, NULL where none of its own portions shows the row."""
    if len(rows) == portions:  # a row that none of them shows is not there at all
        return column
    return pc.if_else(reduce(pc.or_, rows), column, pa.scalar(None, column.type))


def deciding(portions: tuple[Portion, ...]) -> frozenset[str]:
    """The columns by which it is decided which rows are shown."""
    return frozenset(name for one in portions for name in columns(one.rows))
