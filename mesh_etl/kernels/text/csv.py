"""Delimited text to typed records.

Arrow's CSV parser tokenises every field as text; `values/typing.py` types the columns. The parser is checked by an
independent count: a block of n lines must give n records. Where it does not (a quote that never closes, text after a
closing quote, a lone carriage return, bytes that are no UTF-8), the block is halved until the lines at fault stand
alone, so that one bad line never costs another its verdict. Codes: FIELD_COUNT, UNTERMINATED_QUOTE, TEXT_AFTER_QUOTE,
BAD_ESCAPE, LONE_RETURN, ENCODING, HEADER_REPEATED, and those of `values/typing.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from mesh_etl.contract.types import Schema
from mesh_etl.kernels.text.columns import Columns, Cut, assemble
from mesh_etl.kernels.text.csv_header import header_names
from mesh_etl.kernels.text.escapes import Escapes, Unescaped
from mesh_etl.kernels.text.reader import TextReader
from mesh_etl.kernels.text.records import Marks, Records, has_comment, newlines, quoted, records
from mesh_etl.kernels.values.text_rules import PLAIN_TEXT, TextRules
from mesh_etl.kernels.work import Parsed, Violation, WorkItem
from mesh_etl.stores import InputFile

_MARK = b"\xef\xbb\xbf"  # Arrow takes one off wherever a block begins, where it is text


@dataclass(frozen=True)
class CsvReader(TextReader):
    """A parser for delimited text with declared dialect and types.

    `names` maps a column of the schema to its name in the header. Without `multiline`, a line end always ends a record
    and plain UTF-8 files can be split anywhere; with it a file is one work item. With `escape` quotes inside quoted
    fields are escaped, not doubled. A column that a file lacks is the constant that its path states, or NULL.
    """

    schema: Schema
    names: dict[str, str] = field(default_factory=dict)
    delimiter: str = ","
    quote: str = '"'
    nulls: tuple[str, ...] = ("",)
    header: bool = True
    multiline: bool = False
    text: TextRules = PLAIN_TEXT
    escape: str = ""
    comment: str = ""
    encoding: str = "utf-8"
    skip_lines: int = 0
    trailer: str = ""

    def head(self, file: InputFile) -> tuple[tuple[str, ...], int]:
        """The names in the file's header and the byte of its text at which its records begin.

        Raises `PlanError`: LINE_ENDS for lone carriage returns, HEADER_UNREADABLE for quotes that do not match.
        """
        found = self.preamble(file)
        if not self.header:
            return tuple(self.names.get(column.name, column.name) for column in self.schema), found.size
        return header_names(found.header, self.delimiter, self.quote, self.escape, file.path), found.size

    def records(self, block: bytes, item: WorkItem) -> Records:
        return self._records(block, len(item.header) == 1)

    def complete(self, block: bytes) -> int:
        found = self._records(block, keep_blank=False)
        return int(found.starts[-1]) if len(found) else 0

    def ends_record(self, text: bytes) -> bool:
        if not self.multiline:
            return True
        shape = self._escapes.shape(text) if self.escape else text
        if text.endswith(b"\n") != shape.endswith(b"\n") or (self.escape and shape.endswith(self.escape.encode())):
            return False
        return not self.quote or self.quote.encode() not in shape or quoted(shape, self._marks).unclosed is None

    def block(self, block: bytes, item: WorkItem, base: int, line: int) -> Parsed:
        lines = newlines(block)
        found: list[Records] = []

        def located() -> Records:
            if not found:
                found.append(self.records(block, item))
            return found[0]

        columns = Columns(self.schema, self.names, item)
        cut = None
        if block and not has_comment(block, self._marks):
            expected = len(located()) if self.multiline else lines + (not block.endswith(b"\n"))
            cut = self._cut(block, columns, expected)
        if cut is None:
            cut = self._halve(located(), 0, len(located()), columns)
        if self.header:
            cut = columns.without_headers(cut)
        return assemble(columns.typed(cut.table, self.text), cut, base, line, lines, lambda: located().places)

    def _records(self, block: bytes, keep_blank: bool) -> Records:
        marks = self._marks if self.multiline else self._line_marks
        return records(block, keep_blank, marks, self._escapes.shape(block) if self.escape else None)

    def _halve(self, found: Records, first: int, last: int, columns: Columns) -> Cut:
        """Records `first` to `last` as a cut, in which the ones at fault have been made to stand alone."""
        if first == last:
            return Cut(columns.empty(), np.zeros(0, np.int64), {}, 0)
        text = found.text(first, last)
        cut = self._cut(text, columns, last - first)
        if cut is not None:
            return cut
        if last - first == 1:
            return Cut(columns.empty(), np.zeros(0, np.int64), {0: Violation(self._code(text), "")}, 1)
        middle = (first + last) // 2
        return self._halve(found, first, middle, columns).then(self._halve(found, middle, last, columns))

    def _cut(self, block: bytes, columns: Columns, expected: int) -> Cut | None:
        """The block cut into fields, or None when its lines and its records do not tally."""
        if not _is_utf8(block) or _has_lone_return(block):
            return None
        bare = self._escapes.known(block) if self.escape else Unescaped(block, block)
        if bare is None or self._quote_fault(bare.shape):
            return None
        ragged: list[arrow_csv.InvalidRow] = []
        # Where no line end follows, Arrow takes an empty last field for quoted if the field before it is.
        text = bare.text if bare.text.endswith(b"\n") else bare.text + b"\n"
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(_MARK + text if text.startswith(_MARK) else text),
                read_options=arrow_csv.ReadOptions(
                    use_threads=False, column_names=columns.header, block_size=max(len(block) + 8, 1 << 16)
                ),
                parse_options=self._parse_options(ragged, blank_is_value=len(columns.header) == 1),
                convert_options=arrow_csv.ConvertOptions(
                    column_types={name: pa.string() for name in columns.stored},
                    include_columns=columns.stored,
                    null_values=[*self._plain_nulls, *bare.nulls],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                    check_utf8=False,  # done above, where bad lines are found without an exception
                ),
            )
        except pa.ArrowInvalid:
            return None
        if table.num_rows + len(ragged) != expected:
            return None
        skipped = {int(row.number) - 1: Violation("FIELD_COUNT", "") for row in ragged}
        kept = np.arange(expected)
        if skipped:
            kept = np.delete(kept, list(skipped))
        return Cut(table, kept, skipped, expected)

    def _code(self, record: bytes) -> str:
        """What is wrong with a record that does not parse on its own."""
        if not _is_utf8(record):
            return "ENCODING"
        if _has_lone_return(record):
            return "LONE_RETURN"
        bare = self._escapes.known(record) if self.escape else Unescaped(record, record)
        return "BAD_ESCAPE" if bare is None else self._quote_fault(bare.shape) or "UNTERMINATED_QUOTE"

    def _quote_fault(self, block: bytes) -> str | None:
        """The code when a quoted field goes on after its closing quote, which Arrow would read on, or never closes."""
        if not self.quote or self.quote.encode() not in block:
            return None
        found = quoted(block, self._marks)
        data = np.frombuffer(block, np.uint8)
        after = data[np.minimum(found.closes + 1, len(data) - 1)]
        if not (self._after_quote[after] | (found.closes == len(data) - 1)).all():
            return "TEXT_AFTER_QUOTE"
        return None if found.unclosed is None else "UNTERMINATED_QUOTE"

    def _parse_options(self, ragged: list[arrow_csv.InvalidRow], blank_is_value: bool) -> arrow_csv.ParseOptions:
        def skip(row: arrow_csv.InvalidRow) -> str:
            ragged.append(row)
            return "skip"

        return arrow_csv.ParseOptions(
            delimiter=self.delimiter,
            quote_char=self.quote or False,
            double_quote=not self.escape,
            escape_char=self.escape or False,
            newlines_in_values=self.multiline,
            ignore_empty_lines=not blank_is_value,
            invalid_row_handler=skip,
        )

    @cached_property
    def _marks(self) -> Marks:
        return Marks(self.delimiter, self.quote, not self.escape, self.comment)

    @cached_property
    def _line_marks(self) -> Marks:
        return Marks(self.delimiter, "", not self.escape, self.comment)

    @cached_property
    def _escapes(self) -> Escapes:
        return Escapes(self.escape, self._marks, self.nulls, self.multiline)

    @cached_property
    def _plain_nulls(self) -> list[str]:
        return [token for token in self.nulls if not self.escape or self.escape not in token]

    @cached_property
    def _after_quote(self) -> np.ndarray:
        known = np.zeros(256, bool)
        known[list((self.delimiter + "\r\n" + (self.quote if self._marks.doubled else "")).encode())] = True
        return known


def _has_lone_return(text: bytes) -> bool:
    return b"\r" in text and text.count(b"\r") != text.count(b"\r\n")


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
