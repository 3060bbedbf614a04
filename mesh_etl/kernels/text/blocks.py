"""The whole records of a range of text, a block at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from mesh_etl.errors import Fault, RunError

BLOCK_BYTES = 4 << 20
RECORD_BYTES = 64 << 20


def blocks(
    stream: BinaryIO,
    start: int,
    end: int | None,
    data_start: int,
    complete: Callable[[bytes], int] | None = None,
    path: str = "",
) -> Iterator[bytes]:
    """The bytes of all records that begin in `start`..`end` (None: to the end), about `BLOCK_BYTES` at a time.

    A record belongs to the range in which its first byte lies: a range that begins inside a line leaves it to the
    range before, and the last line is read to its end. `complete` says how much of a block is whole records, where
    line ends alone do not tell; such a file is one range, as is one whose stream cannot be sought.
    Raises `RunError` RECORD_TOO_LONG for a record of more than `RECORD_BYTES`.
    """
    position = start
    if start > data_start:
        stream.seek(start - 1)
        position += len(_line(stream, path)) - 1
    elif end is None:
        _skip(stream, start)
    else:
        stream.seek(start)
    rest: list[bytes] = []  # joined once a record end is in sight: a long record is not copied for every piece of it
    held = 0
    while end is None or position < end:
        piece = stream.read(BLOCK_BYTES if end is None else min(BLOCK_BYTES, end - position))
        if not piece:
            break
        position += len(piece)
        last = end is not None and position >= end
        if last and not piece.endswith(b"\n"):
            tail = _line(stream, path)
            piece += tail
            position += len(tail)
        if complete and not last:
            piece = b"".join((*rest, piece))
            whole, rest, held = complete(piece), [], 0
        else:
            whole = len(piece) if last else piece.rfind(b"\n") + 1
        if whole:
            yield b"".join((*rest, memoryview(piece)[:whole]))
            rest, held = [], 0
        if whole < len(piece):
            rest.append(piece[whole:])
            held += len(piece) - whole
        if held > RECORD_BYTES:
            raise too_long(path)
    if held:
        yield b"".join(rest)


def _line(stream: BinaryIO, path: str) -> bytes:
    line = stream.readline(RECORD_BYTES)
    if len(line) == RECORD_BYTES and not line.endswith(b"\n"):
        raise too_long(path)
    return line


def _skip(stream: BinaryIO, size: int) -> None:
    while size > 0 and (skipped := stream.read(min(size, BLOCK_BYTES))):
        size -= len(skipped)


def too_long(path: str) -> RunError:
    """The error for a record that is too long to be held in memory."""
    problem = f"a record is longer than {RECORD_BYTES >> 20} MB"
    fix = "deliver it with line feeds between the records, and every quote closed"
    return RunError(Fault("RECORD_TOO_LONG", problem, path, fix))
