"""The rows of each stripe and the columns with NULL as an ORC file's footer states them, which Arrow does not tell."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from mesh_etl.kernels.stored.reader import damaged
from mesh_etl.stores import InputFile

# Fields of the messages Footer, StripeInformation and ColumnStatistics in ORC's specification.
_STRIPES, _ROWS, _STRIPE_ROWS = 3, 6, 5
_STATISTICS, _VALUES = 7, 1


def stripe_rows(file: InputFile, opened: Any) -> list[int]:
    """The number of rows of each stripe; `opened` is the file as Arrow has opened it.

    Raises `RunError` FILE_DAMAGED for a footer that cannot be read, or whose numbers contradict each other.
    """
    try:
        rows, total = _rows(file, opened)
    except (ValueError, TypeError, KeyError, OSError, zlib.error):
        raise damaged(file, "the footer cannot be read") from None
    if sum(rows) != total:
        raise damaged(file, "the footer contradicts itself about the number of rows")
    return rows


def _rows(file: InputFile, opened: Any) -> tuple[list[int], int]:
    with file.open() as stream:
        fields = list(_fields(_message(stream, file.size, opened)))
    stripes = [value for number, value in fields if number == _STRIPES]
    rows = [sum(value for number, value in _fields(stripe) if number == _STRIPE_ROWS) for stripe in stripes]
    return rows, sum(value for number, value in fields if number == _ROWS)


def columns_with_null(stream: Any, opened: Any) -> Iterator[str]:
    """The columns of a file that hold NULL, by the statistics of the whole file; `stream` has its bytes."""
    fields = _fields(_message(stream, stream.size(), opened))
    values = [
        sum(value for number, value in _fields(statistics) if number == _VALUES)
        for field, statistics in fields
        if field == _STATISTICS
    ]
    place = 1  # a type stands before the types inside it, and all of them inside the row, which is the first
    for column in opened.schema:
        if values[place] < opened.nrows:
            yield column.name
        place += _types(column.type)


def _types(kind: pa.DataType) -> int:
    """How many types ORC makes of one of Arrow: itself and those inside."""
    if pa.types.is_map(kind):
        return 1 + _types(kind.key_type) + _types(kind.item_type)
    return 1 + sum(_types(kind.field(index).type) for index in range(kind.num_fields))


def _message(stream: Any, size: int, opened: Any) -> bytes:
    length = opened.file_footer_length
    stream.seek(size - 1 - opened.file_postscript_length - length)
    return _expanded(stream.read(length), opened.compression, opened.compression_size)


def _expanded(data: bytes, codec: str, limit: int) -> bytes:
    if codec == "UNCOMPRESSED":
        return data
    parts, position = [], 0
    while position + 3 <= len(data):
        header = int.from_bytes(data[position : position + 3], "little")
        chunk = data[position + 3 : position + 3 + (header >> 1)]
        position += 3 + (header >> 1)
        parts.append(chunk if header & 1 else _chunk(chunk, codec, limit))
    return b"".join(parts)


def _chunk(chunk: bytes, codec: str, limit: int) -> bytes:
    if codec == "ZLIB":
        return zlib.decompressobj(-15).decompress(chunk, limit)
    if codec == "ZSTD":
        return bytes(pa.CompressedInputStream(pa.BufferReader(chunk), "zstd").read(limit))
    if codec == "SNAPPY":  # begins with the size of what it holds
        limit = min(limit, _varint(chunk, 0)[0])
    name = {"SNAPPY": "snappy", "LZ4": "lz4_raw"}[codec]
    return bytes(pa.Codec(name).decompress(chunk, decompressed_size=limit, asbytes=True))


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """The numbers and values of the fields of a message in Protocol Buffers; varints and bytes only."""
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        if key >> 3 == 0:  # padding behind the message, where its size was not known
            return
        if key & 7 == 0:
            value, position = _varint(message, position)
            yield key >> 3, value
        elif key & 7 == 2:
            size, position = _varint(message, position)
            yield key >> 3, message[position : position + size]
            position += size
        else:
            position += {1: 8, 5: 4}[key & 7]


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if position >= len(data):
            raise ValueError("the message ends inside a number")
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position
