"""The whole records of a byte range of a text file, a block at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

BLOCK_BYTES = 4 << 20


def blocks(
    path: str, start: int, end: int, data_start: int, complete: Callable[[bytes], int] | None = None
) -> Iterator[bytes]:
    """The bytes of all records that begin in `start`..`end`, cut at record ends, about `BLOCK_BYTES` at a time.

    A record belongs to the range in which its first byte lies: a range that begins inside a line leaves it to the
    range before, and the last line is read to its end. `complete` says how much of a block is whole records, where
    line ends alone do not tell; such a file is one range.
    """
    with Path(path).open("rb") as file:
        position = start
        if start > data_start:
            file.seek(start - 1)
            position += len(file.readline()) - 1
        else:
            file.seek(start)
        rest = b""
        while position < end:
            piece = file.read(min(BLOCK_BYTES, end - position))
            if not piece:
                break
            position += len(piece)
            if position >= end and not piece.endswith(b"\n"):
                tail = file.readline()
                piece += tail
                position += len(tail)
            block = rest + piece
            whole = len(block) if position >= end else complete(block) if complete else block.rfind(b"\n") + 1
            if whole:
                yield block[:whole]
            rest = block[whole:]
        if rest:
            yield rest
