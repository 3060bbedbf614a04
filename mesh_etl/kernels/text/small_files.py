"""Many small files of lines parsed as one text, with records and lines counted within each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from mesh_etl.kernels.text import blocks
from mesh_etl.kernels.text.stream import codec
from mesh_etl.kernels.work import Parsed, Place, Share, WorkItem

SMALL_BYTES = 1 << 20
Held = list[tuple[WorkItem, bytes]]


@dataclass(frozen=True)
class Part:
    """What an item has of a text: how many records begin in it, and how many it has by another way of counting."""

    item: WorkItem
    records: int
    read: int
    lines: int
    ignored: int = 0


def small(item: WorkItem) -> bytes | None:
    """The content of a file that is one item, small and not compressed. Raises `RunError` for what is no text."""
    if item.start or not item.end == item.file.size <= SMALL_BYTES:
        return None
    with item.file.open() as stream:
        content = stream.read()
    return content if codec(content[:16], item.file.path) is None else None


def grouped(items: Sequence[WorkItem], text_of: Callable[[WorkItem], bytes | None]) -> Iterator[Held | WorkItem]:
    """The items in order: those that have a text, of one header and about a block together; the others alone."""
    held: Held = []
    size = 0
    for item in items:
        text = text_of(item)
        if held and (text is None or size + len(text) > blocks.BLOCK_BYTES or not _alike(held[0][0], item)):
            yield held
            held, size = [], 0
        if text is None:
            yield item
        else:
            held.append((item, text))
            size += len(text)
    if held:
        yield held


def bundled(
    items: Sequence[WorkItem],
    text_of: Callable[[WorkItem], bytes | None],
    parse: Callable[[WorkItem], Iterator[Parsed]],
    joined: Callable[[Held], Parsed],
) -> Iterator[Parsed]:
    """All records of the items in order: those that have a text many at a time, the others by themselves."""
    for one in grouped(items, text_of):
        if isinstance(one, list):
            yield joined(one)
            continue
        empty = True
        for parsed in parse(one):
            empty = False
            yield parsed.of(one)
        if empty:
            yield joined([(one, b"")])


def ended(text: bytes) -> bytes:
    """The text with a line feed at its end, so that another may follow."""
    return text if not text or text.endswith(b"\n") else text + b"\n"


def divided(parsed: Parsed, parts: Sequence[Part], texts: Sequence[bytes]) -> Parsed:
    """What was parsed of texts that were joined, with the share of each, counted within it."""
    bases = np.array(list(accumulate((part.records for part in parts), initial=0)), np.int64)
    before = list(accumulate((text.count(b"\n") for text in texts), initial=0))
    rows = np.searchsorted(parsed.records, bases)
    owners = np.searchsorted(bases, [one.record for one in parsed.rejects], side="right") - 1
    rejects = [
        one._replace(record=one.record - int(bases[owner]), place=_moved(one.place, before[owner]))
        for one, owner in zip(parsed.rejects, owners.tolist(), strict=True)
    ]
    rejected = np.bincount(owners, minlength=len(parts)) if len(owners) else np.zeros(len(parts), np.int64)
    shares = [
        Share(part.item.number, int(rows[at + 1] - rows[at]), int(rejected[at]), part.read, part.lines, part.ignored)
        for at, part in enumerate(parts)
    ]

    def locate(wanted: Sequence[int]) -> list[Place]:
        of = np.searchsorted(bases, parsed.records[list(wanted)], side="right") - 1
        return [_moved(place, before[owner]) for place, owner in zip(parsed.locate(wanted), of, strict=True)]

    records = parsed.records - np.repeat(bases[:-1], np.diff(rows))
    return replace(parsed, records=records, rejects=rejects, locate=locate, shares=tuple(shares))


def counted(starts: np.ndarray, texts: Sequence[bytes]) -> list[int]:
    """How many of the records that begin there are in each of the texts, one behind the other."""
    found: list[int] = np.diff(np.searchsorted(starts, list(accumulate(map(len, texts), initial=0)))).tolist()
    return found


def _alike(one: WorkItem, other: WorkItem) -> bool:
    return (one.input, one.header, one.file.constants) == (other.input, other.header, other.file.constants)


def _moved(place: Place, lines: int) -> Place:
    return Place(place.line - lines, place.raw)
