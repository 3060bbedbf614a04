"""`enum` and `validValues`: the value is one of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.base import ValueRule, holdable

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Accepted(ValueRule):
    """The column is one of `values`; NULL is left to `required`."""

    values: tuple[Any, ...]

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        known = pc.is_in(values, holdable([one for one in self.values if one is not None], values.type))
        unknown = pc.invert(known)
        return pc.and_(unknown, pc.is_valid(values)) if values.null_count else unknown

    def text(self) -> str:
        return f"{self.column} is one of {len(self.values)} accepted values"
