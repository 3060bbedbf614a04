"""`pattern`: the text matches a regular expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.checks.base import ValueRule

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Pattern(ValueRule):
    """The column matches `regex`, anywhere unless it is anchored, as JSON Schema reads patterns.

    The dialect is RE2 on every engine, so a pattern cannot mean one thing here and another there.
    """

    regex: str

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        return pc.invert(pc.match_substring_regex(values, self.regex))

    def text(self) -> str:
        return f"{self.column} matches {self.regex}"
