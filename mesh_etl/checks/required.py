"""`required`, and the library metrics `nullValues` and `missingValues`: a value must be there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.base import Rule, holdable

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Required(Rule):
    """The column is not NULL."""

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        column = batch.column(self.column)
        return column.is_null() if column.null_count else None

    def text(self) -> str:
        return f"{self.column} is not null"


@dataclass(frozen=True)
class Missing(Rule):
    """The column is none of the values that stand for "missing"; None among them is NULL."""

    values: tuple[Any, ...]

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        column = batch.column(self.column)
        known = holdable([value for value in self.values if value is not None], column.type)
        listed = pc.and_(pc.is_in(column, known), pc.is_valid(column))
        return pc.or_(listed, pc.is_null(column)) if None in self.values else listed

    def text(self) -> str:
        return f"{self.column} is not one of {len(self.values)} values that mean missing"
