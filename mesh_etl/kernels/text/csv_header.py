"""The header of delimited text."""

from __future__ import annotations

import csv
from functools import lru_cache
from typing import Any

from mesh_etl.errors import Fault, PlanError


def header_names(line: bytes, delimiter: str, quote: str, escape: str, path: str) -> tuple[str, ...]:
    """The names as they stand in the header; none for a blank line.

    Raises `PlanError`: LINE_ENDS for lone carriage returns, HEADER_UNREADABLE for what is no line of names.
    """
    try:
        return _names(line, delimiter, quote, escape)
    except _Unreadable as error:
        raise PlanError(Fault(error.code, error.problem, path, error.fix)) from None


class _Unreadable(Exception):
    def __init__(self, code: str, problem: str, fix: str) -> None:
        super().__init__(code)
        self.code, self.problem, self.fix = code, problem, fix


@lru_cache(64)  # the files of a source have the same header as a rule
def _names(line: bytes, delimiter: str, quote: str, escape: str) -> tuple[str, ...]:
    try:
        text = line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        problem = "the header is no text in the declared encoding"
        raise _Unreadable("HEADER_UNREADABLE", problem, "declare the file's encoding") from None
    if "\0" in text:
        problem = "the header holds zero bytes"
        raise _Unreadable("HEADER_UNREADABLE", problem, "declare the file's encoding, such as utf-16")
    if not text:
        return ()
    if "\r" in text:
        fix = "deliver it with line feeds between the lines"
        raise _Unreadable("LINE_ENDS", "the header holds a carriage return alone", fix)
    try:
        return tuple(next(csv.reader([text], **strict(delimiter, quote, escape))))
    except csv.Error:
        problem, fix = "the quotes in the header do not match", "write every name in one line"
        raise _Unreadable("HEADER_UNREADABLE", problem, fix) from None


def strict(delimiter: str, quote: str, escape: str) -> dict[str, Any]:
    """The options of Python's own reader for the dialect; it raises `csv.Error` for quotes that do not match."""
    return {
        "delimiter": delimiter,
        "quotechar": quote or None,
        "quoting": csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        "doublequote": not escape,
        "escapechar": escape or None,
        "strict": True,
    }
