"""A row rule in SQL: `type: custom, engine: mesh_etl, implementation: {expression: ...}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.checks.base import Rule
from mesh_etl.expressions import Expression as Parsed

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Expression(Rule):
    """The expression is not false; NULL passes, as in a CHECK constraint.

    The engine evaluates it into the boolean column `answer` next to the row, in the pass that writes the row.
    """

    source = "engine"
    test: Parsed
    answer: str

    @property
    def reads(self) -> tuple[str, ...]:
        return self.test.columns

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        return pc.invert(batch.column(self.answer))

    def text(self) -> str:
        return self.test.sql
