"""What is known of files before their types are: format, declarations, columns, and the parts that were read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.contract.types import DataType, Schema
from mesh_etl.crawl.reach import Stretch, line_before, name_of
from mesh_etl.errors import PlanError
from mesh_etl.kernels.work import Parsed, Reader, WorkItem
from mesh_etl.sources.base import Opened, Source, SourceContext, source
from mesh_etl.stores import InputFile

if TYPE_CHECKING:
    import pyarrow as pa

    from mesh_etl.tables.ledger import Ledger


@dataclass(frozen=True)
class Layout:
    """The columns of all files together, under the names that the files use, in the order in which they are met.

    `types` has None for a column of text, whose type the cells decide; `text` holds these cells. `lacking` says which
    files have not the column. `complete` says that every row of every file was read.
    """

    format: str
    options: Mapping[str, Any]
    originals: tuple[str, ...]
    types: tuple[DataType | None, ...]
    stretches: tuple[Stretch, ...]
    complete: bool
    pieces: Pieces
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    positional: bool = False


@dataclass(frozen=True)
class Piece:
    """A run of records of one stretch, and the number of lines before the stretch, where that is known."""

    stretch: Stretch
    parsed: Parsed
    before: int | None


@dataclass(frozen=True)
class Pieces:
    """All that was read, in order; its rows are numbered through."""

    all: tuple[Piece, ...] = ()

    @property
    def rows(self) -> int:
        """The number of rows that were not rejected."""
        return sum(piece.parsed.batch.num_rows for piece in self.all)

    @property
    def read(self) -> int:
        """The number of records."""
        return sum(piece.parsed.read for piece in self.all)

    def column(self, name: str, kind: pa.DataType) -> pa.Array:
        """One column of all rows; NULL in the files that lack it."""
        import pyarrow as pa

        found = [
            piece.parsed.batch.column(name)
            if piece.parsed.batch.schema.get_field_index(name) >= 0
            else pa.nulls(piece.parsed.batch.num_rows, kind)
            for piece in self.all
        ]
        return pa.concat_arrays([one.cast(kind) for one in found]) if found else pa.array([], kind)

    def place(self, row: int) -> str:
        """Where a row stands: `a.csv:17`, or the file and the byte from which it was read."""
        ends = list(accumulate(piece.parsed.batch.num_rows for piece in self.all))
        index = bisect_right(ends, row)
        piece = self.all[index]
        begin = ends[index - 1] if index else 0
        return placed(piece, piece.parsed.locate([row - begin])[0].line)


def placed(piece: Piece, line: int) -> str:
    """The place of a line that was counted within its stretch."""
    name = name_of(piece.stretch.file)
    if piece.before is None:
        return f"{name}, line {line:,} after byte {piece.stretch.start:,}"
    return f"{name}:{piece.before + line}"


def component(kind: str) -> type[Source] | None:
    """The source that is registered for a format, or None."""
    import mesh_etl.sources  # noqa: F401  registers them

    return {name: source[name] for name in source}.get(kind)


def opened(kind: str, declared: Mapping[str, Any], file: InputFile, schema: Schema, required: Iterable[str]) -> Opened:
    """One file opened by the source itself, as a job that declares this would. Raises `PlanError`."""
    model = component(kind)
    if model is None:
        raise KeyError(kind)
    stated = model.model_validate({"type": kind, "path": file.path, **declared})
    return stated.open(_context(schema, frozenset(required)))


def header_of(opened: Opened) -> tuple[str, ...]:
    """The header of the one file that was opened; empty in formats that have none."""
    return next(iter(opened.headers.values()), ())


def _context(schema: Schema, required: frozenset[str]) -> SourceContext:
    def ledger(product: str) -> Ledger:
        raise PlanError()

    return SourceContext(
        root=Path.cwd(),
        schema=schema,
        required=required,
        evolved=frozenset(),
        where=lambda *_, **__: "",
        ledger=ledger,
        seen={},
    )


def read(reader: Reader, stretch: Stretch, header: Sequence[str], plain: bool) -> tuple[list[Piece], bool]:
    """The first rows of a stretch, a run of records at a time, and whether nothing of it was left."""
    item = WorkItem(0, "source", stretch.file, stretch.start, stretch.end, tuple(header))
    begins = stretch.start == 0 or not plain
    before = reader.first_line(item) - 1 if begins else line_before(stretch.file, stretch.start)
    found: list[Piece] = []
    rows = 0
    for parsed in reader.parse(item):
        found.append(Piece(stretch, parsed, before))
        rows += parsed.read
        if rows > stretch.rows:
            return found, False
    return found, True
