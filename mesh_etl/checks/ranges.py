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
        inside = []  # asked this way round, "not a number" is inside no range
        if self.lower:
            value, allowed = self.lower
            inside.append((pc.greater_equal if allowed else pc.greater)(column, value))
        if self.upper:
            value, allowed = self.upper
            inside.append((pc.less_equal if allowed else pc.less)(column, value))
        return pc.invert(inside[0] if len(inside) == 1 else pc.and_(*inside))

    def text(self) -> str:
        low = f"{self.column} {'>=' if self.lower[1] else '>'} {self.lower[0]}" if self.lower else ""
        high = f"{self.column} {'<=' if self.upper[1] else '<'} {self.upper[0]}" if self.upper else ""
        return " and ".join(part for part in (low, high) if part)
