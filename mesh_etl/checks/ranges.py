"""`minimum`, `maximum` and their exclusive forms: the value lies in a range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.base import Rule

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Range(Rule):
    """The column lies between the ends; each is a value and whether the value itself is allowed, or None."""

    lower: tuple[Any, bool] | None
    upper: tuple[Any, bool] | None

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        column = batch.column(self.column)
        outside = []
        if self.lower:
            value, allowed = self.lower
            outside.append((pc.less if allowed else pc.less_equal)(column, value))
        if self.upper:
            value, allowed = self.upper
            outside.append((pc.greater if allowed else pc.greater_equal)(column, value))
        return outside[0] if len(outside) == 1 else pc.or_(*outside)

    def text(self) -> str:
        low = f"{self.column} {'>=' if self.lower[1] else '>'} {self.lower[0]}" if self.lower else ""
        high = f"{self.column} {'<=' if self.upper[1] else '<'} {self.upper[0]}" if self.upper else ""
        return " and ".join(part for part in (low, high) if part)
