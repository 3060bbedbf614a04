"""Sheets of Excel workbooks to typed records, by the names in the header row.

A cell is taken for what it is: text is typed as the text of any other file, and a number, a boolean or a date fits the
columns of its kind and no other. A number is the double that Excel computes with, and its digits are the fewest that
read back as that double: 0.1 is 0.1, and what a formula left as 0.30000000000000004 has seventeen digits and is
rejected where the contract has two. A date is a number shown as one; its time is exact to the millisecond, as in
Excel. Beyond 2^53 doubles leave out integers, so such numbers are rejected but for columns of floats. Of merged cells
the first has the value, the others are blank. A blank cell is NULL, and a row without content is no record.
Codes: CELL_ERROR, VALUE_LOSS, FIELD_COUNT for content under no name, and those of `values/typing.py`.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal as Number
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.contract.types import DataType, Decimal, Schema, Simple, Varchar
from mesh_etl.errors import Fault, PlanError
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.kernels.stored.reader import damaged, repeated
from mesh_etl.kernels.stored.sheet import WHOLE, Area, Cell, Cells, column_letters, count, rows
from mesh_etl.kernels.stored.workbook import opened
from mesh_etl.kernels.text.columns import Cut, assemble
from mesh_etl.kernels.values.characters import unfit
from mesh_etl.kernels.values.text_rules import PLAIN_TEXT, TextRules
from mesh_etl.kernels.values.typed import Typed
from mesh_etl.kernels.values.typing import typed
from mesh_etl.kernels.work import Parsed, Place, Violation, WorkItem
from mesh_etl.stores import InputFile

BATCH_ROWS = 8_000
_EXACT = 2.0**53
_DAY_MILLIS = 86_400_000
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?|-?\.[0-9]+([eE][+-]?[0-9]+)?")
_SHORT = re.compile(r"0|[1-9][0-9]{0,14}")  # integers that are doubles, spelled as the grammar has them
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?))?")
_WHOLE = {"tinyint", "smallint", "int", "bigint"}


class Misfit(Exception):
    """The cell is no value of the column; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class ExcelReader:
    """A parser for one sheet of workbooks; `names` maps a column of the schema to its name in the header.

    The header is the first row of the area. `nulls` are the texts that mean NULL.
    """

    schema: Schema
    names: dict[str, str] = field(default_factory=dict)
    sheet: str | None = None
    area: Area = WHOLE
    nulls: tuple[str, ...] = ("",)
    text: TextRules = PLAIN_TEXT

    def head(self, file: InputFile) -> tuple[str, ...]:
        """The names in the header row, '' for a column without one.

        Raises `PlanError`: HEADER_UNREADABLE for a cell that is no text, SHEET_MISSING and what the workbook is refused
        for.
        """
        with opened(file) as book:
            found = rows(book, book.sheet(self.sheet), self.area)
            number, cells = next(found, (0, {}))
        if number != self.area.first_row:
            return ()
        if any(cell.kind != "text" or unfit(cell.content, PLAIN_TEXT) for cell in cells.values()):
            problem, fix = f"row {number} holds other things than names", "say in which row the header is"
            raise PlanError(Fault("HEADER_UNREADABLE", problem, file.path, fix))
        first = self.area.first_column
        return tuple(cells[one].content if one in cells else "" for one in range(first, max(cells, default=0) + 1))

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        """See `Reader`."""
        return [(0, file.size)]

    def first_line(self, item: WorkItem) -> int:
        """See `Reader`."""
        return 1

    def parse(self, item: WorkItem) -> Iterator[Parsed]:
        """See `Reader`."""
        base = 0
        for found, read, since_1904 in self._batches(item):
            yield self._parsed(found, item, base, read, since_1904)
            base += read

    def locate(self, item: WorkItem, records: Sequence[int]) -> list[Place]:
        """See `Reader`."""
        wanted, places, base = set(records), dict[int, Place](), 0
        for found, read, _ in self._batches(item):
            for index, (row, cells) in enumerate(found, base):
                if index in wanted:
                    places[index] = self._place(row, cells, item.header)
            base += read
        return [places[record] for record in records]

    def _batches(self, item: WorkItem) -> Iterator[tuple[list[tuple[int, Cells]], int, bool]]:
        """The rows below the header, and how many of them the search for tags has found."""
        area = self.area
        below = Area(area.first_column, area.last_column, area.first_row + 1, area.last_row)
        with opened(item.file) as book:
            part = book.sheet(self.sheet)
            left = count(book, part, below)
            held: list[tuple[int, Cells]] = []
            for row in rows(book, part, below):
                if len(held) == BATCH_ROWS:
                    left -= len(held)
                    yield held, len(held), book.since_1904
                    held = []
                held.append(row)
            if left != len(held):
                raise damaged(item.file, "the rows of the sheet cannot be counted")
            if held:
                yield held, left, book.since_1904

    def _parsed(self, found: list[tuple[int, Cells]], item: WorkItem, base: int, read: int, since_1904: bool) -> Parsed:
        first, header, constants = self.area.first_column, item.header, dict(item.file.constants)
        at = {name: index for index, name in enumerate(header, first) if name}
        results = []
        for one in self.schema:
            if one.name in constants:
                results.append(repeated(constants[one.name], one.type, self.text, len(found)))
            else:
                column = at.get(self.names.get(one.name, one.name), 0)
                results.append(self._column([cells.get(column) for _, cells in found], one.type, since_1904))
        batch = pa.RecordBatch.from_arrays([one.values for one in results], schema=arrow_schema(self.schema))
        known = set(at.values())
        stray = [index for index, (_, cells) in enumerate(found) if not cells.keys() <= known]
        kept = np.setdiff1d(np.arange(len(found)), stray)
        bad = [one.bad for one in results]
        if stray:
            position = {int(record): row for row, record in enumerate(kept)}
            batch = batch.take(pa.array(kept))
            bad = [{position[row]: code for row, code in one.items() if row in position} for one in bad]
        cut = Cut(pa.table({}), kept, {index: Violation("FIELD_COUNT", "") for index in stray}, read)

        def places(records: Sequence[int], _: int) -> list[Place]:
            return [self._place(*found[record], header) for record in records]

        return assemble((batch, bad), cut, base, 0, read, lambda: places)

    def _column(self, cells: list[Cell | None], type_: DataType, since_1904: bool) -> Typed:
        """The cells of a column: text is read by the rules of the source, the rest by a plain spelling."""
        texts: list[str | None] = [None] * len(cells)
        plain: list[str | None] = [None] * len(cells)
        bad: dict[int, str] = {}
        for row, cell in enumerate(cells):
            if cell is None:
                continue
            if cell.kind == "text":
                if code := unfit(cell.content, self.text):
                    bad[row] = code
                elif cell.content not in self.nulls:
                    texts[row] = cell.content
                continue
            try:
                plain[row] = spelled(cell, type_, since_1904)
            except Misfit as misfit:
                bad[row] = misfit.code
        own = typed(pa.array(texts, pa.string()), type_, self.text)
        if any(one is not None for one in plain):
            rest = typed(pa.array(plain, pa.string()), type_, TextRules(timezone=self.text.timezone))
            return Typed(pc.coalesce(own.values, rest.values), {**own.bad, **rest.bad, **bad})
        return Typed(own.values, {**own.bad, **bad})

    def _place(self, row: int, cells: Cells, header: tuple[str, ...]) -> Place:
        first = self.area.first_column
        named = dict(enumerate(header, first))
        shown = {named.get(column) or column_letters(column): cell.content for column, cell in cells.items()}
        text = json.dumps(shown, ensure_ascii=False)
        return Place(row, text.encode("utf-8", "backslashreplace").decode())


def spelled(cell: Cell, type_: DataType, since_1904: bool) -> str:
    """The content of a cell that is no text, as text of the type's grammar. Raises `Misfit`."""
    name, content = type_.name if isinstance(type_, Simple) else "", cell.content
    if name in _WHOLE and cell.kind == cell.shape == "number" and _SHORT.fullmatch(content):
        return content
    if cell.kind == "error":
        raise Misfit("CELL_ERROR")
    if cell.kind == "boolean":
        if name != "boolean" or cell.content not in ("0", "1"):
            raise Misfit("TYPE_FORMAT")
        return "true" if cell.content == "1" else "false"
    if cell.kind == "moment":
        return _stated_moment(cell.content, name)
    if not _NUMBER.fullmatch(cell.content):
        raise Misfit("TYPE_FORMAT")
    number = float(cell.content)
    if cell.shape == "number":
        return _digits(number, type_, name)
    if cell.shape == "span":
        raise Misfit("TYPE_FORMAT")
    if name == "string" or isinstance(type_, Varchar):
        if cell.shape == "clock" and 0 <= number < 1:
            return _clock(_millis(number))
        raise Misfit("TYPE_FORMAT")
    return _moment(number, name, since_1904)


def _digits(number: float, type_: DataType, name: str) -> str:
    if name in ("float", "double"):
        if math.isinf(number):
            raise Misfit("TYPE_OVERFLOW")
        return repr(number)
    if name in ("date", "timestamp", "timestamp_ntz"):
        raise Misfit("DATE_FORMAT" if name == "date" else "TS_FORMAT")
    if name not in _WHOLE and not isinstance(type_, Decimal):
        raise Misfit("TYPE_FORMAT")
    if abs(number) > _EXACT:
        raise Misfit("TYPE_OVERFLOW" if math.isinf(number) else "VALUE_LOSS")
    if number.is_integer():
        return str(int(number))
    text = repr(number)
    return format(Number(text), "f") if "e" in text else text


@lru_cache(4_096)
def _moment(serial: float, name: str, since_1904: bool) -> str:
    """A number shown as a date, as a date or a clock: days since the end of 1899, or since 1904 in such workbooks."""
    if name not in ("date", "timestamp", "timestamp_ntz"):
        raise Misfit("TYPE_FORMAT")
    code = "DATE_FORMAT" if name == "date" else "TS_FORMAT"
    day, millis = divmod(_millis(serial), _DAY_MILLIS)
    first = datetime.date(1904, 1, 1) if since_1904 else datetime.date(1899, 12, 30)
    if not since_1904 and day < 61:  # Excel takes 1900 for a leap year: day 60 never was, and those before are one off
        first += datetime.timedelta(days=1)
        if not 1 <= day < 60:
            raise Misfit(code)
    if day < 0 or day > 2_958_465:
        raise Misfit(code)
    try:
        date = (first + datetime.timedelta(days=day)).isoformat()
    except OverflowError:
        raise Misfit(code) from None
    if name == "date":
        if millis:
            raise Misfit(code)
        return date
    return f"{date} {_clock(millis)}"


def _millis(serial: float) -> int:
    """The milliseconds that a serial number of days stands for, if it is nothing but the nearest double to them."""
    if abs(serial) > 3_000_000:
        raise Misfit("TYPE_OVERFLOW")
    millis = round(Number(serial) * _DAY_MILLIS)
    if abs(millis / _DAY_MILLIS - serial) > 4 * math.ulp(serial):
        raise Misfit("VALUE_LOSS")
    return millis


def _clock(millis: int) -> str:
    seconds, rest = divmod(millis, 1_000)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{rest:03}" if rest else text


def _stated_moment(content: str, name: str) -> str:
    """A date that the file writes out, as strict workbooks do."""
    match = _MOMENT.fullmatch(content)
    if name not in ("date", "timestamp", "timestamp_ntz"):
        raise Misfit("TYPE_FORMAT")
    if not match or (name == "date" and (match[2] or "00:00:00").strip("0:.")):
        raise Misfit("DATE_FORMAT" if name == "date" else "TS_FORMAT")
    date: Any = match[1]
    return str(date) if name == "date" else f"{date} {match[2] or '00:00:00'}"
