"""Rules that say nothing of rows which take others away: such a row may hold its key alone."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.write.rules import RowRule


@dataclass(frozen=True)
class OfLiving:
    """The rule, for rows whose column `operation` has none of the texts `deletes`."""

    rule: RowRule
    operation: str
    deletes: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.rule.id

    @property
    def column(self) -> str:
        return self.rule.column

    @property
    def reads(self) -> tuple[str, ...] | None:
        return self.rule.reads

    @property
    def rejects(self) -> bool:
        return self.rule.rejects

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        mask = self.rule.broken(batch)
        if mask is None:
            return None
        words = batch.column(self.operation).cast(pa.string())
        return pc.and_(pc.fill_null(mask, False), pc.invert(pc.is_in(words, pa.array(self.deletes, pa.string()))))
