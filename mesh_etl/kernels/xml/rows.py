"""The rows of an XML document, read as it streams by: each element with the row's tag, its bytes and its content.

Nothing outside of the document is ever read, and nothing that it declares is expanded: a document type that declares
anything is refused. Rows are counted a second time by a scan for their tags. Codes: NOT_XML, TRUNCATED, ENTITY_REFUSED,
RECORDS_MISSING, ELEMENT_UNEXPECTED, TEXT_BETWEEN_ROWS, RECORD_TOO_LONG, and for rows TOO_DEEP, MIXED_CONTENT.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from xml.parsers import expat

import numpy as np

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.json.text import DEPTH
from mesh_etl.kernels.text.blocks import RECORD_BYTES, too_long
from mesh_etl.kernels.text.records import NEWLINE, Records
from mesh_etl.kernels.xml.cells import BLANK, Node

PIECE_BYTES = 1 << 20
_XSI = "http://www.w3.org/2001/XMLSchema-instance "
_NO_MARKUP = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_TAG_NAME = re.compile(rb"<([^\s/>]+)")


@dataclass(frozen=True)
class Rows:
    """A run of rows: where they are, what they hold or why they hold nothing, and their number by the scan of tags."""

    found: Records
    content: list[Node | str]  # a string is the code under which the row is rejected
    count: int


@dataclass(frozen=True)
class RowTag:
    """The rows' tag as the parser reports it; `local_only` when namespaces are to be ignored.

    `only_rows` refuses other elements beside rows.
    """

    name: str
    local_only: bool = False
    only_rows: bool = True


def rows(stream: BinaryIO, tag: RowTag, path: str) -> Iterator[Rows]:
    """All rows of the document. Raises `RunError` when it is no document, or not whole."""
    document = _Document(tag, path)
    held = b""
    begin = 0  # of what is held, in the text
    while piece := stream.read(PIECE_BYTES):
        document.feed(piece)
        held += piece
        cut = document.cut() - begin
        if cut > 0:
            yield document.taken(held[:cut], begin)
            held, begin = held[cut:], begin + cut
        if len(held) > RECORD_BYTES:
            raise too_long(path)
    document.finish()
    if held:
        yield document.taken(held, begin)


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
        local = re.escape(tag.name.rpartition(" ")[2].encode())
        self.marks = re.compile(
            rb"<(/?)(?:[^\s<>/:!?\"'=]+:)?" + local + rb"(?=[\s/>])[^>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^>\"']*)*>"
        )
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartCdataSectionHandler = self.cdata_begins
        self.parser.EndCdataSectionHandler = self.cdata_ends

    def feed(self, piece: bytes) -> None:
        try:
            self.parser.Parse(piece, False)
        except expat.ExpatError as error:
            raise self._broken(error, "NOT_XML", "deliver it as XML in the encoding that it declares") from None

    def finish(self) -> None:
        try:
            self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self._broken(error, "TRUNCATED", "deliver it again, whole") from None
        if self.any_elements and not self.any_rows:
            problem = f"no element is a '{self.tag.name.rpartition(' ')[2]}' of the declared namespace"
            fix = "check row_tag, and declare the namespaces or set namespaces: ignore"
            raise RunError(Fault("RECORDS_MISSING", problem, self.path, fix))

    def cut(self) -> int:
        """The position up to which the text is done with; no row, tag, comment or CDATA section is cut by it."""
        if self.stack:
            return self.begin
        return self.parser.CurrentByteIndex if self.cdata is None else self.cdata

    def taken(self, block: bytes, begin: int) -> Rows:
        """The complete rows, all of which are in the block that begins at this position."""
        done, self.done = self.done, []
        foreign, self.foreign = self.foreign, 0
        starts = np.array([start - begin for start, _, _ in done], np.int64)
        ends = np.array([_end(block, start - begin, end - begin) for start, end, _ in done], np.int64)
        feeds = np.flatnonzero(np.frombuffer(block, np.uint8) == NEWLINE)
        found = Records(block, starts, ends, np.searchsorted(feeds, starts))
        return Rows(found, [content for _, _, content in done], self._count(block) - foreign)

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

    def doctype(self, _name: str, system: str | None, _public: str | None, declares: int) -> None:
        if system or declares:
            problem = "the document type declares entities or types, or refers to a file that does"
            raise RunError(Fault("ENTITY_REFUSED", problem, self.path, "deliver the document without a DOCTYPE"))

    def _attributes(self, attributes: dict[str, str]) -> Node:
        node = Node()
        for key, value in attributes.items():
            if key.startswith(_XSI):  # what a schema would say of the element; only nil is about its value
                node.nil = node.nil or (key == _XSI + "nil" and value in ("true", "1"))
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

    def _count(self, block: bytes) -> int:
        """The number of rows by their tags, those inside of other rows left out."""
        if b"<!" in block or b"<?" in block:
            block = _NO_MARKUP.sub(b"", block)
        count = depth = 0
        for match in self.marks.finditer(block):
            if match[1]:
                depth -= 1
                continue
            count += depth == 0
            depth += not match[0].endswith(b"/>")
        return count

    def _broken(self, error: expat.ExpatError, code: str, fix: str) -> RunError:
        problem = f"{expat.ErrorString(error.code)}, line {error.lineno}"
        return RunError(Fault(code, f"the file is no whole XML document: {problem}", self.path, fix))


def _end(block: bytes, start: int, end: int) -> int:
    """The end of a row whose parser stopped at its end tag, or behind it where the tag that opens it closes it too."""
    name: Any = _TAG_NAME.match(block, start)
    tag = b"</" + name[1]
    if block.startswith(tag, end) and block[end + len(tag) : end + len(tag) + 1] in (b">", b" ", b"\t", b"\r", b"\n"):
        return block.index(b">", end) + 1
    return end
