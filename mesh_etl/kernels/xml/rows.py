"""The rows of an XML document, read as it streams by: each element with the row's tag, its bytes and its content.

One parser goes through the whole document. Where it stands between two rows, the rows that follow are built by the
faster `tree.py`, and it only follows; what that does not build is built here, element by element, or refused with the
line. Nothing outside of the document is ever read, and nothing that it declares is expanded: a document type that
declares anything is refused. Rows are counted a second time by a scan for their tags. Codes: NOT_XML, TRUNCATED,
ENTITY_REFUSED, RECORDS_MISSING, ELEMENT_UNEXPECTED, TEXT_BETWEEN_ROWS, RECORD_TOO_LONG, and for rows TOO_DEEP,
MIXED_CONTENT.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

import numpy as np

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.json.text import DEPTH
from mesh_etl.kernels.text.blocks import RECORD_BYTES, too_long
from mesh_etl.kernels.text.records import NEWLINE, Records
from mesh_etl.kernels.xml.cells import BLANK, Node
from mesh_etl.kernels.xml.names import XSI, RowTag
from mesh_etl.kernels.xml.tags import Tags, end_of
from mesh_etl.kernels.xml.tree import built

PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class Rows:
    """A run of rows: where they are, what they hold or why they hold nothing, and their number by the scan of tags."""

    found: Records
    content: list[Node | str]  # a string is the code under which the row is rejected
    count: int


def rows(stream: BinaryIO, tag: RowTag, path: str) -> Iterator[Rows]:
    """All rows of the document. Raises `RunError` when it is no document, or not whole."""
    document = _Document(tag, path)
    while piece := stream.read(PIECE_BYTES):
        yield from document.more(piece)
    yield from document.finish()


@dataclass(slots=True)
class _Open:
    """An element whose end has not come; it has a node once it has attributes or children."""

    name: str
    parts: list[str]
    node: Node | None
    has_children: bool = False


class _Document:
    """A document as its parser goes through it: the rows that are complete, and the element that is open."""

    def __init__(self, tag: RowTag, path: str) -> None:
        self.tag, self.path = tag, path
        self.stack: list[_Open] = []  # the row that is open, and its open elements
        self.above: list[list[bool]] = []  # the elements around rows: whether they have text, rows, other elements
        self.parts: list[str] = []  # the text of the element that is open
        self.code = ""
        self.too_deep = 0
        self.begin = 0
        self.cdata: int | None = None  # the beginning of the CDATA section that is open
        self.done: list[tuple[int, int, Node | str]] = []
        self.foreign = 0
        self.any_rows = self.any_elements = False
        self.tags = Tags(tag.name.rpartition(" ")[2])
        self.scope: dict[str, list[str]] = {}  # the namespaces of prefixes, the innermost last
        self.held = b""  # what was read and is not done with
        self.at = self.fed = 0  # where that begins in the text, and how much of it the parser has seen
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self.doctype
        self._listen(True)

    def more(self, piece: bytes) -> Iterator[Rows]:
        """The document goes on with this piece: the rows that are done with."""
        self.held += piece
        if not self._is_between():  # out of the row that the last piece has cut
            yield from self._walked(self.tags.next_end(self.held, self.fed))
        spans = self.tags.spans(self.held) if self._is_between() else []
        if spans:  # what is behind them may be a part of a row: it waits for the rest
            yield from self._leapt(spans) or self._walked(spans[-1][1])
        else:
            yield from self._walked(len(self.held))
        if len(self.held) > RECORD_BYTES:
            raise too_long(self.path)

    def finish(self) -> Iterator[Rows]:
        """The document is at its end: the rows that are left. Raises `RunError` when it is not whole."""
        yield from self._walked(len(self.held))
        try:
            self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self._broken(error, "TRUNCATED", "deliver it again, whole") from None
        if self.any_elements and not self.any_rows:
            problem = f"no element is a '{self.tag.name.rpartition(' ')[2]}' of the declared namespace"
            fix = "check row_tag, and declare the namespaces or set namespaces: ignore"
            raise RunError(Fault("RECORDS_MISSING", problem, self.path, fix))
        if self.held:
            yield self._taken(len(self.held))

    def _is_between(self) -> bool:
        """Whether the parser has seen all that is held up to the end of a row or of what stands around rows."""
        done = self.at == self.parser.CurrentByteIndex and not self.fed and self.cdata is None
        return done and bool(self.above) and not self.stack

    def _walked(self, end: int) -> Iterator[Rows]:
        """What is held is parsed up to there, element by element."""
        self._feed(self.held[self.fed : end])
        self.fed = end
        cut = self.parser.CurrentByteIndex if self.cdata is None else self.cdata
        if self.stack:
            cut = self.begin
        if cut > self.at:  # no row, tag, comment or CDATA section is cut by it
            yield self._taken(cut - self.at)

    def _leapt(self, spans: list[tuple[int, int]]) -> list[Rows]:
        """The rows between which there is nothing else, if that is so."""
        content = built(self.held, spans, self.tag, {prefix: uris[-1] for prefix, uris in self.scope.items() if uris})
        if content is None or len(content) != len(spans):
            return []
        end = spans[-1][1]
        self._listen(False)
        self._feed(self.held[:end])
        self._listen(True)
        self.any_rows = self.above[-1][1] = True
        self._alone(self.above[-1])
        block, self.held, self.at = self.held[:end], self.held[end:], self.at + end
        return [Rows(_records(block, spans), content, len(spans))]

    def _taken(self, size: int) -> Rows:
        """So many bytes are done with; the rows of which they are the rest."""
        block, begin = self.held[:size], self.at
        self.held, self.at, self.fed = self.held[size:], begin + size, self.fed - size
        done, self.done = self.done, []
        foreign, self.foreign = self.foreign, 0
        spans = [(start - begin, end_of(block, start - begin, end - begin)) for start, end, _ in done]
        return Rows(_records(block, spans), [content for _, _, content in done], self.tags.count(block) - foreign)

    def _feed(self, piece: bytes) -> None:
        try:
            self.parser.Parse(piece, False)
        except expat.ExpatError as error:
            raise self._broken(error, "NOT_XML", "deliver it as XML in the encoding that it declares") from None

    def _listen(self, on: bool) -> None:
        parser = self.parser
        parser.StartElementHandler = self.start if on else None
        parser.EndElementHandler = self.end if on else None
        parser.CharacterDataHandler = self.text if on else None
        parser.StartCdataSectionHandler = self.cdata_begins if on else None
        parser.EndCdataSectionHandler = self.cdata_ends if on else None
        parser.StartNamespaceDeclHandler = self.names_begin if on else None
        parser.EndNamespaceDeclHandler = self.names_end if on else None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        bare = name.rpartition(" ")[2] if self.tag.local_only else name
        if not self.stack:
            if bare != self.tag.name:
                self._around(bare)
                return
            self.any_rows = True
            self.begin, self.code = self.parser.CurrentByteIndex, ""
            if self.above:
                self.above[-1][1] = True
                self._alone(self.above[-1])
        elif len(self.stack) >= DEPTH:
            self.too_deep += 1
            self.code = "TOO_DEEP"
            return
        self.parts = []
        self.stack.append(_Open(bare, self.parts, self._attributes(attributes) if attributes else None))

    def end(self, _: str) -> None:
        if self.too_deep:
            self.too_deep -= 1
            return
        if not self.stack:
            self.above.pop()
            return
        ended = self.stack.pop()
        parts, node = ended.parts, ended.node
        text = "".join(parts) if len(parts) != 1 else parts[0]
        if ended.has_children:
            if text and text.strip(BLANK):
                self.code = self.code or "MIXED_CONTENT"
            text = ""
        if node is not None:
            node.text = text
        if self.stack:
            parent = self.stack[-1]
            self.parts = parent.parts
            parent.has_children = True
            if parent.node is None:
                parent.node = Node()
            parent.node.add(ended.name, text if node is None else node)
            return
        self.done.append((self.begin, self.parser.CurrentByteIndex, self.code or node or Node(text=text)))

    def text(self, data: str) -> None:
        if self.stack:
            if not self.too_deep:
                self.parts.append(data)
        elif self.above and not self.above[-1][0] and data.strip(BLANK):
            self.above[-1][0] = True
            self._alone(self.above[-1])

    def cdata_begins(self) -> None:
        self.cdata = self.parser.CurrentByteIndex

    def cdata_ends(self) -> None:
        self.cdata = None

    def names_begin(self, prefix: str | None, uri: str | None) -> None:
        self.scope.setdefault(prefix or "", []).append(uri or "")

    def names_end(self, prefix: str | None) -> None:
        self.scope[prefix or ""].pop()

    def doctype(self, _name: str, system: str | None, _public: str | None, declares: int) -> None:
        if system or declares:
            problem = "the document type declares entities or types, or refers to a file that does"
            raise RunError(Fault("ENTITY_REFUSED", problem, self.path, "deliver the document without a DOCTYPE"))

    def _attributes(self, attributes: dict[str, str]) -> Node:
        node = Node()
        for key, value in attributes.items():
            if key.startswith(XSI):  # what a schema would say of the element; only nil is about its value
                node.nil = node.nil or (key == XSI + "nil" and value in ("true", "1"))
            else:
                node.add("@" + (key.rpartition(" ")[2] if self.tag.local_only else key), value)
        return node

    def _around(self, name: str) -> None:
        """An element begins that is no row and in none."""
        if name.rpartition(" ")[2] == self.tag.name.rpartition(" ")[2]:
            self.foreign += 1
        if self.above:
            self.any_elements = True
            self.above[-1][2] = True
            self._alone(self.above[-1])
        if len(self.above) >= DEPTH:
            problem = f"elements around the rows are nested deeper than {DEPTH}"
            raise RunError(Fault("NOT_THIS_FORMAT", problem, self.path, "check row_tag"))
        self.above.append([False, False, False])

    def _alone(self, element: list[bool]) -> None:
        has_text, has_rows, has_others = element
        if has_rows and has_text:
            problem, fix = "text stands between the rows", "check row_tag, and deliver rows without text between them"
            raise RunError(Fault("TEXT_BETWEEN_ROWS", problem, self.path, fix))
        if has_rows and has_others and self.tag.only_rows:
            problem = "other elements stand beside the rows"
            raise RunError(Fault("ELEMENT_UNEXPECTED", problem, self.path, "set drift: ignore to leave them out"))

    def _broken(self, error: expat.ExpatError, code: str, fix: str) -> RunError:
        problem = f"{expat.ErrorString(error.code)}, line {error.lineno}"
        return RunError(Fault(code, f"the file is no whole XML document: {problem}", self.path, fix))


def _records(block: bytes, spans: list[tuple[int, int]]) -> Records:
    starts, ends = np.array(spans, np.int64).reshape(-1, 2).T
    feeds = np.flatnonzero(np.frombuffer(block, np.uint8) == NEWLINE)
    return Records(block, starts, ends, np.searchsorted(feeds, starts))
