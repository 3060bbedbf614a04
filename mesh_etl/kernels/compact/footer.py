"""The footer of a Parquet file: taken from one that Arrow has written, with other row groups in it.

Field numbers are those of parquet.thrift, Apache Parquet format 2.11.
"""

from __future__ import annotations

import struct as packing
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mesh_etl.kernels.compact.thrift import (
    BINARY,
    I64,
    LIST,
    STRUCT,
    Fields,
    begin,
    binary,
    ends,
    integer,
    item,
    items,
    listed,
    number,
    parsed,
    struct,
    text,
)

MAGIC = b"PAR1"
_SCHEMA, _ROW_GROUPS = 2, 4  # of FileMetaData
_COLUMNS, _META = 1, 3  # of RowGroup, and of ColumnChunk
_VALUES, _WHOLE, _SIZE, _DATA, _DICTIONARY, _STATISTICS = 5, 6, 7, 9, 11, 12  # of ColumnMetaData
# What a chunk that was put together from several has as well: physical type, encodings, path and codec.
_OF_ALL = (1, 2, 3, 4)
_ELSEWHERE = (10, 14, 15)  # index page and Bloom filter: they are not copied


@dataclass(frozen=True)
class Frame:
    """What the footers of two files have in common if the same writer wrote the same columns: all but row groups.

    `head` is format version and schema, `tail` are key-value metadata, the writer and the order of values; `columns`
    are the names of the leaves' columns, and `leaves` the schema elements of each column.
    """

    head: bytes
    tail: bytes
    columns: tuple[str, ...]
    leaves: dict[str, tuple[bytes, ...]]

    def fits(self, footer: bytes) -> bool:
        """Whether the footer has this frame."""
        return footer.startswith(self.head) and footer.endswith(self.tail)

    def footer(self, rows: int, groups: Sequence[bytes]) -> bytes:
        """The end of a file with these row groups: footer, its length and the magic bytes."""
        found = bytes([1 << 4 | I64]) + number(rows) + bytes([1 << 4 | LIST]) + items(STRUCT, groups)
        whole = self.head + found + self.tail
        return whole + packing.pack("<I", len(whole)) + MAGIC


@lru_cache(maxsize=8)
def frame(footer: bytes) -> Frame:
    """The frame of a footer."""
    found = ends(footer)
    _, *elements = listed(footer, begin(footer, 0, _SCHEMA))
    columns: list[str] = []
    leaves: dict[str, tuple[bytes, ...]] = {}
    left = 0  # elements of a column that are to come
    name = ""
    for element in elements:
        fields = parsed(element)
        if not left:
            name, left = text(fields[4][1]).decode(), 1
            leaves[name] = ()
        children = integer(fields[5][1]) if 5 in fields else 0
        left += children - 1
        leaves[name] = (*leaves[name], element)
        if not children:
            columns.append(name)
    return Frame(footer[: found[_SCHEMA]], footer[found[_ROW_GROUPS] :], tuple(columns), leaves)


def chunks(footer: bytes, row_group: int) -> list[Fields]:
    """The metadata of each column chunk of a row group."""
    group = item(footer, begin(footer, 0, _ROW_GROUPS), row_group)
    found = listed(footer, begin(footer, group, _COLUMNS))
    return [parsed(chunk, begin(chunk, 0, _META)) for chunk in found]


def moved(chunk: Fields, start: int) -> Fields:
    """The metadata of the chunk where its first byte is at `start`."""
    found = {field: value for field, value in chunk.items() if field not in _ELSEWHERE}
    first = min(integer(found[field][1]) for field in (_DATA, _DICTIONARY) if field in found)
    for field in (_DATA, _DICTIONARY):
        if field in found:
            found[field] = (I64, number(integer(found[field][1]) - first + start))
    return found


def together(chunk: Fields, start: int, values: int, whole: int, size: int, statistics: bytes) -> Fields:
    """The metadata of pages like those of the chunk, none of which is a dictionary, one after the other."""
    found = {field: chunk[field] for field in _OF_ALL}
    told = {_VALUES: values, _WHOLE: whole, _SIZE: size, _DATA: start}
    found |= {field: (I64, number(value)) for field, value in told.items()}
    return found | ({_STATISTICS: (STRUCT, statistics)} if statistics else {})


def part(chunk: Fields, start: int, values: int, whole: int, size: int, dictionary: int | None) -> Fields:
    """The metadata of another chunk of the column, at `start`, whose data pages come `dictionary` bytes later."""
    found = together(chunk, start + (dictionary or 0), values, whole, size, b"")
    return found | ({_DICTIONARY: (I64, number(start))} if dictionary else {})


def row_group(rows: int, columns: Sequence[Fields]) -> bytes:
    """A row group of these chunks."""
    whole, size = (sum(integer(chunk[field][1]) for chunk in columns) for field in (_WHOLE, _SIZE))
    return row_group_of(rows, [column(chunk) for chunk in columns], whole, size)


def row_group_of(rows: int, columns: Sequence[bytes], whole: int, size: int) -> bytes:
    """A row group of these columns, which are so many bytes before and after compression."""
    told = {2: whole, 3: rows, 6: size}
    fields = {_COLUMNS: (LIST, items(STRUCT, columns))}
    return struct(fields | {field: (I64, number(value)) for field, value in told.items()})


def column(chunk: Fields) -> bytes:
    """A column of a row group, which is this chunk."""
    return struct({2: (I64, number(0)), _META: (STRUCT, struct(chunk))})


def statistics(nulls: int, bounds: tuple[bytes, bytes] | None) -> bytes:
    """The statistics of a chunk: how many NULLs, and the least and greatest value as a page would hold them."""
    found: Fields = {3: (I64, number(nulls))}
    if bounds is not None:
        least, greatest = bounds
        found |= {5: (BINARY, binary(greatest)), 6: (BINARY, binary(least))}
    return struct(found)
