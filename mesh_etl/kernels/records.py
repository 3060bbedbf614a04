"""Where records begin and end in a block of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mesh_etl.kernels.work import Place

NEWLINE = 10
RETURN = 13


@dataclass(frozen=True)
class Records:
    """The records of a block: byte ranges without their line ends, and the line that each begins on (from 0)."""

    block: bytes
    starts: np.ndarray
    ends: np.ndarray
    lines: np.ndarray

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
        """The bytes of records `first` to `last` (exclusive), one a line, blank lines between them left out."""
        return b"".join(self.block[self.starts[i] : self.ends[i]] + b"\n" for i in range(first, last))


def newlines(block: bytes) -> int:
    """The number of line feeds in `block`."""
    return int(np.count_nonzero(np.frombuffer(block, np.uint8) == NEWLINE))


def records(block: bytes, keep_blank: bool, quote: str = "", delimiter: str = ",") -> Records:
    """The records of `block`, which must begin where a record begins.

    With `quote` a line end inside a quoted field belongs to the record (RFC 4180 2.6); without, it always ends one.
    Blank lines are no records unless `keep_blank` (a file of one column, where a blank line is an empty value).
    """
    data = np.frombuffer(block, np.uint8)
    feeds = np.flatnonzero(data == NEWLINE)
    ends = feeds[~_quoted(block, feeds, quote, delimiter)] if quote else feeds
    if (block and not block.endswith(b"\n")) or (len(feeds) and (not len(ends) or ends[-1] != feeds[-1])):
        ends = np.append(ends, len(block))
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    ends = ends - ((ends > starts) & (data[np.maximum(ends - 1, 0)] == RETURN)) if len(ends) else ends
    filled = np.ones(len(starts), bool) if keep_blank else ends > starts
    lines = np.searchsorted(feeds, starts)
    return Records(block, starts[filled], ends[filled], lines[filled])


def _quoted(block: bytes, feeds: np.ndarray, quote: str, delimiter: str) -> np.ndarray:
    """For each line feed whether it stands inside a quoted field."""
    quotes = _quotes(block, quote, delimiter)
    if quotes is not None:
        parity: np.ndarray = np.searchsorted(quotes, feeds) % 2 == 1
        return parity
    spans = np.array(list(_fields(block, quote, delimiter)), np.int64).reshape(-1, 2)
    inside: np.ndarray = np.searchsorted(spans[:, 0], feeds) > np.searchsorted(spans[:, 1], feeds, side="right")
    return inside


def closing_quotes(block: bytes, quote: str, delimiter: str) -> np.ndarray:
    """Where quoted fields end; the first of a doubled quote may be among them."""
    quotes = _quotes(block, quote, delimiter)
    if quotes is not None:
        return quotes[1::2]
    return np.array([end - 1 for _, end in _fields(block, quote, delimiter)], np.int64)


def _quotes(block: bytes, quote: str, delimiter: str) -> np.ndarray | None:
    """The quotes of `block`, which open and close in turn; None when one of them stands inside an unquoted field.

    There it is text, and would turn the count over; then fields have to be followed one by one.
    """
    data = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(data == ord(quote))
    opening = quotes[::2]
    before = data[opening - 1]
    regular = (before == ord(delimiter)) | (before == NEWLINE) | (before == ord(quote)) | (opening == 0)
    return quotes if regular.all() else None


def _fields(block: bytes, quote: str, delimiter: str) -> Iterator[tuple[int, int]]:
    """Begin and end of the quoted fields in order, from opening to closing quote, or to the end without one."""
    mark, comma = re.escape(quote.encode()), re.escape(delimiter.encode())
    opening = rb"%b(?:(?<=[%b\n]%b)|(?<=\A%b))" % (mark, comma, mark, mark)
    inside = rb"[^%b]*(?:%b%b[^%b]*)*" % (mark, mark, mark, mark)
    return (match.span() for match in re.finditer(opening + inside + rb"(?:%b|\Z)" % mark, block))
