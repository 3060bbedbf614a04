"""The rows of a worksheet, and how many there are on another path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.stored.reader import damaged
from mesh_etl.kernels.stored.workbook import Shape, Text, Workbook, feed, parser_of, stored, unescaped
from mesh_etl.kernels.text.blocks import RECORD_BYTES
from mesh_etl.stores import InputFile

COLUMNS, ROWS = 16_384, 1_048_576
_LETTERS = re.compile(r"[A-Z]{1,3}")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?row>)", re.DOTALL)
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_NUMBER = re.compile(rb"""\br=["']([A-Z]*)([0-9]*)["']""")
_CONTENT = re.compile(rb"<(?:\w+:)?(?:v|is|f)[\s/>]")
_BEGIN = re.compile(rb"<(?:\w+:)?sheetData\b[^>]*>")
_ROW_END = b"</row>"
_LEAP = 1 << 16
# What Excel and most libraries write: attributes in this order, and text without references.
_USUAL = re.compile(
    r"""(<row\ r="([0-9]{1,7})"[^<>/]*>|</row>
    |<c\ r="([A-Z]{1,3})([0-9]{1,7})"(?:\ s="([0-9]{1,9})")?(?:\ t="([A-Za-z]+)")?
    (?:/>|>(<f(?:\ [^<>/]*)?(?:/>|>[^<]*</f>))?
    (?:<v>([^<&\r]+)</v>|<is><t(?:\ xml:space="preserve")?>([^<&\r]+)</t></is>)?</c>))""",
    re.VERBOSE,
)
_END = re.compile(rb"</(?:\w+:)?sheetData\s*>")


class Cell(NamedTuple):
    """What a cell holds: the kind of its content, the content as the file writes it, and what its style shows."""

    kind: Literal["text", "number", "boolean", "error", "moment"]
    content: str
    shape: Shape = "number"


Cells = dict[int, Cell]


@dataclass(frozen=True)
class Area:
    """A part of a sheet: columns and rows from the first to the last, counted from 1."""

    first_column: int = 1
    last_column: int = COLUMNS
    first_row: int = 1
    last_row: int = ROWS


WHOLE = Area()


@cache
def column_number(letters: str) -> int:
    """The number of a column, from 1 for A."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """The letters of a column, from A for 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def rows(book: Workbook, part: str, area: Area) -> Iterator[tuple[int, Cells]]:
    """The rows of the area in which a cell has content, with their numbers and these cells by column.

    A formula counts as what it gave when the workbook was saved; one that was never computed is an error.
    Raises `RunError` FILE_DAMAGED.
    """
    found = _Rows(book.file, book.shared_texts(), book.styles, area)
    rest = b""
    for piece in stored(book.archive, part, book.file):
        rest += piece
        if not found.is_between():
            rest = found.walked(rest, rest.find(_ROW_END))
        last = rest.rfind(_ROW_END) if found.is_between() else -1
        # What is behind the last row may be a part of the next: it waits for the rest.
        rest = found.leapt(rest, last + len(_ROW_END)) if last >= 0 else found.walked(rest, -1)
        if not piece:
            found.walked(rest, -1)
            feed(found.parser, b"", True, book.file)
        yield from found.ready
        found.ready.clear()


def count(book: Workbook, part: str, area: Area) -> int:
    """How many rows of the area have content, by a search for the tags that content has, without reading XML.

    Raises `RunError`: FILE_DAMAGED, RECORD_TOO_LONG.
    """
    whole = (area.first_column, area.last_column) == (1, COLUMNS)
    total = number = 0
    rest, begun = b"", False
    for piece in stored(book.archive, part, book.file):
        rest += piece
        if not begun:
            if not (begin := _BEGIN.search(rest)):
                rest = rest[-1000:]
                continue
            begun, rest = True, rest[begin.end() :]
        last = 0
        ended = _END.search(rest)
        for row in _ROW.finditer(rest, 0, ended.start() if ended else len(rest)):
            last = row.end()
            stated = _NUMBER.search(row[1])
            number = _whole(stated[2].decode()) if stated and stated[2] else number + 1
            if row[2] and area.first_row <= number <= area.last_row:
                total += bool(_CONTENT.search(row[2])) if whole else _has_content(row[2], area)
        if ended:
            rest, begun = b"", False
        rest = rest[last:]
        if len(rest) > RECORD_BYTES:
            problem, fix = f"a row is longer than {RECORD_BYTES >> 20} MB", "make sure that it is what it should be"
            raise RunError(Fault("RECORD_TOO_LONG", problem, book.file.path, fix))
    return total


def _has_content(row: bytes, area: Area) -> bool:
    column = 0
    for cell in _CELL.finditer(row):
        stated = _NUMBER.search(cell[1])
        column = column_number(stated[1].decode()) if stated else column + 1
        if cell[2] and area.first_column <= column <= area.last_column and _CONTENT.search(cell[2]):
            return True
    return False


class _Rows:
    """Hears of the elements of a sheet, and makes rows of them.

    Rows that are written as usual are told by their shape, which is faster; the parser only follows.
    """

    def __init__(self, file: InputFile, texts: list[str], styles: tuple[Shape, ...], area: Area) -> None:
        self.file, self.texts, self.styles, self.area = file, texts, styles, area
        self.ready: list[tuple[int, Cells]] = []
        self.parser, self.seen = parser_of(file), 0
        self.is_utf8 = True
        self.shapes: dict[str, Shape] = {str(number): shape for number, shape in enumerate(styles)}
        self.shapes[""] = styles[0] if styles else "number"
        self.in_row = False
        self.cells: Cells = {}
        self.row = self.column = 0
        self.in_data = self.in_value = self.has_value = self.has_formula = self.has_content = False
        self.kind = self.style = self.row_text = ""
        self.parts: list[str] = []
        self.inline: list[str] = []
        self.text: Text | None = None
        self.parser.XmlDeclHandler = self.declared
        self._listen(True)

    def is_between(self) -> bool:
        """Whether the parser has seen all up to the end of a row or of what stands between rows."""
        return self.in_data and not self.in_row and self.parser.CurrentByteIndex == self.seen

    def walked(self, text: bytes, last: int) -> bytes:
        """What is left of the text when it was parsed to the end of the row that ends there; -1 for all of it."""
        end = last + len(_ROW_END) if last >= 0 else len(text)
        feed(self.parser, text[:end], False, self.file)
        self.seen += end
        return text[end:]

    def leapt(self, text: bytes, end: int) -> bytes:
        """What is left of the text, of which so much is whole rows; those that are not written as usual are parsed."""
        begin = 0
        while begin < end:
            cut = text.find(_ROW_END, min(begin + _LEAP, end - len(_ROW_END))) + len(_ROW_END)
            piece, begin = text[begin:cut], cut
            rows = self._usual_rows(piece) if self.is_between() and self.is_utf8 else None
            self._listen(rows is None)
            self.walked(piece, -1)
            self._listen(True)
            if rows is not None:
                self.row = rows[0]
                self.ready += rows[1]
        return text[end:]

    def declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        """The part declares its encoding."""
        self.is_utf8 = encoding is None or encoding.lower() in ("utf-8", "us-ascii")

    def _listen(self, on: bool) -> None:
        self.parser.StartElementHandler = self.start if on else None
        self.parser.EndElementHandler = self.end if on else None
        self.parser.CharacterDataHandler = self.data if on else None

    def _usual_rows(self, piece: bytes) -> tuple[int, list[tuple[int, Cells]]] | None:
        """The number of the last row, and those with content; None for what is written in another way than usual.

        Whether it is XML is seen by the parser, which goes through it as well.
        """
        try:
            text = piece.decode()
        except UnicodeDecodeError:
            return None
        tokens = _USUAL.findall(text)
        if sum(len(token[0]) for token in tokens) < len(text):  # something is between them
            return None
        first, last = self.area.first_column, self.area.last_column
        number, row_text, column, cells = self.row, "", 0, Cells()
        in_row = has_content = False
        found: list[tuple[int, Cells]] = []
        for whole, row, letters, of_row, style, kind, formula, value, inline in tokens:
            if letters:
                before, column = column, column_number(letters)
                if not in_row or of_row != row_text or not before < column <= COLUMNS:
                    return None
                if not first <= column <= last:
                    continue
                if value and kind in ("", "n") and style in self.shapes:  # a number, as most cells are
                    cells[column] = Cell("number", value, self.shapes[style])
                elif inline:
                    cells[column] = Cell("text", unescaped(inline))
                elif value or formula:
                    if kind == "s" and _whole(value or "0") not in range(len(self.texts)):
                        return None
                    has_content = True
                    if cell := self._cell(kind or "n", style, value, bool(value), bool(formula)):
                        cells[column] = cell
            elif row:
                if in_row or not number < int(row) <= ROWS:
                    return None
                number, row_text, in_row, column, cells, has_content = int(row), str(int(row)), True, 0, {}, False
            else:
                if not in_row or whole != "</row>":
                    return None
                in_row = False
                if (cells or has_content) and self.area.first_row <= number <= self.area.last_row:
                    found.append((number, cells))
        return None if in_row else (number, found)

    def start(self, tag: str, facts: dict[str, str]) -> None:
        """An element begins; those of a cell come first because there are most of them."""
        if self.text is not None:
            self.text.start(_bare(tag), facts)
        elif tag == "c" and self.in_data:
            self._begin_cell(facts)
        elif tag == "v" and self.in_data:
            self.in_value = self.has_value = True
        elif tag == "row" and self.in_data:
            self._begin_row(facts.get("r"))
        elif tag == "sheetData":
            self.in_data = True
        elif tag == "f":
            self.has_formula = True
        elif tag == "is" and self.in_data:
            self.has_value = True
            self.text = Text(self.inline.append)
        elif ":" in tag:
            self.start(_bare(tag), facts)

    def data(self, text: str) -> None:
        """Characters stand here."""
        if self.in_value:
            self.parts.append(text)
        elif self.text is not None:
            self.text.data(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "v":
            self.in_value = False
        elif tag == "c" and self.in_data:
            self._end_cell()
        elif self.text is not None:
            self.text.end(_bare(tag))
            if _bare(tag) == "is":
                self.text = None
        elif tag == "row" and self.in_data:
            self.in_row = False
            if self.has_content and self.area.first_row <= self.row <= self.area.last_row:
                self.ready.append((self.row, self.cells))
        elif tag == "sheetData":
            self.in_data = False
        elif ":" in tag:
            self.end(_bare(tag))

    def _begin_row(self, stated: str | None) -> None:
        row = self.row + 1 if stated is None else _whole(stated)
        if not self.row < row <= ROWS:
            raise damaged(self.file, "the rows of the sheet are not in order")
        self.row, self.column, self.cells, self.has_content = row, 0, {}, False
        self.row_text, self.in_row = str(row), True

    def _begin_cell(self, facts: dict[str, str]) -> None:
        stated = facts.get("r")
        column = self.column + 1 if stated is None else _column_of(stated, self.row_text)
        if not self.column < column <= COLUMNS:
            raise damaged(self.file, f"the cells of row {self.row} are not in order")
        self.column, self.kind, self.style = column, facts.get("t", "n"), facts.get("s", "")
        self.has_value = self.has_formula = False
        self.parts, self.inline = [], []

    def _end_cell(self) -> None:
        if not self.area.first_column <= self.column <= self.area.last_column:
            return
        self.has_content = self.has_content or self.has_value or self.has_formula
        if self.inline:
            found: Cell | None = Cell("text", self.inline[0])
        else:
            found = self._cell(self.kind, self.style, "".join(self.parts), self.has_value, self.has_formula)
        if found is not None:
            self.cells[self.column] = found

    def _cell(self, kind: str, style: str, content: str, has_value: bool, has_formula: bool) -> Cell | None:
        if kind == "str" and has_value:
            return Cell("text", unescaped(content))
        if not content:
            return Cell("error", "never computed") if has_formula else None
        if kind == "n":
            number = max(0, _whole(style))
            return Cell("number", content, self.styles[number] if number < len(self.styles) else "number")
        if kind == "s":
            if _whole(content) not in range(len(self.texts)):
                raise damaged(self.file, f"row {self.row} refers to a text that the workbook does not have")
            return Cell("text", self.texts[int(content)])
        if kind == "b":
            return Cell("boolean", content)
        return Cell("error", content) if kind == "e" else Cell("moment", content)


@lru_cache(COLUMNS)
def _lettered(letters: str) -> int:
    return column_number(letters) if _LETTERS.fullmatch(letters) else 0


def _column_of(stated: str, row: str) -> int:
    """The column of a cell such as AB12 of row 12; 0 where it is none."""
    return _lettered(stated[: -len(row)]) if stated.endswith(row) else 0


def _whole(text: str) -> int:
    """The number that the digits are; -1 where they are none, or so many that nothing has such a number."""
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _bare(tag: str) -> str:
    return tag.rpartition(":")[2] if ":" in tag else tag
