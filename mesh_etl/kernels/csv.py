"""Delimited text to typed records.

Arrow's CSV parser tokenises every field as text; `typing.py` types the columns. The parser is checked by an independent
count: a block of n lines must give n records. Where it does not (a quote that never closes, text after a closing
quote, a lone carriage return, bytes that are no UTF-8), the block is halved until the lines at fault stand alone, so
that one bad line never costs another its verdict. Codes: FIELD_COUNT, UNTERMINATED_QUOTE, TEXT_AFTER_QUOTE,
LONE_RETURN, ENCODING, and those of `typing.py`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from mesh_etl.contract.types import Schema
from mesh_etl.errors import Fault, PlanError
from mesh_etl.kernels.blocks import blocks
from mesh_etl.kernels.columns import Cut, assemble
from mesh_etl.kernels.records import Records, closing_quotes, newlines, records
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.kernels.text_stream import is_plain, utf8_stream
from mesh_etl.kernels.typing import PLAIN_TEXT, TextRules, typed
from mesh_etl.kernels.work import Parsed, Place, Violation, WorkItem
from mesh_etl.stores import InputFile

ITEM_BYTES = 32 << 20


@dataclass(frozen=True)
class CsvReader:
    """A parser for delimited text with declared dialect and types.

    `names` maps a column of the schema to its name in the header. Without `multiline`, a line end always ends a record
    and files can be split anywhere; with it a file is one work item.
    """

    schema: Schema
    names: dict[str, str] = field(default_factory=dict)
    delimiter: str = ","
    quote: str = '"'
    nulls: tuple[str, ...] = ("",)
    header: bool = True
    multiline: bool = False
    text: TextRules = PLAIN_TEXT

    def head(self, file: InputFile) -> tuple[tuple[str, ...], int]:
        """The names in the file's header and the byte at which its records begin.

        Raises `PlanError`: LINE_ENDS for lone carriage returns, HEADER_UNREADABLE for quotes that do not match.
        """
        with utf8_stream(file) as stream:
            line = stream.readline(1 << 20)
        bom = 3 if line.startswith(b"\xef\xbb\xbf") else 0
        if not self.header:
            return tuple(self.names.get(column.name, column.name) for column in self.schema), bom
        text = line[bom:].decode("utf-8", "backslashreplace").rstrip("\r\n")
        if not text:
            return (), len(line)
        if "\r" in text:
            fix = "deliver it with line feeds between the lines"
            raise PlanError(Fault("LINE_ENDS", "line 1 holds a carriage return alone", file.path, fix))
        try:
            cells = csv.reader(
                [text],
                delimiter=self.delimiter,
                quotechar=self.quote or None,
                quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
                strict=True,
            )
            names = next(cells)
        except csv.Error:
            problem, fix = "the quotes in line 1 do not match", "write every name in one line"
            raise PlanError(Fault("HEADER_UNREADABLE", problem, file.path, fix)) from None
        return tuple(names), len(line)

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        if not is_plain(file):
            return [(0, file.size)]
        _, start = self.head(file)
        if self.multiline or file.size - start <= ITEM_BYTES:
            return [(start, file.size)]
        cuts = [*range(start, file.size, ITEM_BYTES), file.size]
        return list(pairwise(cuts))

    def first_line(self, item: WorkItem) -> int:
        return 2 if self.header else 1

    def parse(self, item: WorkItem) -> Iterator[Parsed]:
        base = line = 0
        for block in self._blocks(item):
            parsed = self._block(block, item.header, base, line)
            base += parsed.read
            line += parsed.lines
            yield parsed

    def locate(self, item: WorkItem, records: Sequence[int]) -> list[Place]:
        wanted, places, base, line = np.asarray(records), dict[int, Place](), 0, 0
        for block in self._blocks(item):
            found = self._records(block, item.header)
            here = wanted[(wanted >= base) & (wanted < base + len(found))]
            for record, place in zip(here, found.places([int(one) - base for one in here], line + 1), strict=True):
                places[int(record)] = place
            base += len(found)
            line += newlines(block)
        return [places[int(record)] for record in records]

    def _blocks(self, item: WorkItem) -> Iterator[bytes]:
        start = self.head(item.file)[1]
        whole = self._complete if self.multiline else None
        begin, end = (item.start, item.end) if is_plain(item.file) else (start, None)
        with utf8_stream(item.file) as stream:
            yield from blocks(stream, begin, end, start, whole, item.file.path)

    def _complete(self, block: bytes) -> int:
        """The length of the part of `block` that holds whole records."""
        found = self._records(block, ())
        return int(found.starts[-1]) if len(found) else 0

    def _records(self, block: bytes, header: tuple[str, ...]) -> Records:
        return records(block, len(header) == 1, self.quote if self.multiline else "", self.delimiter)

    def _block(self, block: bytes, header: tuple[str, ...], base: int, line: int) -> Parsed:
        lines = newlines(block)
        found: list[Records] = []

        def located() -> Records:
            if not found:
                found.append(self._records(block, header))
            return found[0]

        expected = len(located()) if self.multiline else lines + (not block.endswith(b"\n"))
        cut = self._cut(block, header, expected)
        if cut is None:
            cut = self._halve(located(), 0, len(located()), header)
        return assemble(self._typed(cut.table), cut, base, line, lines, lambda: located().places)

    def _halve(self, found: Records, first: int, last: int, header: tuple[str, ...]) -> Cut:
        """Records `first` to `last` as a cut, in which the ones at fault have been made to stand alone."""
        if first == last:
            return Cut(self._empty(header), np.zeros(0, np.int64), {}, 0)
        text = found.text(first, last)
        cut = self._cut(text, header, last - first)
        if cut is not None:
            return cut
        if last - first == 1:
            return Cut(self._empty(header), np.zeros(0, np.int64), {0: Violation(self._code(text), "")}, 1)
        middle = (first + last) // 2
        return self._halve(found, first, middle, header).then(self._halve(found, middle, last, header))

    def _cut(self, block: bytes, header: tuple[str, ...], expected: int) -> Cut | None:
        """The block cut into fields, or None when its lines and its records do not tally.

        A sentinel line after the block catches a last record that never ends.
        """
        if not _is_utf8(block) or _has_lone_return(block) or self._has_text_after_quote(block):
            return None
        ragged: list[arrow_csv.InvalidRow] = []
        sentinel = self.delimiter.encode() * (len(header) - 1) or b"x"
        text = b"".join((block, b"" if block.endswith(b"\n") else b"\n", sentinel, b"\n"))
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(text),
                read_options=arrow_csv.ReadOptions(
                    use_threads=False, column_names=header, block_size=max(len(text) + 1, 1 << 16)
                ),
                parse_options=self._parse_options(ragged, blank_is_value=len(header) == 1),
                convert_options=arrow_csv.ConvertOptions(
                    column_types={name: pa.string() for name in header},
                    include_columns=[self.names.get(column.name, column.name) for column in self.schema],
                    null_values=list(self.nulls),
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                    check_utf8=False,  # done above, where bad lines are found without an exception
                ),
            )
        except pa.ArrowInvalid:
            return None
        if table.num_rows + len(ragged) != expected + 1 or (ragged and ragged[-1].number == expected + 1):
            return None
        skipped = {int(row.number) - 1: Violation("FIELD_COUNT", "") for row in ragged}
        kept = np.arange(expected)
        if skipped:
            kept = np.delete(kept, list(skipped))
        return Cut(table.slice(0, len(kept)), kept, skipped, expected)

    def _code(self, record: bytes) -> str:
        """What is wrong with a record that does not parse on its own."""
        if not _is_utf8(record):
            return "ENCODING"
        if _has_lone_return(record):
            return "LONE_RETURN"
        return "TEXT_AFTER_QUOTE" if self._has_text_after_quote(record) else "UNTERMINATED_QUOTE"

    def _has_text_after_quote(self, block: bytes) -> bool:
        """Whether a quoted field goes on after its closing quote; Arrow would read `"a"b` as `ab`."""
        if not self.quote or self.quote.encode() not in block:
            return False
        after = np.zeros(256, bool)
        after[list(self.delimiter.encode() + b"\r\n" + self.quote.encode())] = True
        data = np.frombuffer(block + b"\n", np.uint8)
        return not after[data[closing_quotes(block, self.quote, self.delimiter) + 1]].all()

    def _parse_options(
        self, ragged: list[arrow_csv.InvalidRow], blank_is_value: bool = False
    ) -> arrow_csv.ParseOptions:
        def skip(row: arrow_csv.InvalidRow) -> str:
            ragged.append(row)
            return "skip"

        return arrow_csv.ParseOptions(
            delimiter=self.delimiter,
            quote_char=self.quote or False,
            double_quote=True,
            newlines_in_values=self.multiline,
            ignore_empty_lines=not blank_is_value,
            invalid_row_handler=skip,
        )

    def _empty(self, header: tuple[str, ...]) -> pa.Table:
        names = [self.names.get(column.name, column.name) for column in self.schema]
        return pa.table({name: pa.array([], pa.string()) for name in names})

    def _typed(self, table: pa.Table) -> tuple[pa.RecordBatch, list[dict[int, str]]]:
        table = table.combine_chunks()
        texts = [column.chunk(0) if column.num_chunks else pa.array([], pa.string()) for column in table.columns]
        results = [typed(text, column.type, self.text) for text, column in zip(texts, self.schema, strict=True)]
        batch = pa.RecordBatch.from_arrays([result.values for result in results], schema=arrow_schema(self.schema))
        return batch, [result.bad for result in results]


def _has_lone_return(text: bytes) -> bool:
    return b"\r" in text and text.count(b"\r") != text.count(b"\r\n")


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
