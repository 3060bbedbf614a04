"""XML to typed records: each element with the row's tag is one, its children and attributes are the columns.

Codes: UNKNOWN_FIELD, DUPLICATE_KEY, TYPE_FORMAT, and those of `rows.py` and `values/typing.py`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mesh_etl.contract.types import Schema
from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.json.keys import with_codes
from mesh_etl.kernels.json.nested import Run, parsed
from mesh_etl.kernels.json.values import Values
from mesh_etl.kernels.text.records import newlines
from mesh_etl.kernels.text.stream import utf8_stream
from mesh_etl.kernels.values.text_rules import PLAIN_TEXT, TextRules
from mesh_etl.kernels.work import Parsed, Place, WorkItem
from mesh_etl.kernels.xml.cells import Cells, Node
from mesh_etl.kernels.xml.names import Namespaces, RowTag, Tree, expanded, places, read_of
from mesh_etl.kernels.xml.names import Place as ColumnPlace
from mesh_etl.kernels.xml.rows import Rows, rows
from mesh_etl.stores import InputFile

_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_NO_FILES = {"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}


@dataclass(frozen=True)
class XmlReader:
    """A parser for XML; `names` maps a column of the schema to its path below the row, such as `@id` or `item/price`.

    With `extra_ignored`, what no column reads is left out and its rows counted; otherwise it costs the row. Names are
    in no namespace unless they have a prefix of `namespaces`. A file is one item.
    """

    schema: Schema
    row_tag: str
    names: dict[str, str] = field(default_factory=dict)
    extra_ignored: bool = False
    namespaces: Namespaces = field(default_factory=dict)
    nulls: tuple[str, ...] = ()
    text: TextRules = PLAIN_TEXT
    encoding: str = ""

    @cached_property
    def _places(self) -> tuple[ColumnPlace, ...]:
        return places(self.schema, self.names, self.namespaces)

    @cached_property
    def _read(self) -> Tree:
        return read_of(self.schema, self._places)

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        return [(0, file.size)]

    def first_line(self, item: WorkItem) -> int:
        return 1

    def parse(self, item: WorkItem) -> Iterator[Parsed]:
        for run, content in self._runs(item):
            yield self._typed(run, content)

    def locate(self, item: WorkItem, wanted: Sequence[int]) -> list[Place]:
        places: dict[int, Place] = {}
        for run, _ in self._runs(item):
            before = run.records_before
            here = [record for record in wanted if before <= record < before + len(run.found)]
            found = run.found.places([one - before for one in here], run.lines_before + 1)
            places.update(zip(here, found, strict=True))
        return [places[record] for record in wanted]

    def _runs(self, item: WorkItem) -> Iterator[tuple[Run, Rows]]:
        tag = RowTag(expanded(self.row_tag, self.namespaces), self.namespaces == "ignore", not self.extra_ignored)
        base = line = 0
        with utf8_stream(item.file, self.encoding or _encoding(item.file)) as stream:
            for piece in rows(stream, tag, item.file.path):
                lines = newlines(piece.found.block)
                yield Run(piece.found, piece.count, lines, base, line), piece
                base += len(piece.found)
                line += lines

    def _typed(self, run: Run, piece: Rows) -> Parsed:
        kept = [record for record, one in enumerate(piece.content) if isinstance(one, Node)]
        nodes = [one for one in piece.content if isinstance(one, Node)]
        broken = {record: one for record, one in enumerate(piece.content) if isinstance(one, str)}
        values, cells = Values(self.text, self.extra_ignored, all_text=True), Cells(nodes, frozenset(self.nulls))
        columns = []
        for column, place in zip(self.schema, self._places, strict=True):
            found, bad = cells.column(place, column.type)
            columns.append(with_codes(values.column(found, column.type), bad))
        unknown = cells.unread(self._read)
        if self.extra_ignored:
            return parsed(self.schema, run, kept, columns, broken, ignored=len(unknown))
        return parsed(self.schema, run, kept, columns, broken, unknown)


def _encoding(file: InputFile) -> str:
    """The encoding that the file begins with: its byte order mark, or what its declaration says, or UTF-8.

    Raises `RunError` NOT_XML for one that is not known.
    """
    with utf8_stream(file) as stream:
        head = stream.read(1024)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if head.startswith(b"<") else "utf-16-be"
    declared = _DECLARED.match(head)
    if not declared:
        return "utf-8"
    try:
        found = codecs.lookup(declared[1].decode())
    except LookupError:
        found = None
    if found is None or not getattr(found, "_is_text_encoding", True) or found.name in _NO_FILES:
        problem, fix = "the file declares an encoding that is not known", "set the source's encoding"
        raise RunError(Fault("NOT_XML", problem, file.path, fix))
    return found.name
