"""JSON to typed records: an object a line, the objects of an array, or one object after the other.

Each object is held against the contract's types key by key. Codes: NOT_JSON, NOT_AN_OBJECT, DUPLICATE_KEY, TOO_DEEP,
UNKNOWN_FIELD, ENCODING, and those of `values.py`, `scan.py` and `envelope.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, pairwise
from typing import Any, Literal

from mesh_etl.contract.types import Schema
from mesh_etl.kernels.json.envelope import begin, check
from mesh_etl.kernels.json.keys import Keys, steps, with_codes
from mesh_etl.kernels.json.nested import Run, parsed
from mesh_etl.kernels.json.scan import Piece, documents, elements
from mesh_etl.kernels.json.text import Refused, decoded, utf8
from mesh_etl.kernels.json.values import Values
from mesh_etl.kernels.text.blocks import BLOCK_BYTES, blocks
from mesh_etl.kernels.text.records import Records, newlines, records
from mesh_etl.kernels.text.small_files import Held, Part, bundled, counted, divided, ended, small
from mesh_etl.kernels.text.stream import is_plain, is_utf8, utf8_stream
from mesh_etl.kernels.values.text_rules import PLAIN_TEXT, TextRules
from mesh_etl.kernels.work import Parsed, Place, WorkItem
from mesh_etl.stores import InputFile

ITEM_BYTES = 16 << 20
CHUNK = 512

Layout = Literal["lines", "array", "documents"]


@dataclass(frozen=True)
class JsonReader:
    """A parser for JSON; `names` maps a column of the schema to the path of its key in the objects.

    With `extra_ignored`, keys that the schema does not know are left out and their records counted; otherwise they cost
    the record. `array` is the path to the array of layout array. Files of lines are split anywhere; others are one
    item, read in bounded memory.
    """

    schema: Schema
    names: dict[str, str] = field(default_factory=dict)
    extra_ignored: bool = False
    text: TextRules = PLAIN_TEXT
    layout: Layout = "lines"
    array: str = ""
    encoding: str = "utf-8"

    @cached_property
    def _keys(self) -> Keys:
        return Keys.of(self.schema, self.names)

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        if self.layout != "lines" or not is_plain(file, self.encoding):
            return [(0, file.size)]
        cuts = [*range(self._start(file), file.size, ITEM_BYTES), file.size]
        return list(pairwise(cuts))

    def first_line(self, item: WorkItem) -> int:
        return 1

    def parse(self, item: WorkItem) -> Iterator[Parsed]:
        for run in self._runs(item):
            yield self._typed(run)[0]

    def bundles(self, items: Sequence[WorkItem]) -> Iterator[Parsed]:
        """All records of the items in order; consecutive small files of lines are parsed as one text."""
        return bundled(items, self._small, self.parse, self._joined)

    def _small(self, item: WorkItem) -> bytes | None:
        """The text of a small file of lines."""
        content = small(item) if self.layout == "lines" and is_utf8(self.encoding) else None
        return None if content is None or content.endswith(b"\r") else content

    def _joined(self, held: Held) -> Parsed:
        texts = [ended(text) for _, text in held]
        joined = b"".join(texts)
        found = records(joined, keep_blank=False)
        whole, unknown = self._typed(Run(found, _count_lines(joined), newlines(joined), 0, 0))
        counts = counted(found.starts, texts)
        ignored = counted(found.starts[unknown], texts) if self.extra_ignored else [0] * len(held)
        parts = [
            Part(item, counts[at], _count_lines(text), newlines(text), ignored[at])
            for at, (item, text) in enumerate(held)
        ]
        return divided(whole, parts, texts)

    def locate(self, item: WorkItem, wanted: Sequence[int]) -> list[Place]:
        places: dict[int, Place] = {}
        for run in self._runs(item):
            before = run.records_before
            here = [record for record in wanted if before <= record < before + len(run.found)]
            found = run.found.places([one - before for one in here], run.lines_before + 1)
            places.update(zip(here, found, strict=True))
        return [places[record] for record in wanted]

    def _runs(self, item: WorkItem) -> Iterator[Run]:
        base = line = 0
        pieces = self._lines(item) if self.layout == "lines" else self._scanned(item)
        for piece, skipped in pieces:
            lines = newlines(piece.found.block)
            line += skipped
            yield Run(piece.found, piece.count, lines + skipped, base, line)
            base += len(piece.found)
            line += lines

    def _lines(self, item: WorkItem) -> Iterator[tuple[Piece, int]]:
        start = self._start(item.file)
        begin, end = (item.start, item.end) if is_plain(item.file, self.encoding) else (start, None)
        with utf8_stream(item.file, self.encoding) as stream:
            for block in blocks(stream, begin, end, start, path=item.file.path):
                yield Piece(records(block, keep_blank=False), _count_lines(block)), 0

    def _scanned(self, item: WorkItem) -> Iterator[tuple[Piece, int]]:
        """The records of a file that is no file of lines, each run with the number of lines skipped before it."""
        file = item.file
        with utf8_stream(file, self.encoding) as stream:
            stream.read(self._start(file))
            rest = iter(lambda: stream.read(BLOCK_BYTES), b"")
            if self.layout == "documents":
                for piece in documents(rest, file.path):
                    yield piece, 0
                return
            path = steps(self.array)
            head, more = begin(stream, path, file.path)
            tail = bytearray()
            skipped = newlines(head)
            for piece in elements(chain([more] if more else [], rest), file.path, tail):
                yield piece, skipped
                skipped = 0
            check(head, bytes(tail), path, file.path)

    def _start(self, file: InputFile) -> int:
        """The byte at which the text begins: after a byte order mark, if there is one."""
        with utf8_stream(file, self.encoding) as stream:
            return 3 if stream.read(3) == b"\xef\xbb\xbf" else 0

    def _typed(self, run: Run) -> tuple[Parsed, list[int]]:
        """The run's records, and those among them that have keys which no column reads."""
        rows: list[int] = []
        broken: dict[int, str] = {}
        unknown: list[int] = []
        cells: list[list[Any]] = [[] for _ in self.schema]
        astray: list[dict[int, str]] = [{} for _ in self.schema]
        for first in range(0, len(run.found), CHUNK):  # so few objects at a time are still in the processor's cache
            objects = self._objects(run.found, first, rows, broken)
            before = len(rows) - len(objects)
            for column, (gathered, bad) in enumerate(self._keys.cells(objects)):
                cells[column] += gathered
                astray[column].update({before + row: code for row, code in bad.items()})
            unknown += [before + row for row in self._keys.unknown(objects)]
        values = Values(self.text, self.extra_ignored)
        columns = [
            with_codes(values.column(one, column.type), bad)
            for one, column, bad in zip(cells, self.schema, astray, strict=True)
        ]
        if self.extra_ignored:
            found = parsed(self.schema, run, rows, columns, broken, ignored=len(unknown))
        else:
            found = parsed(self.schema, run, rows, columns, broken, unknown)
        return found, [rows[row] for row in unknown]

    def _objects(self, found: Records, first: int, rows: list[int], broken: dict[int, str]) -> list[dict[str, Any]]:
        """The objects of up to `CHUNK` records; their numbers go to `rows`, and those of the others to `broken`."""
        objects: list[dict[str, Any]] = []
        starts, ends = (side[first : first + CHUNK].tolist() for side in (found.starts, found.ends))
        for record, (start, end) in enumerate(zip(starts, ends, strict=True), first):
            try:
                content = decoded(utf8(found.block[start:end]))
            except Refused as refused:
                broken[record] = refused.code
                continue
            if type(content) is dict:
                objects.append(content)
                rows.append(record)
            else:
                broken[record] = "NOT_AN_OBJECT"
        return objects


def _count_lines(block: bytes) -> int:
    """The number of lines that are not empty."""
    lines = block.split(b"\n")
    return len(lines) - lines.count(b"") - lines.count(b"\r")
