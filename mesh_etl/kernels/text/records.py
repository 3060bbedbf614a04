"""Where records begin and end in a block of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from mesh_etl.kernels.work import Place

NEWLINE = 10
RETURN = 13
CHUNK = 1 << 18  # what is looked at in one go stays in the cache


@dataclass(frozen=True)
class Marks:
    """The characters that shape a text: what stands between fields, around them, and before a comment; '' for none.

    A quote inside a quoted field is written twice where quotes are `doubled`, and not at all where it is escaped.
    """

    delimiter: str = ","
    quote: str = ""
    doubled: bool = True
    comment: str = ""


LINES = Marks()


@dataclass(frozen=True)
class Records:
    """The records of a block: byte ranges without their line ends, and the line that each begins on (from 0).

    `comments` counts the lines between them that are none.
    """

    block: bytes
    starts: np.ndarray
    ends: np.ndarray
    lines: np.ndarray
    comments: int = 0

    def __len__(self) -> int:
        return len(self.starts)

    def places(self, records: Sequence[int], first_line: int) -> list[Place]:
        """Line (counted on from `first_line`) and raw text; bytes that are no UTF-8 are shown as escapes."""
        found = []
        for record in records:
            raw = self.block[self.starts[record] : self.ends[record]].decode("utf-8", "backslashreplace")
            found.append(Place(int(self.lines[record]) + first_line, raw))
        return found

    def text(self, first: int, last: int) -> bytes:
        """The bytes of records `first` to `last` (exclusive) with their line ends; what lies between is left out."""
        if first == last:
            return b""
        starts, ends = self.starts[first:last], self.ends[first:last]
        data = np.frombuffer(self.block, np.uint8)
        after = ends + 1 + (data[np.minimum(ends, len(data) - 1)] == RETURN)
        gaps = np.flatnonzero(starts[1:] != after[:-1])
        runs = zip([0, *(gaps + 1).tolist()], [*gaps.tolist(), len(starts) - 1], strict=True)
        return b"".join(self.block[starts[one] : after[other]] for one, other in runs)


@dataclass(frozen=True)
class Quoted:
    """The quoted fields of a block: where they open and close, and where one opens that never closes.

    A doubled quote may count as the end of a field and the begin of the next one.
    """

    opens: np.ndarray
    closes: np.ndarray
    unclosed: int | None

    def holds(self, places: np.ndarray) -> np.ndarray:
        """For each of the places whether it is inside a quoted field."""
        inside: np.ndarray = np.searchsorted(self.opens, places) > np.searchsorted(self.closes, places)
        return inside


def newlines(block: bytes) -> int:
    """The number of line feeds in `block`."""
    data = np.frombuffer(block, np.uint8)
    return sum(int(np.count_nonzero(data[at : at + CHUNK] == NEWLINE)) for at in range(0, len(data), CHUNK))


def records(block: bytes, keep_blank: bool, marks: Marks = LINES, shape: bytes | None = None) -> Records:
    """The records of `block`, which must begin where a record begins.

    With a quote among the marks, a line end inside a quoted field belongs to the record (RFC 4180 2.6), and a last
    record whose quote stays open is placed on the line of that quote; without, a line end always ends a record. Blank
    lines are no records unless `keep_blank` (a file of one column, where a blank line is an empty value), nor are
    comments. `shape` is looked at in place of `block` where some characters must not count; it is as long.
    """
    shape = block if shape is None else shape
    data = np.frombuffer(shape, np.uint8)
    feeds = ends = np.flatnonzero(data == NEWLINE)
    unclosed = None
    if marks.quote and marks.quote.encode() in shape:
        found = quoted(shape, marks)
        ends, unclosed = feeds[~found.holds(feeds)], found.unclosed
    if (shape and not shape.endswith(b"\n")) or (len(feeds) and (not len(ends) or ends[-1] != feeds[-1])):
        ends = np.append(ends, len(shape))
    if not len(ends):
        return Records(block, ends, ends, ends)
    starts = np.concatenate(([0], ends[:-1] + 1))
    ends = ends - ((ends > starts) & (data[np.maximum(ends - 1, 0)] == RETURN))
    lined = feeds if shape is block else np.flatnonzero(np.frombuffer(block, np.uint8) == NEWLINE)
    lines = np.searchsorted(lined, starts)
    if unclosed is not None:
        lines[-1] = np.searchsorted(lined, unclosed)
    kept = np.ones(len(starts), bool) if keep_blank else ends > starts
    comments = 0
    if marks.comment:
        remark = data[np.minimum(starts, len(data) - 1)] == ord(marks.comment)
        kept &= ~remark
        comments = int(np.count_nonzero(remark))
    if kept.all():
        return Records(block, starts, ends, lines)
    return Records(block, starts[kept], ends[kept], lines[kept], comments)


def has_comment(block: bytes, marks: Marks) -> bool:
    """Whether a line of `block` may be a comment."""
    mark = marks.comment.encode()
    return bool(mark) and (block.startswith(mark) or b"\n" + mark in block)


def quoted(block: bytes, marks: Marks) -> Quoted:
    """The quoted fields of `block`.

    A quote opens a field only where the field begins; elsewhere it is text, and would turn the count over: then fields
    are followed one by one.
    """
    data = np.frombuffer(block, np.uint8)
    quotes = _positions(data, ord(marks.quote))
    opens, closes = quotes[::2], quotes[1::2]
    before = data[opens - 1]
    regular = (before == ord(marks.delimiter)) | (before == NEWLINE) | (opens == 0)
    if marks.doubled:
        regular |= before == ord(marks.quote)
    if not regular.all() or has_comment(block, marks):
        return _followed(block, marks)
    if len(opens) == len(closes):
        return Quoted(opens, closes, None)
    last = len(opens) - 1
    while last and opens[last] == closes[last - 1] + 1:
        last -= 1
    return Quoted(opens, closes, int(opens[last]))


def _positions(data: np.ndarray, byte: int) -> np.ndarray:
    """Where `byte` is."""
    found = [np.flatnonzero(data[at : at + CHUNK] == byte) + at for at in range(0, len(data), CHUNK)]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _followed(block: bytes, marks: Marks) -> Quoted:
    spans = list(_spans(block, marks))
    closed = np.array([span for span in spans if span[1] >= 0], np.int64).reshape(-1, 2)
    if len(closed) == len(spans):
        return Quoted(closed[:, 0], closed[:, 1], None)
    return Quoted(np.append(closed[:, 0], spans[-1][0]), closed[:, 1], spans[-1][0])


def _spans(block: bytes, marks: Marks) -> Iterator[tuple[int, int]]:
    """Opening and closing quote of each quoted field in order; the last may have no closing one (-1)."""
    for match in _field(marks).finditer(block):
        if match.group("field"):
            yield match.start(), match.end() - 1 if match.group("close") else -1


@cache
def _field(marks: Marks) -> re.Pattern[bytes]:
    mark, delimiter = re.escape(marks.quote.encode()), re.escape(marks.delimiter.encode())
    begin = rb"(?:(?<=[%b\n])|\A)" % delimiter
    inside = rb"[^%b]*" % mark + (rb"(?:%b%b[^%b]*)*" % (mark, mark, mark) if marks.doubled else b"")
    field = rb"(?P<field>%b%b%b(?:(?P<close>%b)|\Z))" % (begin, mark, inside, mark)
    if not marks.comment:
        return re.compile(field)
    return re.compile(rb"(?:(?<=\n)|\A)%b[^\n]*|%b" % (re.escape(marks.comment.encode()), field))
