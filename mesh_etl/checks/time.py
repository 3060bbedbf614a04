"""`logicalType: time`: the text is a time of day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.checks.base import Rule

if TYPE_CHECKING:
    import pyarrow as pa

_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
_OFFSET = "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"


@dataclass(frozen=True)
class Time(Rule):
    """The column holds times as hh:mm:ss with up to six digits after a point, with an offset exactly where `zoned`.

    No type of the table is a time of day, so it is stored as text; this keeps the text comparable and castable.
    """

    zoned: bool

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        regex = f"^{_CLOCK}{_OFFSET if self.zoned else ''}$"
        return pc.invert(pc.match_substring_regex(batch.column(self.column), regex))

    def text(self) -> str:
        return f"{self.column} is a time of day" + (" with an offset" if self.zoned else "")
