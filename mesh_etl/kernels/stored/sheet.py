"""The rows of a worksheet, and how many there are on another path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.stored.reader import damaged
from mesh_etl.kernels.stored.workbook import Shape, Text, Workbook, pieces, stored, unescaped
from mesh_etl.kernels.text.blocks import RECORD_BYTES
from mesh_etl.stores import InputFile

COLUMNS, ROWS = 16_384, 1_048_576
_LETTERS = re.compile(r"[A-Z]{1,3}")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?row>)", re.DOTALL)
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_NUMBER = re.compile(rb"""\br=["']([A-Z]*)([0-9]*)["']""")
_CONTENT = re.compile(rb"<(?:\w+:)?(?:v|is|f)[\s/>]")
_BEGIN = re.compile(rb"<(?:\w+:)?sheetData\b[^>]*>")
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
    for _ in pieces(book.archive, part, book.file, found.start, found.end, found.data):
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
            number = int(stated[2]) if stated and stated[2] else number + 1
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
    """Hears of the elements of a sheet, and makes rows of them."""

    def __init__(self, file: InputFile, texts: list[str], styles: tuple[Shape, ...], area: Area) -> None:
        self.file, self.texts, self.styles, self.area = file, texts, styles, area
        self.ready: list[tuple[int, Cells]] = []
        self.cells: Cells = {}
        self.row = self.column = 0
        self.in_data = self.in_value = self.has_value = self.has_formula = self.has_content = False
        self.kind = self.style = self.row_text = ""
        self.parts: list[str] = []
        self.inline: list[str] = []
        self.text: Text | None = None

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
            if self.has_content and self.area.first_row <= self.row <= self.area.last_row:
                self.ready.append((self.row, self.cells))
        elif tag == "sheetData":
            self.in_data = False
        elif ":" in tag:
            self.end(_bare(tag))

    def _begin_row(self, stated: str | None) -> None:
        row = self.row + 1 if stated is None else int(stated) if stated.isdecimal() else 0
        if not self.row < row <= ROWS:
            raise damaged(self.file, "the rows of the sheet are not in order")
        self.row, self.column, self.cells, self.has_content = row, 0, {}, False
        self.row_text = str(row)

    def _begin_cell(self, facts: dict[str, str]) -> None:
        stated = facts.get("r")
        if stated is None:
            column = self.column + 1
        else:
            letters = stated[: -len(self.row_text)] if stated.endswith(self.row_text) else ""
            column = column_number(letters) if _LETTERS.fullmatch(letters) else 0
        if not self.column < column <= COLUMNS:
            raise damaged(self.file, f"the cells of row {self.row} are not in order")
        self.column, self.kind, self.style = column, facts.get("t", "n"), facts.get("s", "")
        self.has_value = self.has_formula = False
        self.parts, self.inline = [], []

    def _end_cell(self) -> None:
        if not self.area.first_column <= self.column <= self.area.last_column:
            return
        self.has_content = self.has_content or self.has_value or self.has_formula
        content = "".join(self.parts)
        if self.inline:
            self.cells[self.column] = Cell("text", self.inline[0])
        elif self.kind == "str" and self.has_value:
            self.cells[self.column] = Cell("text", unescaped(content))
        elif not content:
            if self.has_formula:
                self.cells[self.column] = Cell("error", "never computed")
        elif self.kind == "s":
            if not content.isdecimal() or int(content) >= len(self.texts):
                raise damaged(self.file, f"row {self.row} refers to a text that the workbook does not have")
            self.cells[self.column] = Cell("text", self.texts[int(content)])
        else:
            self.cells[self.column] = self._plain(content)

    def _plain(self, content: str) -> Cell:
        if self.kind == "n":
            style = int(self.style) if self.style.isdecimal() else 0
            return Cell("number", content, self.styles[style] if style < len(self.styles) else "number")
        if self.kind == "b":
            return Cell("boolean", content)
        return Cell("error", content) if self.kind == "e" else Cell("moment", content)


def _bare(tag: str) -> str:
    return tag.rpartition(":")[2]
