"""What stands before the records of a text file: a byte order mark, lines to skip, comments, a header."""

from __future__ import annotations

from dataclasses import dataclass
from io import BufferedReader
from typing import BinaryIO, cast

from mesh_etl.errors import Fault, PlanError

HEADER_BYTES = 16 << 20
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Preamble:
    """The header as it stands (empty without one), and how many bytes and lines come before the records."""

    header: bytes
    size: int
    lines: int


def preamble(stream: BinaryIO, skip: int, comment: str, header: bool, path: str) -> Preamble:
    """What comes before the records; `stream` stands at the first of them afterwards.

    `skip` lines come first, then those that begin with `comment`, then the header, if there is one.
    Raises `PlanError`: EMPTY_FILE when the file ends before that, RECORD_TOO_LONG.
    """
    size = len(stream.read(len(_MARK))) if cast(BufferedReader, stream).peek(3).startswith(_MARK) else 0
    lines = 0
    line = b""
    for _ in range(skip):
        line = _line(stream, path)
        if not line:
            fix = "deliver it whole, or change skip_lines"
            raise PlanError(Fault("EMPTY_FILE", f"the file has fewer than {skip} lines", path, fix))
        size, lines = size + len(line), lines + 1
    if not header:
        return Preamble(b"", size, lines)
    line = _line(stream, path)
    while comment and line.startswith(comment.encode()):
        size, lines = size + len(line), lines + 1
        line = _line(stream, path)
    return Preamble(line, size + len(line), lines + 1)


def _line(stream: BinaryIO, path: str) -> bytes:
    line = stream.readline(HEADER_BYTES)
    if len(line) == HEADER_BYTES and not line.endswith(b"\n"):
        problem = f"a line before the records is longer than {HEADER_BYTES >> 20} MB"
        fix = "deliver it with line feeds between the lines"
        raise PlanError(Fault("RECORD_TOO_LONG", problem, path, fix))
    return line
