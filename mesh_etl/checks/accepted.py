"""`enum` and `validValues`: the value is one of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.base import Rule, holdable

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Accepted(Rule):
    """The column is one of `values`; NULL is left to `required`."""

    values: tuple[Any, ...]

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        column = batch.column(self.column)
        known = pc.is_in(column, holdable(self.values, column.type))
        return pc.and_(pc.invert(known), pc.is_valid(column))

    def text(self) -> str:
        return f"{self.column} is one of {len(self.values)} accepted values"
