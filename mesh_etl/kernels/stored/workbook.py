"""The parts of an Excel workbook (.xlsx): which sheets it has, its texts, and which cell styles are dates.

A workbook is a zip archive of XML. What its directory says of sizes is checked before anything is expanded, and XML
with a document type is refused, so that neither can grow beyond measure.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, NoReturn
from xml.parsers import expat

from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.kernels.stored.reader import damaged
from mesh_etl.kernels.text.stream import EXPANSION_FLOOR, EXPANSION_LIMIT
from mesh_etl.stores import InputFile

Shape = Literal["number", "date", "clock", "span"]
Start = Callable[[str, dict[str, str]], None]

_CHUNK = 1 << 20
_FIX = "save it as an Excel workbook (.xlsx), without a password"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Formats that files refer to by number alone: ECMA-376, 18.8.30, with the dates of East Asian versions.
_BUILT_IN: dict[int, Shape] = {
    **dict.fromkeys((14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)), "date"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47), "clock"),
    46: "span",
}
_SILENT = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)


@dataclass(frozen=True)
class Workbook:
    """An open workbook: the part of each visible sheet by name, in order, and what cells refer to."""

    archive: zipfile.ZipFile
    file: InputFile
    sheets: dict[str, str]
    styles: tuple[Shape, ...]
    texts: str | None
    since_1904: bool

    def sheet(self, name: str | None) -> str:
        """The part that holds the sheet, or the first one. Raises `PlanError` SHEET_MISSING."""
        if name is None and self.sheets:
            return next(iter(self.sheets.values()))
        if name not in self.sheets:
            problem = f"the workbook has no sheet '{name}'" if name else "the workbook has no visible sheet"
            fix = did_you_mean(name or "", self.sheets)
            raise PlanError(Fault("SHEET_MISSING", problem, self.file.path, fix))
        return self.sheets[name]

    def shared_texts(self) -> list[str]:
        """The texts that cells refer to by number."""
        found: list[str] = []
        if self.texts:
            collector = Text(found.append)
            parse(self.archive, self.texts, self.file, collector.start, collector.end, collector.data)
        return found


class Text:
    """Collects the texts of `si` and `is` elements: all runs, without the phonetic hints."""

    def __init__(self, done: Callable[[str], None]) -> None:
        self.done = done
        self.parts: list[str] = []
        self.inside = self.phonetic = False

    def start(self, tag: str, _: dict[str, str]) -> None:
        """An element begins."""
        if tag == "t":
            self.inside = not self.phonetic
        elif tag == "rPh":
            self.phonetic = True

    def data(self, text: str) -> None:
        """Characters stand here."""
        if self.inside:
            self.parts.append(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "t":
            self.inside = False
        elif tag == "rPh":
            self.phonetic = False
        elif tag in ("si", "is"):
            self.done(unescaped("".join(self.parts)))
            self.parts = []


def unescaped(text: str) -> str:
    """The text with what Excel writes as _x000D_ for characters that XML cannot hold."""
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")  # joins pairs


@contextmanager
def opened(file: InputFile) -> Iterator[Workbook]:
    """The workbook in the file.

    Raises `PlanError` NOT_THIS_FORMAT and EXPANDS_TOO_FAR, `RunError` FILE_DAMAGED.
    """
    with file.open() as stream:
        begin = stream.read(len(_OLD))
        if begin == _OLD:
            _refuse(file, "the file is protected with a password, or is an old workbook (.xls)")
        if begin[:2] != b"PK":
            _refuse(file, "the file is no Excel workbook")
        yield _workbook(file, stream)


def _workbook(file: InputFile, stream: BinaryIO) -> Workbook:
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError):
        _refuse(file, "the workbook was cut off", "deliver it again")
    parts = archive.infolist()
    names = {part.filename for part in parts}
    size = sum(part.file_size for part in parts)
    if size > max(EXPANSION_FLOOR, EXPANSION_LIMIT * file.size):
        problem = f"the workbook expands to more than {EXPANSION_LIMIT} times its size"
        raise PlanError(Fault("EXPANDS_TOO_FAR", problem, file.path, "make sure that it is what it should be"))
    if len(names) < len(parts) or any(part.flag_bits & 1 for part in parts):
        _refuse(file, "the workbook holds a part twice, or is encrypted")
    main = next(iter(_targets(archive, file, "_rels/.rels", "", "officeDocument").values()), "xl/workbook.xml")
    if main not in names or not main.endswith(".xml"):
        _refuse(file, "the file is no workbook of Excel's XML format")
    folder = main.rpartition("/")[0]
    links = f"{folder}/_rels/{main.rpartition('/')[2]}.rels"
    sheets, since_1904 = _sheets(archive, file, main, _targets(archive, file, links, folder, "worksheet"))
    styles = next(iter(_targets(archive, file, links, folder, "styles").values()), None)
    texts = next(iter(_targets(archive, file, links, folder, "sharedStrings").values()), None)
    return Workbook(archive, file, sheets, _styles(archive, file, styles), texts, since_1904)


def _refuse(file: InputFile, problem: str, fix: str = _FIX) -> NoReturn:
    raise PlanError(Fault("NOT_THIS_FORMAT", problem, file.path, fix))


def _targets(archive: zipfile.ZipFile, file: InputFile, part: str, folder: str, kind: str) -> dict[str, str]:
    """The parts of a kind that another part refers to, by the number of the reference."""
    found: dict[str, str] = {}

    def start(tag: str, facts: dict[str, str]) -> None:
        if tag == "Relationship" and facts.get("Type", "").rpartition("/")[2] == kind:
            target = facts.get("Target", "")
            found[facts.get("Id", "")] = target[1:] if target.startswith("/") else f"{folder}/{target}".lstrip("/")

    if part in archive.namelist():
        parse(archive, part, file, start)
    return found


def _sheets(
    archive: zipfile.ZipFile, file: InputFile, part: str, targets: dict[str, str]
) -> tuple[dict[str, str], bool]:
    found: dict[str, str] = {}
    since_1904 = False

    def start(tag: str, facts: dict[str, str]) -> None:
        nonlocal since_1904
        if tag == "workbookPr":
            since_1904 = facts.get("date1904") in ("1", "true")
        elif tag == "sheet" and facts.get("state", "visible") == "visible":
            link = next((value for key, value in facts.items() if key.endswith(":id")), "")
            if link in targets:  # charts have sheets of their own
                found[facts.get("name", "")] = targets[link]

    parse(archive, part, file, start)
    return found, since_1904


def _styles(archive: zipfile.ZipFile, file: InputFile, part: str | None) -> tuple[Shape, ...]:
    """What a number of each cell style stands for."""
    custom: dict[str, Shape] = {}
    shapes: list[Shape] = []
    inside = False

    def start(tag: str, facts: dict[str, str]) -> None:
        nonlocal inside
        if tag == "numFmt":
            custom[facts.get("numFmtId", "")] = shape_of(facts.get("formatCode", ""))
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            number = facts.get("numFmtId", "0")
            built_in = _BUILT_IN.get(int(number), "number") if number.isdecimal() else "number"
            shapes.append(custom.get(number, built_in))

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and tag != "cellXfs"

    if part is not None:
        parse(archive, part, file, start, end)
    return tuple(shapes)


def shape_of(code: str) -> Shape:
    """What numbers are shown as under a format such as `yyyy-mm-dd`, `[h]:mm` or `0.00`."""
    letters = _SILENT.sub("", code.partition(";")[0]).lower()
    if "[" in letters:
        return "span"
    if "general" in letters:
        return "number"
    if "y" in letters or "d" in letters:
        return "date"
    clock = "h" in letters or "s" in letters
    return "clock" if clock else "date" if "m" in letters else "number"


def parse(
    archive: zipfile.ZipFile,
    part: str,
    file: InputFile,
    start: Start,
    end: Callable[[str], None] | None = None,
    data: Callable[[str], None] | None = None,
) -> None:
    """Hand the elements of a part, without the prefixes of their names, to these functions. Raises `RunError`."""

    def bare_start(tag: str, facts: dict[str, str]) -> None:
        start(tag.rpartition(":")[2], facts)

    def bare_end(tag: str) -> None:
        if end is not None:
            end(tag.rpartition(":")[2])

    for _ in pieces(archive, part, file, bare_start, bare_end, data):
        pass


def pieces(
    archive: zipfile.ZipFile,
    part: str,
    file: InputFile,
    start: Start,
    end: Callable[[str], None] | None = None,
    data: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """As `parse`, with a pause after each megabyte, and with the names of elements as they are."""
    parser = parser_of(file)
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if data is not None:
        parser.CharacterDataHandler = data
    for piece in stored(archive, part, file):
        feed(parser, piece, not piece, file)
        yield


def parser_of(file: InputFile) -> expat.XMLParserType:
    """A parser for a part of the workbook."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: Any) -> None:
        raise damaged(file, "a part of the workbook has a document type, which Excel never writes")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def feed(parser: expat.XMLParserType, piece: bytes, last: bool, file: InputFile) -> None:
    """The parser has seen the piece. Raises `RunError` FILE_DAMAGED."""
    try:
        parser.Parse(piece, last)
    except expat.ExpatError:
        raise damaged(file, "a part of the workbook is not well-formed XML") from None


def stored(archive: zipfile.ZipFile, part: str, file: InputFile) -> Iterator[bytes]:
    """The bytes of a part, a megabyte at a time; the last piece is empty. Raises `RunError` FILE_DAMAGED."""
    try:
        with archive.open(part) as stream:
            while piece := stream.read(_CHUNK):
                yield piece
            yield b""
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, NotImplementedError):
        raise damaged(file, "a part of the workbook is missing or damaged") from None
