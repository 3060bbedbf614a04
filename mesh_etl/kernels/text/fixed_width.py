"""Text whose columns stand at fixed positions, to typed records.

Positions are characters of the decoded text: the n-th character, not the n-th byte, stands at position n. A block of
lines of one length in ASCII, the usual case, is cut as a table of bytes; any other block is cut line by line by Arrow.
Codes: LINE_SHORT, LINE_LONG, LONE_RETURN, ENCODING, and those of `values/typing.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.contract.types import Schema
from mesh_etl.kernels.text.columns import Columns, Cut, assemble
from mesh_etl.kernels.text.reader import TextReader
from mesh_etl.kernels.text.records import NEWLINE, RETURN, Marks, Records, has_comment, newlines, records
from mesh_etl.kernels.values.text_rules import PLAIN_TEXT, TextRules
from mesh_etl.kernels.work import Parsed, Violation, WorkItem


@dataclass(frozen=True)
class Position:
    """Where a column stands: characters `start` to `end` of the line, counted from 0; None is the line's end.

    A value aligned left is filled up with `pad` on its right, one aligned right on its left; '' is no padding.
    """

    start: int
    end: int | None
    pad: str = " "
    align: Literal["left", "right"] = "left"

    def unpadded(self, text: pa.StringArray) -> pa.StringArray:
        """The values without their padding."""
        if not self.pad:
            return text
        return (pc.utf8_rtrim if self.align == "left" else pc.utf8_ltrim)(text, characters=self.pad)


@dataclass(frozen=True)
class FixedWidthReader(TextReader):
    """A parser for text with a position for each column of the schema, in its order.

    Every line has `width` characters; without a width, the last column reaches to the line's end. Blank lines are no
    records, nor are lines that begin with `comment`.
    """

    schema: Schema
    positions: tuple[Position, ...]
    width: int | None
    nulls: tuple[str, ...] = ("",)
    text: TextRules = PLAIN_TEXT
    comment: str = ""
    encoding: str = "utf-8"
    skip_lines: int = 0
    trailer: str = ""
    header: bool = field(default=False, init=False)
    multiline: bool = field(default=False, init=False)

    def records(self, block: bytes, item: WorkItem) -> Records:
        return records(block, keep_blank=False, marks=Marks(comment=self.comment))

    def block(self, block: bytes, item: WorkItem, base: int, line: int) -> Parsed:
        found: list[Records] = []

        def located() -> Records:
            if not found:
                found.append(self.records(block, item))
            return found[0]

        cut = self._even(block) or self._uneven(located())
        columns = Columns(self.schema, {}, item)
        return assemble(columns.typed(cut.table, self.text), cut, base, line, newlines(block), lambda: located().places)

    def _even(self, block: bytes) -> Cut | None:
        """The block as a table of bytes; None when its lines differ in length, or are not as long as they should be."""
        stride = block.find(b"\n") + 1
        if not stride or not block.isascii() or len(block) % stride or has_comment(block, Marks(comment=self.comment)):
            return None
        table = np.frombuffer(block, np.uint8).reshape(-1, stride)
        length = stride - 1 - int(block[stride - 2 : stride - 1] == b"\r" and stride > 1)
        if (length != self.width if self.width is not None else length < self._reach) or length == 0:
            return None
        if newlines(block) != len(table) or not (table[:, -1] == NEWLINE).all():
            return None
        returns = block.count(b"\r")
        if returns != (stride - 1 - length) * len(table) or (returns and not (table[:, -2] == RETURN).all()):
            return None
        texts = []
        for one in self.positions:
            end = length if one.end is None else one.end
            cells = np.ascontiguousarray(table[:, one.start : end])
            offsets = np.arange(len(table) + 1, dtype=np.int32) * (end - one.start)
            text = pa.StringArray.from_buffers(len(table), pa.py_buffer(offsets), pa.py_buffer(cells))
            texts.append(self._meant(one.unpadded(text)))
        return Cut(self._table(texts), np.arange(len(table)), {}, len(table))

    def _uneven(self, found: Records) -> Cut:
        """The records cut one by one; those that are no lines of these columns are rejected."""
        lines = _lines(found)
        rejected = _unreadable(lines)
        kept = np.ones(len(found), bool)
        kept[list(rejected)] = False
        content = lines.filter(pa.array(kept)).cast(pa.string())
        lengths = pc.utf8_length(content).to_numpy(zero_copy_only=False)
        numbers = np.flatnonzero(kept)
        short = lengths < (self._reach if self.width is None else self.width)
        long = np.zeros(len(lengths), bool) if self.width is None else lengths > self.width
        rejected |= {int(one): Violation("LINE_SHORT", "") for one in numbers[short]}
        rejected |= {int(one): Violation("LINE_LONG", "") for one in numbers[long]}
        if short.any() or long.any():
            content = content.filter(pa.array(~(short | long)))
            numbers = numbers[~(short | long)]
        texts = [
            self._meant(one.unpadded(pc.utf8_slice_codeunits(content, one.start, one.end))) for one in self.positions
        ]
        return Cut(self._table(texts), numbers, rejected, len(found))

    @property
    def _reach(self) -> int:
        """How long a line must be at least."""
        return max(one.start if one.end is None else one.end for one in self.positions)

    def _meant(self, text: pa.StringArray) -> pa.StringArray:
        """The column with NULL for its tokens."""
        tokens = pc.is_in(text, pa.array(self.nulls, pa.string()))
        return pc.if_else(tokens, pa.scalar(None, pa.string()), text) if pc.any(tokens).as_py() else text

    def _table(self, texts: list[pa.StringArray]) -> pa.Table:
        return pa.table(dict(zip((column.name for column in self.schema), texts, strict=True)))


def _lines(found: Records) -> pa.BinaryArray:
    """The records as texts without their line ends."""
    sizes = found.ends - found.starts
    offsets = np.zeros(len(sizes) + 1, np.int32)
    np.cumsum(sizes, out=offsets[1:])
    data = np.frombuffer(found.block, np.uint8)
    inside = np.zeros(len(data) + 1, np.int8)
    inside[found.starts] += 1
    inside[found.ends] -= 1
    content = data[np.cumsum(inside[:-1]).astype(bool)]
    return pa.BinaryArray.from_buffers(pa.binary(), len(sizes), [None, pa.py_buffer(offsets), pa.py_buffer(content)])


def _unreadable(lines: pa.BinaryArray) -> dict[int, Violation]:
    """The lines that are no text, or hold a carriage return."""
    found: dict[int, Violation] = {}
    returns = pc.match_substring(lines, b"\r")
    for row in np.flatnonzero(returns.to_numpy(zero_copy_only=False)).tolist():
        found[row] = Violation("LONE_RETURN", "")
    try:
        lines.cast(pa.string())
    except pa.ArrowInvalid:
        for row, line in enumerate(lines.to_pylist()):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                found[row] = Violation("ENCODING", "")
    return found
