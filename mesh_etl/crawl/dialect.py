"""The dialect of delimited text: the one in which the lines of a sample agree on the number of their fields."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from mesh_etl.kernels.text.csv_header import strict

DELIMITERS = (",", ";", "\t", "|", "\x01", ":", "^", "~")
QUOTES = ('"', "'")
RECORDS = 2000
CLEAR = 0.9  # of the lines after a preamble so many must agree, or it is none
FEWEST = 3
SINGLE = 0.55  # lines without a delimiter always agree: that counts for less
Rank = tuple[float, int, int]
_NAME = re.compile(r"[^\W\d][\w .,:;/%()\[\]°€$#&+*'\u2019-]{0,127}", re.DOTALL)
_LETTERS = re.compile(r"[^\d\W]")
_VALUE = re.compile(
    r"[+-]?[\d.,' ]*\d[\d.,]*(?:[eE][+-]?\d+)?%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?"
    r"|true|false|null|NULL|NA|N/A|\\N",
    re.ASCII,
)


@dataclass(frozen=True)
class Dialect:
    """How the text is cut into fields, and what its first record is.

    `header` holds the names, or is empty where the first record is data; `width` is the number of fields that
    `agreeing` of the `records` looked at have.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    comment: str = ""
    skip_lines: int = 0
    multiline: bool = False
    header: tuple[str, ...] = ()
    width: int = 1
    records: int = 0
    agreeing: int = 0

    def options(self) -> dict[str, Any]:
        """What a job declares of it; what is as usual is left out."""
        usual = Dialect()
        stated = {
            key: getattr(self, key)
            for key in ("delimiter", "quote", "escape", "comment", "skip_lines", "multiline")
            if getattr(self, key) != getattr(usual, key)
        }
        return stated | ({} if self.header else {"header": False})


def dialect_of(text: str, whole: bool) -> Dialect:
    """The dialect of the text from the beginning of a file; `whole` says that nothing was cut off at its end."""
    text = text.removeprefix("\ufeff")
    best, mark = Dialect(), (-1.0, 0, 0)
    for comment in ("", *_comments(text)):
        found, rank = _best(text, comment, whole)
        if rank > mark:
            best, mark = found, rank
    return best if best.width > 1 else _single(text, best, whole)


def _best(text: str, comment: str, whole: bool) -> tuple[Dialect, Rank]:
    """The dialect that ranks highest: agreement counts most, then the number of fields, then what is tried first."""
    lines = text.split("\n", 32)
    best, mark = Dialect(), (-1.0, 0, 0)
    for skip in _preambles(lines):
        if skip and not lines[skip].strip():
            continue
        body = "\n".join(lines[skip:]) if skip else text
        for delimiter in DELIMITERS:
            if delimiter != "," and delimiter not in body:
                continue
            agreed = False
            for quote, escape in _quotings(body, delimiter):
                if agreed and not quote:
                    continue  # quotes that always match are quotes
                found = _tried(body, delimiter, quote, escape, comment, whole)
                if found is None:
                    continue
                share = found.agreeing / max(found.records, 1)
                agreed |= share >= CLEAR
                if any(line.count(delimiter) + 1 == found.width for line in lines[:skip]):
                    continue  # a line of the right width is no preamble
                if skip and (share < CLEAR or found.agreeing < FEWEST or not found.header):
                    continue  # what stands before data without a header is the header of one column
                rank = (round(share if found.width > 1 else SINGLE * share, 3), found.width, -skip)
                if rank > mark:
                    best, mark = replace(found, skip_lines=skip, comment=comment), rank
        if mark[0] >= 0.98:
            break
    return best, mark


def _single(text: str, found: Dialect, whole: bool) -> Dialect:
    """One column: the delimiter is one that stands nowhere, because commas of the values divide nothing."""
    unused = next((one for one in DELIMITERS if one not in text), ",")
    return _tried(text, unused, found.quote, found.escape, "", whole) or found


def _comments(text: str) -> list[str]:
    """`#`, where some lines begin with it, but not most, and they are no header such as `#id,name`."""
    lines = text.splitlines()[:RECORDS]
    marked = sum(line.startswith("#") for line in lines)
    return ["#"] if 0 < marked <= len(lines) // 2 and not _is_header(lines) else []


def _is_header(lines: Sequence[str]) -> bool:
    """Whether the one line with a `#` is a header such as `#id,name`."""
    marked = [line for line in lines if line.startswith("#")]
    if len(marked) != 1 or not lines[0].startswith("#") or len(lines) < 2:
        return False
    return any(one in lines[0] and lines[0].count(one) == lines[1].count(one) for one in DELIMITERS)


def _preambles(lines: Sequence[str]) -> list[int]:
    return list(range(min(len(lines) - 1, 12))) or [0]


def _quotings(text: str, delimiter: str) -> list[tuple[str, str]]:
    found = []
    for quote in QUOTES:
        pattern = rf"(?:^|\n|{re.escape(delimiter)}){quote}"
        if re.search(pattern, text):
            found.append((quote, ""))  # first: where doubled quotes always match, a backslash is a sign like others
            if re.search(rf"[^\\]\\{quote}", text):
                found.append((quote, "\\"))
    if not found:
        found.append(('"', ""))
    if '"' in text and ('"', "") in found:
        found.append(("", ""))
    return found


def _tried(text: str, delimiter: str, quote: str, escape: str, comment: str, whole: bool) -> Dialect | None:
    if comment:
        marked = [line for line in text.split("\n") if line.startswith(comment)]
        text = "\n".join(line for line in text.split("\n") if not line.startswith(comment))
    rows, multiline, unread = _rows(text, delimiter, quote, escape, whole)
    if not rows:
        return None
    counts = Counter(len(row) for row in rows)
    width = max(counts, key=lambda one: (counts[one], one))
    if comment and any(line.count(delimiter) + 1 == width for line in marked):
        return None  # a line that is a record is no comment
    header = (
        rows[0] if len(rows[0]) == width and has_names(rows[0], [row for row in rows[1:] if len(row) == width]) else ()
    )
    if len(rows[0]) != width:
        return None  # a first record of another width is a preamble, or the dialect is another one
    agreeing = counts[width]
    return Dialect(delimiter, quote, escape, "", 0, multiline, tuple(header), width, len(rows) + unread, agreeing)


def _rows(text: str, delimiter: str, quote: str, escape: str, whole: bool) -> tuple[list[list[str]], bool, int]:
    """The first records, whether one of them goes over several lines, and the lines after one that is none."""
    reader = csv.reader((f"{line}\n" for line in text.split("\n")), **strict(delimiter, quote, escape))
    rows: list[list[str]] = []
    multiline = False
    before = unread = 0
    try:
        for row in islice(reader, RECORDS):
            if reader.line_num - before > 1:
                multiline = True
            before = reader.line_num
            rows.append(row)
    except csv.Error:
        unread = min(max(text.count("\n") - before, 1), RECORDS)
    if not whole and len(rows) > 1 and reader.line_num >= text.count("\n"):
        rows.pop()  # the last line of a piece may be cut off
    rows = [row for row in rows if row]
    return rows, multiline, unread


def has_names(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Whether the first record holds names: different from each other, none like a value, none found below itself."""
    if any(_is_value(cell.strip()) for cell in first if cell) or not any(map(_LETTERS.search, first)):
        return False
    if any("@" in cell or len(cell) > 128 for cell in first):
        return False
    below = [{row[index] for row in others if index < len(row)} for index in range(len(first))]
    repeated = sum(bool(cell) and cell in seen for cell, seen in zip(first, below, strict=True))
    if any(any(seen) and all(_is_value(cell) for cell in seen if cell) for seen in below):
        return True  # words above a column of values
    if repeated * 2 > len(first):
        return False
    return all(_NAME.fullmatch(cell) for cell in first if cell) and len({*first}) > len(first) // 2


def _is_value(cell: str) -> bool:
    return len(cell) <= 64 and bool(_VALUE.fullmatch(cell))  # the expression is slow on long cells
