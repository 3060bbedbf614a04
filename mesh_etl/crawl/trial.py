"""The draft put to the test: the very source that a run would use reads the sample under the drafted types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mesh_etl.contract.types import Schema
from mesh_etl.crawl.layout import Layout, Piece, Pieces, header_of, opened, placed, read
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.kernels.text.stream import is_plain

if TYPE_CHECKING:
    import pyarrow as pa

LINES = {"csv", "fixed_width", "json"}


@dataclass(frozen=True)
class Refusal:
    """What the source refused: a code, the column ('' for the whole record), how often, and where first."""

    code: str
    column: str
    rows: int
    first: str


@dataclass(frozen=True)
class Tried:
    """The typed rows of the sample, and what was refused."""

    schema: Schema
    pieces: Pieces
    whole: bool  # each stretch was read to its end

    @cached_property
    def table(self) -> pa.Table:
        """All rows that were not refused."""
        import pyarrow as pa

        return pa.Table.from_batches([one.parsed.batch for one in self.pieces.all], schema=arrow_schema(self.schema))

    @cached_property
    def refused(self) -> tuple[Refusal, ...]:
        """What was refused, the most frequent first."""
        counts = Counter[tuple[str, str]]()
        firsts: dict[tuple[str, str], str] = {}
        for piece in self.pieces.all:
            for reject in piece.parsed.rejects:
                for violation in reject.violations:
                    key = (violation.rule, violation.column)
                    counts[key] += 1
                    if key not in firsts:
                        firsts[key] = placed(piece, reject.place.line)
        return tuple(Refusal(code, column, rows, firsts[code, column]) for (code, column), rows in counts.most_common())

    @property
    def refused_rows(self) -> int:
        """The number of records that were refused."""
        return sum(len(piece.parsed.rejects) for piece in self.pieces.all)


def declared(layout: Layout, names: Sequence[str], options: Mapping[str, Any]) -> dict[str, Any]:
    """What the job declares besides the path: options, and the columns where the files call them otherwise."""
    found = dict(options)
    if layout.format == "fixed_width":
        return found
    if not layout.positional and tuple(names) != layout.originals:
        found["columns"] = dict(zip(names, layout.originals, strict=True))
    if layout.lacking and layout.format != "json":
        found["drift"] = "ignore"
    return found


def tried(layout: Layout, schema: Schema, stated: Mapping[str, Any]) -> Tried:
    """The sample as the source reads it. Raises `PlanError` and `RunError` where it does not read a file at all."""
    pieces: list[Piece] = []
    whole = True
    for stretch in layout.stretches:
        one = opened(layout.format, stated, stretch.file, schema, ())
        plain = layout.format in LINES and is_plain(stretch.file, str(stated.get("encoding", "utf-8")))
        found, everything = read(one.reader, stretch, header_of(one), plain)
        pieces += found
        whole &= everything
    return Tried(schema, Pieces(tuple(pieces)), whole)
