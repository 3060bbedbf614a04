"""Avro files to typed records, after their own schema has been held against the contract.

The container is read here, so that blocks are found from any position by their sync marker and each one's header says
how many records there must be; fastavro decodes what is in a block (see `avro_schema.py`). A file that was cut off
between two blocks cannot be told from a whole one: Avro states no total. Codes: FILE_DAMAGED, EXPANDS_TOO_FAR,
RECORD_TOO_LONG, and those of `exact.py`.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, BinaryIO

import pyarrow as pa

from mesh_etl.contract.types import DataType
from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.stored.avro_schema import Node, columns, record
from mesh_etl.kernels.stored.reader import StoredReader, damaged
from mesh_etl.kernels.work import WorkItem
from mesh_etl.stores import InputFile

ITEM_BYTES = 16 << 20
BATCH_ROWS = 16_000
BATCH_BYTES = 4 << 20
BLOCK_BYTES = 64 << 20
_HEADER_BYTES = 16 << 20
_SYNC = 16


@dataclass(frozen=True)
class Container:
    """The header of a file: its schema, its codec, the marker behind each block, and where the first block begins."""

    schema: bytes
    codec: str
    sync: bytes
    start: int


@dataclass(frozen=True)
class AvroReader(StoredReader):
    """A reader of Avro files by column name; a block is in the range in which the marker before it begins."""

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        """See `Reader`."""
        return list(pairwise([*range(0, file.size, ITEM_BYTES), file.size]))

    def batches(self, item: WorkItem) -> Iterator[tuple[pa.RecordBatch, int]]:
        """See `StoredReader`."""
        with item.file.open() as stream:
            try:
                container = header(stream)
                found = columns(container.schema)
            except ValueError:
                raise damaged(item.file, "the header cannot be read") from None
            wanted = set(self._stored_names())
            kept = [(f"f{index}", name, node) for index, (name, node) in enumerate(found) if name in wanted]
            decode = _decoder([node for _, node in found])
            least = sum(node.least for _, node in found)
            rows: list[dict[str, Any]] = []
            read = held = 0
            for count, data in _blocks(stream, container, item):
                if count * least > len(data):
                    raise damaged(item.file, "a block says that it holds more records than it can")
                try:
                    rows += decode(count, data)
                except Exception:  # damaged bytes make fastavro raise anything, from IndexError to MemoryError
                    raise damaged(item.file, "a block does not hold the records that it says") from None
                read, held = read + count, held + len(data)
                if read >= BATCH_ROWS or held >= BATCH_BYTES:
                    yield _batch(rows, kept, item.file), read
                    rows, read, held = [], 0, 0
            if read:
                yield _batch(rows, kept, item.file), read


def file_schema(file: InputFile) -> list[tuple[str, DataType | str]]:
    """The columns of a file as its header states them; a type that no contract has is given by a name.

    Raises `ValueError` with the reason for a file that is not Avro or has a schema that cannot be read.
    """
    with file.open() as stream:
        container = header(stream)
    if container.codec not in _CODECS:
        raise ValueError("the file is compressed with a codec that is not read")
    found = columns(container.schema)
    if not sum(node.least for _, node in found):
        raise ValueError("the file's records hold nothing")
    return [(name, node.type) for name, node in found]


def header(stream: BinaryIO) -> Container:
    """The header of the file, which is read from its beginning. Raises `ValueError` where there is none."""
    if stream.read(4) != b"Obj\x01":
        raise ValueError("the file is not Avro")
    metadata: dict[bytes, bytes] = {}
    while count := _long(stream):
        if count < 0:
            count, _ = -count, _long(stream)
        for _ in range(count):
            key = _sized(stream)
            metadata[key] = _sized(stream)
            if stream.tell() > _HEADER_BYTES:
                raise ValueError("the file's header has no end")
    sync = stream.read(_SYNC)
    if len(sync) < _SYNC:
        raise ValueError("the file was cut off in its header")
    codec = metadata.get(b"avro.codec", b"null").decode("ascii", "replace")
    return Container(metadata.get(b"avro.schema", b""), codec, sync, stream.tell())


def _long(stream: BinaryIO) -> int:
    value = shift = 0
    while True:
        byte = stream.read(1)
        if not byte or shift > 63:
            raise ValueError("the file was cut off")
        value |= (byte[0] & 0x7F) << shift
        shift += 7
        if byte[0] < 0x80:
            return (value >> 1) ^ -(value & 1)


def _sized(stream: BinaryIO) -> bytes:
    size = _long(stream)
    if not 0 <= size <= _HEADER_BYTES:
        raise ValueError("the file's header has no end")
    data = stream.read(size)
    if len(data) < size:
        raise ValueError("the file was cut off in its header")
    return data


def _blocks(stream: BinaryIO, container: Container, item: WorkItem) -> Iterator[tuple[int, bytes]]:
    """The blocks of the range: how many records each says it has, and their bytes."""
    file = item.file
    marker = container.start - _SYNC if item.start == 0 else _marker(stream, container.sync, item.start)
    expand = _CODECS[container.codec]
    while marker is not None and marker < item.end:
        stream.seek(marker + _SYNC)
        if marker + _SYNC >= file.size:
            return
        try:
            count, size = _long(stream), _long(stream)
        except ValueError:
            raise damaged(file, "the file was cut off in a block") from None
        if count < 0 or size < 0:
            raise damaged(file, "a block has a size below zero")
        if size > BLOCK_BYTES:
            raise _too_large(file, "RECORD_TOO_LONG")
        data = stream.read(size)
        if len(data) < size or stream.read(_SYNC) != container.sync:
            raise damaged(file, "the file was cut off, or a block is not where it should be")
        marker = stream.tell() - _SYNC
        try:
            data = expand(data)
        except (ValueError, OSError, EOFError, zlib.error, lzma.LZMAError, pa.ArrowException):
            raise damaged(file, "a block cannot be expanded") from None
        if len(data) > BLOCK_BYTES:
            raise _too_large(file, "EXPANDS_TOO_FAR")
        yield count, data


def _marker(stream: BinaryIO, sync: bytes, start: int) -> int | None:
    """Where the first marker at or behind the position begins."""
    stream.seek(start)
    rest, base = b"", start
    while piece := stream.read(1 << 20):
        data = rest + piece
        found = data.find(sync)
        if found >= 0:
            return base + found
        rest = data[-(_SYNC - 1) :]
        base += len(data) - len(rest)
    return None


def _too_large(file: InputFile, code: str) -> RunError:
    problem = f"a block has more than {BLOCK_BYTES >> 20} MB"
    return RunError(Fault(code, problem, file.path, "write it with smaller blocks"))


def _decoder(nodes: list[Node]) -> Callable[[int, bytes], list[dict[str, Any]]]:
    """Decodes the bytes of a block: they are those of an Avro array of its records, but for its length and its end."""
    from fastavro import parse_schema, schemaless_reader

    rows = record(0, [node.plain for node in nodes])
    whole = {"type": "record", "name": "block", "fields": [{"name": "rows", "type": {"type": "array", "items": rows}}]}
    schema = parse_schema(whole)

    def decode(count: int, data: bytes) -> list[dict[str, Any]]:
        if not count:
            found: list[dict[str, Any]] = []
            size = 0
        else:
            stream = io.BytesIO(b"".join((_varint(count * 2), data, b"\0")))
            block: Any = schemaless_reader(stream, schema, None)
            found = block["rows"]
            size = len(data) if stream.tell() == len(stream.getbuffer()) else -1
        if size != len(data) or len(found) != count:
            raise ValueError("bytes are left")
        return found

    return decode


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*parts, value))


def _batch(rows: list[dict[str, Any]], kept: list[tuple[str, str, Node]], file: InputFile) -> pa.RecordBatch:
    arrays = []
    for key, _, node in kept:
        change = node.change
        try:
            cells = [change(row[key]) for row in rows] if change else [row[key] for row in rows]
            raw = pa.array(cells, node.raw)
        except (ValueError, OverflowError, IndexError, TypeError):  # what Arrow refuses is a ValueError
            raise damaged(file, "a block does not hold the values that the schema says") from None
        arrays.append(raw if node.raw == node.seen else raw.view(node.seen))
    names = [name for _, name, _ in kept]
    if not names:  # the rows count, even where no column of the file is wanted
        return pa.RecordBatch.from_struct_array(pa.array([{}] * len(rows), pa.struct([])))
    return pa.RecordBatch.from_arrays(arrays, names)


def _inflated(data: bytes) -> bytes:
    stream = zlib.decompressobj(-15)
    found = stream.decompress(data, BLOCK_BYTES + 1)
    if not stream.eof and len(found) <= BLOCK_BYTES:
        raise ValueError("cut off")
    return found


def _unsnapped(data: bytes) -> bytes:
    size = shift = 0
    for byte in data[:5]:
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if size > BLOCK_BYTES:
        return bytes(BLOCK_BYTES + 1)
    found: bytes = pa.Codec("snappy").decompress(data[:-4], decompressed_size=size, asbytes=True)
    if zlib.crc32(found) != int.from_bytes(data[-4:], "big"):
        raise ValueError("the checksum is another")
    return found


def _unstandard(data: bytes) -> bytes:
    with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
        return bytes(stream.read(BLOCK_BYTES + 1))


_CODECS: dict[str, Callable[[bytes], bytes]] = {
    "null": lambda data: data,
    "deflate": _inflated,
    "snappy": _unsnapped,
    "zstandard": _unstandard,
    "bzip2": lambda data: bz2.BZ2Decompressor().decompress(data, BLOCK_BYTES + 1),
    "xz": lambda data: lzma.LZMADecompressor().decompress(data, BLOCK_BYTES + 1),
}
