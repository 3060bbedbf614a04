"""The row groups of the files that become one, as bytes: what is known of them without decoding a value."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.compact.bounds import mean_length
from mesh_etl.kernels.compact.footer import MAGIC, Frame, chunks
from mesh_etl.kernels.compact.row_groups import Unlike
from mesh_etl.kernels.compact.thrift import Fields
from mesh_etl.storage import Storage

_PART = 4 << 20  # bytes that are read at a time
_TAIL = 8  # bytes: the length of the footer, and the magic bytes
_DICTIONARIES = {"PLAIN_DICTIONARY", "RLE_DICTIONARY"}


class Chunk(NamedTuple):
    """A column chunk: where it is in the bytes of its row group, and what the footer says of it; sizes in bytes."""

    start: int
    size: int
    whole: int  # before compression
    values: int
    dictionary: int | None  # how long its dictionary is, if it has one
    encodings: tuple[str, ...]
    codec: str

    @property
    def encoded(self) -> bool:
        """Whether it needs a dictionary to be read."""
        return self.dictionary is not None or not _DICTIONARIES.isdisjoint(self.encodings)


@dataclass(frozen=True)
class RowGroup:
    """A row group of a file: its bytes, and the metadata that pyarrow and the footer have of it."""

    data: pa.Buffer
    chunks: tuple[Chunk, ...]
    footer: bytes
    index: int
    metadata: Any
    types: pa.Schema

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return int(self.metadata.row_group(self.index).num_rows)

    @cached_property
    def fields(self) -> list[Fields]:
        """What the footer says of each chunk."""
        return chunks(self.footer, self.index)

    @cached_property
    def size(self) -> int:
        """About how many bytes its values take in memory."""
        return sum(self._size(number, chunk) for number, chunk in enumerate(self.chunks))

    def bytes_of(self, number: int) -> pa.Buffer:
        """The bytes of a chunk."""
        chunk = self.chunks[number]
        return self.data.slice(chunk.start, chunk.size)

    def statistics(self, number: int) -> Any:
        """What pyarrow tells of the values of a chunk."""
        return self.metadata.row_group(self.index).column(number).statistics

    def _size(self, number: int, chunk: Chunk) -> int:
        column = self.metadata.schema.column(number)
        try:
            return chunk.values * int(self.types.field(column.path).type.bit_width) // 8
        except (KeyError, ValueError):  # it is nested, or of varying width
            length = mean_length(self.statistics(number)) if chunk.encoded else 0
            return max(chunk.whole, chunk.values * (4 + length))


def row_groups(
    storage: Storage, paths: Sequence[str], checksums: Mapping[str, str], frame: Frame, types: pa.Schema
) -> Iterator[RowGroup]:
    """The row groups of the files, in order.

    Raises `Unlike` for a file that does not have the frame, and `RunError` FILE_DAMAGED for one that does not have its
    checksum, if that is known: its bytes are not looked into any further.
    """
    for path in paths:
        with storage.open(path) as file:
            footer = footer_of(file)
            if not frame.fits(footer):
                raise Unlike
            if checksums.get(path) and checksums[path] != _crc32(file):
                problem = "the file does not hold what was written to it; nothing was committed"
                raise RunError(Fault("FILE_DAMAGED", problem, path, "see what mesh-etl verify --checksums says"))
            yield from within(file, footer, types)


def within(file: pa.NativeFile, footer: bytes, types: pa.Schema) -> Iterator[RowGroup]:
    """The row groups of a file that has this footer."""
    ending = pa.BufferReader(b"".join((MAGIC, footer, struct.pack("<I", len(footer)), MAGIC)))
    metadata = pq.read_metadata(ending)
    for index in range(metadata.num_row_groups):
        yield _row_group(file, footer, index, metadata, types)


def footer_of(file: pa.NativeFile) -> bytes:
    """The footer of a file as it stands there. Raises `Unlike` if it is encrypted, or no Parquet file."""
    size = file.size()
    length, magic = struct.unpack("<I4s", file.read_at(_TAIL, size - _TAIL))
    if magic != MAGIC:
        raise Unlike
    found: bytes = file.read_at(length, size - _TAIL - length)
    return found


def gathered(groups: Iterable[RowGroup], row_group_bytes: int) -> Iterator[list[RowGroup]]:
    """Runs of row groups of about that size in memory together; one of more than half of it is a run of its own.

    Raises `Unlike` where footers outweigh the data, so that to hold them is not worth it.
    """
    held: list[RowGroup] = []
    size = footers = data = 0
    for group in groups:
        large = group.size * 2 > row_group_bytes
        if held and (large or size + group.size > row_group_bytes):
            yield held
            held, size, footers, data = [], 0, 0, 0
        held.append(group)
        size, footers, data = size + group.size, footers + len(group.footer), data + group.data.size
        if footers > data:
            raise Unlike
        if large:
            yield held
            held, size, footers, data = [], 0, 0, 0
    if held:
        yield held


def _crc32(file: pa.NativeFile) -> str:
    found = 0
    file.seek(0)
    while len(part := file.read_buffer(_PART)):
        found = zlib.crc32(part, found)
    return f"{found:08x}"


def _row_group(file: pa.NativeFile, footer: bytes, index: int, metadata: Any, types: pa.Schema) -> RowGroup:
    group = metadata.row_group(index)
    found = [chunk_of(group.column(number)) for number in range(group.num_columns)]
    start = min((chunk.start for chunk in found), default=0)
    end = max((chunk.start + chunk.size for chunk in found), default=0)
    file.seek(start)
    data = file.read_buffer(end - start)
    within = tuple(chunk._replace(start=chunk.start - start) for chunk in found)
    return RowGroup(data, within, footer, index, metadata, types)


def chunk_of(column: Any) -> Chunk:
    """The chunk of which pyarrow tells this, by its place in the file."""
    data, dictionary = column.data_page_offset, column.dictionary_page_offset
    start = data if dictionary is None else dictionary
    return Chunk(
        start,
        column.total_compressed_size,
        column.total_uncompressed_size,
        column.num_values,
        None if dictionary is None else data - dictionary,
        column.encodings,
        column.compression,
    )
