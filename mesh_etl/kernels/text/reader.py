"""What readers of line-oriented text share: items read block by block, and small files read many at a time."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

import numpy as np

from mesh_etl.kernels.text import blocks
from mesh_etl.kernels.text.preamble import Preamble, preamble
from mesh_etl.kernels.text.records import Records, newlines
from mesh_etl.kernels.text.stream import codec, is_plain, is_utf8, utf8_stream
from mesh_etl.kernels.text.trailer import without_trailer
from mesh_etl.kernels.work import Parsed, Place, Share, WorkItem
from mesh_etl.stores import InputFile

ITEM_BYTES = 32 << 20
SMALL_BYTES = 1 << 20


class TextReader(ABC):
    """A reader whose records are lines, or runs of lines, of text.

    The first item of a file begins at byte 0 and passes over what comes before the records.
    """

    encoding: str
    header: bool
    multiline: bool
    skip_lines: int
    comment: str
    trailer: str

    @abstractmethod
    def block(self, block: bytes, item: WorkItem, base: int, line: int) -> Parsed:
        """The records of `block`; `base` records and `line` lines of the item came before."""

    @abstractmethod
    def records(self, block: bytes, item: WorkItem) -> Records:
        """Where the records of `block` are."""

    def complete(self, block: bytes) -> int:
        """How much of a block is whole records, where records may have several lines."""
        raise TypeError(f"{type(self).__name__} has records of one line")

    def preamble(self, file: InputFile) -> Preamble:
        """What comes before the records of the file. Raises `PlanError` and `RunError`."""
        with utf8_stream(file, self.encoding) as stream:
            return preamble(stream, self.skip_lines, self.comment, self.header, file.path)

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        """Ranges of bytes of plain UTF-8; any other text, and any whose records have several lines, is one range."""
        if file.size <= ITEM_BYTES or self.multiline or self.trailer or not is_plain(file, self.encoding):
            return [(0, file.size)]
        cuts = range(self.preamble(file).size, file.size, ITEM_BYTES)
        return list(pairwise([0, *cuts[1:], file.size]))

    def first_line(self, item: WorkItem) -> int:
        """The number of the first line after what comes before the records."""
        return (self.preamble(item.file).lines if self.comment else self.skip_lines + self.header) + 1

    def parse(self, item: WorkItem) -> Iterator[Parsed]:
        """All records of the item, in order, a block at a time."""
        base = line = 0
        for block in self.texts(item):
            parsed = self.block(block, item, base, line)
            base += parsed.read
            line += parsed.lines
            yield parsed

    def locate(self, item: WorkItem, records: Sequence[int]) -> list[Place]:
        """Line and raw text of the records with these indices, in the given order."""
        wanted, places, base, line = np.asarray(records), dict[int, Place](), 0, 0
        for block in self.texts(item):
            found = self.records(block, item)
            here = wanted[(wanted >= base) & (wanted < base + len(found))]
            for record, place in zip(here, found.places([int(one) - base for one in here], line + 1), strict=True):
                places[int(record)] = place
            base += len(found)
            line += newlines(block)
        return [places[int(record)] for record in records]

    def texts(self, item: WorkItem) -> Iterator[bytes]:
        """The text of the item's records."""
        path = item.file.path
        with utf8_stream(item.file, self.encoding) as stream:
            start = item.start or preamble(stream, self.skip_lines, self.comment, self.header, path).size
            plain = stream.seekable()
            begin, end = (start, item.end) if plain else (0, None)
            first = begin if item.start == 0 else 0
            whole = self.complete if self.multiline else None
            found = blocks.blocks(stream, begin, end, first, whole, path)
            yield from without_trailer(found, self.trailer, path) if self.trailer else found

    def bundles(self, items: Sequence[WorkItem]) -> Iterator[Parsed]:
        """All records of the items in order; consecutive small files of one header are parsed as one text."""
        held: list[tuple[WorkItem, bytes]] = []
        size = 0
        for item in items:
            text = self._small(item)
            if held and (text is None or size + len(text) > blocks.BLOCK_BYTES or not _alike(held[0][0], item)):
                yield self._joined(held)
                held, size = [], 0
            if text is None:
                yield from self._alone(item)
            else:
                held.append((item, text))
                size += len(text)
        if held:
            yield self._joined(held)

    def _alone(self, item: WorkItem) -> Iterator[Parsed]:
        empty = True
        for one in self.parse(item):
            empty = False
            yield replace(one, shares=(Share(item.number, one.batch.num_rows, len(one.rejects), one.read, one.lines),))
        if empty:
            yield self._joined([(item, b"")])

    def _small(self, item: WorkItem) -> bytes | None:
        """The text of the item's records where it is a small, plain and whole file whose end ends a record."""
        whole = item.start == 0 and item.end == item.file.size <= SMALL_BYTES
        if not whole or self.trailer or not is_utf8(self.encoding):
            return None
        with item.file.open() as stream:
            content = stream.read()
        if codec(content[:16], item.file.path) is not None:
            return None
        begin = preamble(
            io.BufferedReader(io.BytesIO(content)), self.skip_lines, self.comment, self.header, item.file.path
        )
        text = content[begin.size :]
        return text if self.ends_record(text) and not text.endswith(b"\r") else None

    def ends_record(self, text: bytes) -> bool:
        """Whether a line feed after `text`, where it has none, ends its last record, so that others may follow."""
        return True

    def _joined(self, held: Sequence[tuple[WorkItem, bytes]]) -> Parsed:
        """The texts parsed as one, with records and lines counted within each item."""
        ended = [text if not text or text.endswith(b"\n") else text + b"\n" for _, text in held]
        joined, first = b"".join(ended), held[0][0]
        parsed = self.block(joined, first, 0, 0)
        lines = [text.count(b"\n") for text in ended]
        counts = lines
        if self.multiline or sum(lines) != parsed.read:  # some lines are no records of their own
            starts = self.records(joined, first).starts
            counts = np.diff(np.searchsorted(starts, list(accumulate(map(len, ended), initial=0)))).tolist()
        bases = np.array(list(accumulate(counts, initial=0)), np.int64)
        before = list(accumulate(lines, initial=0))
        rows = np.searchsorted(parsed.records, bases)
        owners = np.searchsorted(bases, [one.record for one in parsed.rejects], side="right") - 1
        rejects = [
            one._replace(record=one.record - int(bases[owner]), place=_moved(one.place, before[owner]))
            for one, owner in zip(parsed.rejects, owners.tolist(), strict=True)
        ]
        rejected = np.bincount(owners, minlength=len(held)) if len(owners) else np.zeros(len(held), np.int64)
        shares = [
            Share(item.number, int(rows[at + 1] - rows[at]), int(rejected[at]), counts[at], text.count(b"\n"))
            for at, (item, text) in enumerate(held)
        ]

        def locate(wanted: Sequence[int]) -> list[Place]:
            of = np.searchsorted(bases, parsed.records[list(wanted)], side="right") - 1
            return [_moved(place, before[owner]) for place, owner in zip(parsed.locate(wanted), of, strict=True)]

        records = parsed.records - np.repeat(bases[:-1], np.diff(rows))
        return replace(parsed, records=records, rejects=rejects, locate=locate, shares=tuple(shares))


def _alike(one: WorkItem, other: WorkItem) -> bool:
    return (one.input, one.header, one.file.constants) == (other.input, other.header, other.file.constants)


def _moved(place: Place, lines: int) -> Place:
    return Place(place.line - lines, place.raw)
