"""Where the records of a JSON text begin and end, told from its brackets, a piece at a time.

Only the brackets, commas and quotes are looked at; whether a record is JSON is for the parser to say. Codes: TRUNCATED,
NOT_THIS_FORMAT, RECORD_TOO_LONG.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.json.text import depths, marked, outside_strings
from mesh_etl.kernels.text.blocks import RECORD_BYTES, too_long
from mesh_etl.kernels.text.records import NEWLINE, Records

_QUOTE, _COMMA = 34, 44
_OPENING = np.frombuffer(b"{[", np.uint8)
_BLANK = np.zeros(256, bool)
_BLANK[list(b" \t\r\n")] = True


@dataclass
class Structure:
    """The brackets and commas outside of strings, and the depth after each, of a text that is fed piece by piece."""

    depth: int = 0
    inside: bool = False
    escaped: bool = False

    def feed(self, piece: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Positions in the piece, the characters there, and the depth after each."""
        data = np.frombuffer(piece, np.uint8)
        found = marked(piece, b'"{}[],')
        found = found[~self._escaped(piece, found)]
        signs = data[found]
        quotes = signs == _QUOTE
        inside = (np.cumsum(quotes) + self.inside) % 2 == 1
        self.inside = bool(inside[-1]) if len(inside) else self.inside
        outside = ~inside & ~quotes
        found, signs = found[outside], signs[outside]
        after = depths(signs) + self.depth
        self.depth = int(after[-1]) if len(after) else self.depth
        return found, signs, after

    def _escaped(self, piece: bytes, found: np.ndarray) -> np.ndarray:
        """Which of the characters are quotes behind an odd number of backslashes."""
        data = np.frombuffer(piece, np.uint8)
        slashes = marked(piece, b"\\")
        none = np.zeros(len(found), bool)
        carried, self.escaped = self.escaped, False
        if not len(slashes):
            if carried and len(found) and found[0] == 0:
                none[0] = data[0] == _QUOTE
            return none
        first = np.diff(slashes, prepend=-2) != 1
        runs = np.flatnonzero(first)
        begins = slashes[runs]
        ends = slashes[np.append(runs[1:], len(slashes)) - 1] + 1
        odd = (ends - begins + (carried & (begins == 0))) % 2 == 1
        if ends[-1] == len(data):
            self.escaped = bool(odd[-1])
        behind = _mask(ends[odd], len(data))[found]
        if carried and begins[0] != 0 and len(found) and found[0] == 0:
            behind[0] = True
        escaped: np.ndarray = behind & (data[found] == _QUOTE)
        return escaped


def _mask(positions: np.ndarray, size: int) -> np.ndarray:
    """A mask of `size` that is true at the positions."""
    mask = np.zeros(size + 1, bool)
    mask[positions] = True
    return mask


@dataclass(frozen=True)
class Piece:
    """Whole records of a text: `found` in `found.block`, and how many the block holds by another way of counting."""

    found: Records
    count: int


def documents(pieces: Iterable[bytes], path: str) -> Iterator[Piece]:
    """The objects and arrays that stand one after the other; other text between two of them is a record as well."""
    structure, held = Structure(), _Held(path)
    opened = False
    for piece in pieces:
        marks, _, after = structure.feed(piece)
        _hold_up(after, path)
        before = np.concatenate(([opened], after[:-1] > 0)) if len(after) else np.zeros(0, bool)
        opens = marks[(after == 1) & ~before]
        closes = marks[(after == 0) & before] + 1
        if len(closes):
            block, shift = held.taken(piece, int(closes[-1]))
            starts = opens[opens < closes[-1]] + shift
            starts = starts if len(starts) == len(closes) else np.concatenate(([held.start], starts))
            yield _documents(block, starts, closes + shift)
            later = opens[opens >= closes[-1]]
            held.start = int(later[0] - closes[-1]) if len(later) else 0
        else:
            if len(opens):
                held.start = int(opens[0]) + held.size
            held.add(piece)
        opened = structure.depth > 0
    block = held.rest()
    if opened or structure.inside:
        raise truncated(path)
    if block:
        nothing = np.zeros(0, np.int64)
        yield _documents(block, nothing, nothing)


def _documents(block: bytes, starts: np.ndarray, ends: np.ndarray) -> Piece:
    """The records of a block, with the text between them, where there is any."""
    gaps = zip([0, *ends.tolist()], [*starts.tolist(), len(block)], strict=True)
    stray = [(first, last) for first, last in gaps if block[first:last].strip()]
    if stray:
        extra = np.array(stray, np.int64)
        starts, ends = np.concatenate((starts, extra[:, 0])), np.concatenate((ends, extra[:, 1]))
        order = np.argsort(starts, kind="stable")
        starts, ends = starts[order], ends[order]
    return Piece(_records(block, starts, ends), _count_documents(block))


def _count_documents(block: bytes) -> int:
    text = outside_strings(block)
    brackets = marked(text, b"{}[]")
    signs = np.frombuffer(text, np.uint8)[brackets]
    after = depths(signs)
    opens, closes = brackets[(after == 1) & np.isin(signs, _OPENING)], brackets[after == 0]
    gaps = zip([0, *(closes + 1).tolist()], [*opens.tolist(), len(text)], strict=True)
    return len(opens) + sum(1 for first, last in gaps if text[first:last].strip())


def elements(pieces: Iterable[bytes], path: str, tail: bytearray) -> Iterator[Piece]:
    """The elements of an array whose bracket has just been read; what comes from its end on is left in `tail`."""
    structure, held = Structure(depth=1), _Held(path)
    earlier, rest = False, iter(pieces)
    for piece in rest:
        marks, signs, after = structure.feed(piece)
        closed = marks[after == 0]
        end = int(closed[0]) if len(closed) else len(piece)
        commas = marks[(signs == _COMMA) & (after == 1) & (marks < end)]
        if len(closed):
            block, shift = held.taken(piece[:end], end)
            _finish(rest, piece[end:], tail, path)
            yield _elements(block, commas + shift, earlier, last=True)
            return
        if len(commas):
            block, shift = held.taken(piece, int(commas[-1]) + 1)
            yield _elements(block, commas + shift, earlier, last=False)
            earlier = True
        else:
            held.add(piece)
    raise truncated(path)


def _elements(block: bytes, commas: np.ndarray, earlier: bool, last: bool) -> Piece:
    ends = np.append(commas, len(block)) if last else commas
    starts = np.concatenate((np.zeros(1, np.int64), commas + 1))[: len(ends)]
    if last and not earlier and not len(commas) and not block.strip():
        starts = ends = np.zeros(0, np.int64)  # []
    text = outside_strings(block)
    signs = np.frombuffer(text, np.uint8)[marked(text, b"{}[],")]
    separators = int(np.count_nonzero((signs == _COMMA) & (depths(signs) == 0)))
    count = separators + (last and (earlier or separators > 0 or bool(text.strip())))
    return Piece(_records(block, starts, ends), count)


def _finish(pieces: Iterable[bytes], begin: bytes, tail: bytearray, path: str) -> None:
    tail += begin
    for piece in pieces:
        tail += piece
        if len(tail) > RECORD_BYTES:
            raise too_long(path)


def _records(block: bytes, starts: np.ndarray, ends: np.ndarray) -> Records:
    """The records without the blanks around them, and the lines they begin on."""
    data = np.frombuffer(block, np.uint8)
    if len(starts):
        filled = ends > starts
        starts, ends = _trimmed(data, starts, ends, filled)
    feeds = np.flatnonzero(data == NEWLINE)
    return Records(block, starts, ends, np.searchsorted(feeds, starts))


def _trimmed(
    data: np.ndarray, starts: np.ndarray, ends: np.ndarray, filled: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    if not (_BLANK[data[starts[filled]]].any() or _BLANK[data[ends[filled] - 1]].any()):
        return starts, ends
    solid = np.flatnonzero(~_BLANK[data])
    first, last = np.searchsorted(solid, starts), np.searchsorted(solid, ends) - 1
    bounded = np.append(solid, len(data))
    begins = np.minimum(bounded[first], ends)
    return begins, np.where(last >= first, bounded[last] + 1, begins)


class _Held:
    """What was read and is no whole record yet; joined only when one ends, so that a long one is not copied often."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.pieces: list[bytes] = []
        self.size = 0
        self.start = 0  # of the record that is open

    def add(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self.size += len(piece)
        if self.size > RECORD_BYTES:
            raise too_long(self.path)

    def taken(self, piece: bytes, end: int) -> tuple[bytes, int]:
        """What was held and the piece up to `end`, and where the piece begins in it; the rest of the piece is held."""
        shift = self.size
        block = b"".join((*self.pieces, piece[:end]))
        self.pieces, self.size = [piece[end:]], len(piece) - end
        return block, shift

    def rest(self) -> bytes:
        return b"".join(self.pieces)


def _hold_up(after: np.ndarray, path: str) -> None:
    if after.min(initial=0) < 0:
        problem, fix = "a bracket is closed that was never opened", "deliver one JSON object after the other"
        raise RunError(Fault("NOT_THIS_FORMAT", problem, path, fix))


def truncated(path: str) -> RunError:
    """The error for a text that ends inside of a record or of its array."""
    problem, fix = "the file ends before its JSON does", "deliver it again, whole"
    return RunError(Fault("TRUNCATED", problem, path, fix))
