"""What readers of line-oriented text share: items read block by block, and small files read many at a time."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from mesh_etl.kernels.text import blocks
from mesh_etl.kernels.text.preamble import Preamble, preamble
from mesh_etl.kernels.text.records import Marks, Records, has_comment, newlines
from mesh_etl.kernels.text.small_files import Held, Part, bundled, counted, divided, ended, small
from mesh_etl.kernels.text.stream import is_plain, is_utf8, utf8_stream
from mesh_etl.kernels.text.trailer import without_trailer
from mesh_etl.kernels.work import Parsed, Place, WorkItem
from mesh_etl.stores import InputFile

ITEM_BYTES = 32 << 20


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
            if self._remarks(block):
                parsed = replace(parsed, comments=self.records(block, item).comments)
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
        return bundled(items, self._small, self.parse, self._joined)

    def _small(self, item: WorkItem) -> bytes | None:
        """The text of the item's records where it is a small, plain and whole file whose end ends a record."""
        if self.trailer or not is_utf8(self.encoding):
            return None
        content = small(item)
        if content is None:
            return None
        begin = preamble(
            io.BufferedReader(io.BytesIO(content)), self.skip_lines, self.comment, self.header, item.file.path
        )
        text = content[begin.size :]
        alone = text.endswith(b"\r") or self._remarks(text) or not self.ends_record(text)
        return None if alone else text

    def _remarks(self, text: bytes) -> bool:
        """Whether there may be comments, which are counted by item."""
        return bool(self.comment) and has_comment(text, Marks(comment=self.comment))

    def ends_record(self, text: bytes) -> bool:
        """Whether a line feed after `text`, where it has none, ends its last record, so that others may follow."""
        return True

    def _joined(self, held: Held) -> Parsed:
        """The texts parsed as one, with records and lines counted within each item."""
        texts = [ended(text) for _, text in held]
        joined, first = b"".join(texts), held[0][0]
        parsed = self.block(joined, first, 0, 0)
        counts = [text.count(b"\n") for text in texts]
        if self.multiline or sum(counts) != parsed.read:  # some lines are no records of their own
            counts = counted(self.records(joined, first).starts, texts)
        parts = [Part(item, count, count, text.count(b"\n")) for (item, text), count in zip(held, counts, strict=True)]
        return divided(parsed, parts, texts)
