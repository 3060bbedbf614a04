"""`required`, and the library metrics `nullValues` and `missingValues`: a value must be there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.base import ValueRule, holdable

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Required(ValueRule):
    """The column is not NULL."""

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        return values.is_null() if values.null_count else None

    def text(self) -> str:
        return f"{self.column} is not null"


@dataclass(frozen=True)
class Missing(ValueRule):
    """The column is none of the values that stand for "missing"; None among them is NULL."""

    values: tuple[Any, ...]

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        known = holdable([value for value in self.values if value is not None], values.type)
        listed = pc.and_(pc.is_in(values, known), pc.is_valid(values))
        return pc.or_(listed, pc.is_null(values)) if None in self.values else listed

    def text(self) -> str:
        return f"{self.column} is not one of {len(self.values)} values that mean missing"
