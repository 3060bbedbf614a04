"""One large Parquet file in place of several, of which most bytes are copied and not decoded.

A data page that needs no dictionary stands for itself, so that the chunks of a column become one by putting their pages
one after the other. Columns with dictionaries are decoded, a row group at a time, and written anew. A row group that is
large enough is copied as it is. Each source must have been written by the very writer that would write it anew.
"""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.compact import bounds
from mesh_etl.kernels.compact.content import same
from mesh_etl.kernels.compact.footer import MAGIC, Frame, column, frame, moved, part, row_group, row_group_of, together
from mesh_etl.kernels.compact.row_groups import Unlike
from mesh_etl.kernels.compact.sources import RowGroup, chunk_of, footer_of, gathered, row_groups, within
from mesh_etl.kernels.write.checksum import crc32
from mesh_etl.kernels.write.encode import EncodeJob, footer
from mesh_etl.kernels.write.parquet import ParquetFile

if TYPE_CHECKING:
    from mesh_etl.kernels.compact.thrift import Fields

FEWEST_ROWS = 1_024  # in a chunk on average: of shorter pages a reader spends more time than on the values
_DIFFERENCES = "DELTA_BINARY_PACKED"
_PAGES = {"PLAIN", "RLE", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY", "BYTE_STREAM_SPLIT", _DIFFERENCES}
_TEXTS = (pa.string(), pa.binary())
_WITH_DICTIONARY = _PAGES | {"RLE_DICTIONARY", "PLAIN_DICTIONARY"}


@dataclass(frozen=True)
class Written:
    """A column chunk of the new file: where its bytes are, what they come to, and how many values they are."""

    start: int
    size: int
    crc32: int
    values: int


def copied(
    style: EncodeJob, paths: Sequence[str], schema: pa.Schema, checksums: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The rows of the files are in one new file, in their order; returns its footer facts.

    Raises `Unlike` for files that must be decoded as a whole: of another format, writer or schema, with few rows, to be
    put in order, or to have Bloom filters. Raises `RunError` COMPACTION_DIFFERS when the new file does not hold what
    was read, and FILE_DAMAGED when a file does not have its checksum; then the new file is gone again.
    """
    if style.format != "parquet" or style.sort_by or style.cluster_by or style.bloom_filters:
        raise Unlike
    types = schema if style.schema is None else style.schema
    whole = frame(footer_of(pa.BufferReader(_encoded(pa.Table.from_batches([], types), style))))
    path = f"{style.folder}/part-{uuid.uuid4().hex}.parquet"
    with style.storage.writing(path) as local:
        with open(local, "wb") as file:
            new = _NewFile(file, whole, style)
            found = row_groups(style.storage, paths, checksums or {}, whole, types)
            for groups in gathered(found, style.row_group_bytes):
                new.add(groups)
            new.close()
        new.verify(local)
        return {**footer(local), "path": path, "crc32": crc32(local)}


class _NewFile:
    """A file that row groups are added to."""

    def __init__(self, file: BinaryIO, whole: Frame, style: EncodeJob) -> None:
        self.file, self.frame, self.style = file, whole, style
        self.at = file.write(MAGIC)
        self.rows = 0
        self.groups: list[bytes] = []
        self.written: list[list[Written]] = []

    def add(self, groups: Sequence[RowGroup]) -> None:
        """The rows of these row groups are one row group."""
        rows = sum(one.rows for one in groups)
        numbers = range(len(self.frame.columns))
        decoded = {self.frame.columns[number] for number in numbers if not self._stands(groups, number, rows)}
        if len(decoded) == len(self.frame.leaves):
            raise Unlike  # nothing would be copied
        anew = iter(_anew(groups, self.frame, self.style, decoded))
        chunks: list[Fields] = []
        self.written.append([])
        for number in numbers:
            start = self.at
            if self.frame.columns[number] in decoded:
                data, fields, values = next(anew)
                chunks.append(moved(fields, start))
                self._write([data], values)
            elif len(groups) == 1:
                chunks.append(moved(groups[0].fields[number], start))
                self._write([groups[0].bytes_of(number)], groups[0].chunks[number].values)
            else:
                chunks.append(_together(groups, number, start))
                self._write((one.bytes_of(number) for one in groups), sum(one.chunks[number].values for one in groups))
        self.rows += rows
        self.groups.append(row_group(rows, chunks))

    def close(self) -> None:
        """The file has its footer."""
        self.file.write(self.frame.footer(self.rows, self.groups))

    def verify(self, path: str) -> None:
        """The file at the path is, by its own footer, what was written. Raises `RunError` COMPACTION_DIFFERS."""
        with pa.memory_map(path) as file:
            metadata = pq.read_metadata(file)
            same = (metadata.num_rows, metadata.num_row_groups) == (self.rows, len(self.written))
            for index, chunks in enumerate(self.written if same else ()):
                group = metadata.row_group(index)
                stored = [_stored(file, group.column(number)) for number in range(group.num_columns)]
                same = same and stored == chunks
        if not same:
            _differs("the compacted file does not hold the bytes that were read", self.style.folder)

    def _stands(self, groups: Sequence[RowGroup], number: int, rows: int) -> bool:
        """Whether the chunks of a column can be copied: as the job would write them, and by pages that stand alone."""
        chunks = [one.chunks[number] for one in groups]
        known = _WITH_DICTIONARY if len(groups) == 1 else _PAGES
        known = known if self.style.delta else known - {_DIFFERENCES}
        codec = self.style.compression.partition(":")[0].upper().replace("NONE", "UNCOMPRESSED")
        fit = all(chunk.codec == codec and known.issuperset(chunk.encodings) for chunk in chunks)
        alike = len({frozenset(chunk.encodings) for chunk in chunks}) == 1
        alone = alike and all(chunk.dictionary is None for chunk in chunks) and rows >= FEWEST_ROWS * len(groups)
        return fit and (len(groups) == 1 or alone)

    def _write(self, parts: Sequence[pa.Buffer] | Iterator[pa.Buffer], values: int) -> None:
        start, found = self.at, 0
        for data in parts:
            found = zlib.crc32(data, found)
            self.at += self.file.write(data)
        self.written[-1].append(Written(start, self.at - start, found, values))


def _together(groups: Sequence[RowGroup], number: int, start: int) -> Fields:
    chunks = [one.chunks[number] for one in groups]
    whole, size = sum(chunk.whole for chunk in chunks), sum(chunk.size for chunk in chunks)
    schema = groups[0].metadata.schema.column(number)
    statistics = bounds.merged(schema, [one.statistics(number) for one in groups])
    return together(groups[0].fields[number], start, sum(chunk.values for chunk in chunks), whole, size, statistics)


def _anew(
    groups: Sequence[RowGroup], whole: Frame, style: EncodeJob, names: set[str]
) -> Iterator[tuple[pa.Buffer, Fields, int]]:
    """The chunks of these columns, encoded anew as those of one row group: bytes, metadata and number of values."""
    if not names:
        return
    table = _decoded(groups, whole, names)
    data = _encoded(table, style)
    with pa.BufferReader(data) as file:
        ending = footer_of(file)
        leaves = frame(ending).leaves
        if any(leaves[name] != whole.leaves[name] for name in leaves):
            raise Unlike
        [again] = within(file, ending, table.schema)
    if not same(_read(data, table.schema.names, table.schema), table):
        _differs("columns that were encoded anew do not hold what was read", style.folder)
    for number, fields in enumerate(again.fields):
        yield again.bytes_of(number), fields, again.chunks[number].values


def _decoded(groups: Sequence[RowGroup], whole: Frame, names: set[str]) -> pa.Table:
    """These columns of the row groups, read from a file in memory that has no others."""
    parts, found, at = [pa.py_buffer(MAGIC)], [], len(MAGIC)
    fields = groups[0].fields
    absent = [column(part(base, at, 0, 0, 0, None)) for base in fields]
    for one in groups:
        columns = list(absent)
        for number, chunk in enumerate(one.chunks):
            if whole.columns[number] in names:
                columns[number] = column(
                    part(fields[number], at, chunk.values, chunk.whole, chunk.size, chunk.dictionary)
                )
                parts.append(one.bytes_of(number))
                at += chunk.size
        found.append(row_group_of(one.rows, columns, at, at))
    parts.append(pa.py_buffer(whole.footer(sum(one.rows for one in groups), found)))
    ordered = [name for name in whole.leaves if name in names]
    table = _read(b"".join(parts), ordered, groups[0].types)
    if table.schema.names != ordered:  # a name with a dot means a field of another column as well
        raise Unlike
    return table


def _read(data: bytes | pa.Buffer, names: Sequence[str], types: pa.Schema) -> pa.Table:
    """Columns of a file in memory; texts as they are stored, by a dictionary."""
    texts = [
        name for name in names if types.field(name).type in _TEXTS or pa.types.is_dictionary(types.field(name).type)
    ]
    with pq.ParquetFile(pa.BufferReader(data), read_dictionary=texts) as file:
        return file.read(columns=list(names), use_threads=False).unify_dictionaries().combine_chunks()


def _encoded(table: pa.Table, style: EncodeJob) -> pa.Buffer:
    """A Parquet file with the rows as a row group, as the job wants it."""
    sink = pa.BufferOutputStream()
    file = ParquetFile(sink, table, style)
    file.write(table)
    file.close()
    return sink.getvalue()


def _stored(file: pa.NativeFile, column: Any) -> Written:
    chunk = chunk_of(column)
    file.seek(chunk.start)
    return Written(chunk.start, chunk.size, zlib.crc32(file.read_buffer(chunk.size)), chunk.values)


def _differs(problem: str, place: str) -> None:
    fix = "check the machine's memory and disk"
    raise RunError(Fault("COMPACTION_DIFFERS", f"{problem}; nothing was committed", place, fix))
