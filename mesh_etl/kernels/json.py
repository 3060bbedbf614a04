"""Newline-delimited JSON to typed records: one object a line, held against the contract's types key by key.

Codes: NOT_JSON, NOT_AN_OBJECT, DUPLICATE_KEY, UNKNOWN_FIELD, ENCODING, TYPE_FORMAT, TYPE_OVERFLOW, DECIMAL_SCALE,
DATE_FORMAT, TS_FORMAT, TS_NO_OFFSET.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from mesh_etl.contract.types import Schema
from mesh_etl.kernels.blocks import blocks
from mesh_etl.kernels.json_values import Misfit, value
from mesh_etl.kernels.records import Records, newlines, records
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.kernels.text_stream import is_plain, utf8_stream
from mesh_etl.kernels.typing import PLAIN_TEXT, TextRules
from mesh_etl.kernels.work import Parsed, Place, Reject, Violation, WorkItem
from mesh_etl.stores import InputFile

ITEM_BYTES = 16 << 20


class _Refused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class JsonReader:
    """A parser for NDJSON; `names` maps a column of the schema to its key in the objects.

    With `extra_ignored`, keys that the schema does not know are left out; otherwise they cost the record.
    """

    schema: Schema
    names: dict[str, str] = field(default_factory=dict)
    extra_ignored: bool = False
    text: TextRules = PLAIN_TEXT

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        if not is_plain(file):
            return [(0, file.size)]
        cuts = [*range(_start(file), file.size, ITEM_BYTES), file.size]
        return list(pairwise(cuts))

    def first_line(self, item: WorkItem) -> int:
        return 1

    def parse(self, item: WorkItem) -> Iterator[Parsed]:
        base = line = 0
        for block in _blocks(item):
            found = records(block, keep_blank=False)
            yield self._block(found, base, line, newlines(block))
            base += len(found)
            line += newlines(block)

    def locate(self, item: WorkItem, wanted: Sequence[int]) -> list[Place]:
        places: dict[int, Place] = {}
        base = line = 0
        for block in _blocks(item):
            found = records(block, keep_blank=False)
            here = [record for record in wanted if base <= record < base + len(found)]
            places.update(zip(here, found.places([one - base for one in here], line + 1), strict=True))
            base += len(found)
            line += newlines(block)
        return [places[record] for record in wanted]

    def _block(self, found: Records, base: int, line: int, lines: int) -> Parsed:
        columns: list[list[Any]] = [[] for _ in self.schema]
        kept, rejects = [], []
        for record in range(len(found)):
            raw = found.block[found.starts[record] : found.ends[record]]
            cells, violations = self._record(raw)
            if violations:
                place = found.places([record], line + 1)[0]
                rejects.append(Reject(record + base, place, tuple(violations)))
                continue
            kept.append(record + base)
            for column, cell in zip(columns, cells, strict=True):
                column.append(cell)
        schema = arrow_schema(self.schema)
        arrays = [pa.array(cells, target.type) for cells, target in zip(columns, schema, strict=True)]
        batch = pa.RecordBatch.from_arrays(arrays, schema=schema)

        def locate(rows: Sequence[int]) -> list[Place]:
            return found.places([kept[row] - base for row in rows], line + 1)

        return Parsed(batch, np.asarray(kept, np.int64), rejects, len(found), lines, locate)

    def _record(self, raw: bytes) -> tuple[list[Any], list[Violation]]:
        try:
            content = _object(raw)
        except _Refused as refused:
            return [], [Violation(refused.code, "")]
        cells, violations = [], []
        for column in self.schema:
            cell = content.get(self.names.get(column.name, column.name))
            try:
                cells.append(value(cell, column.type, self.text))
            except Misfit as misfit:
                violations.append(Violation(misfit.code, column.name))
        known = {self.names.get(column.name, column.name) for column in self.schema}
        if not self.extra_ignored and not content.keys() <= known:
            violations.append(Violation("UNKNOWN_FIELD", ""))
        return cells, violations


def _blocks(item: WorkItem) -> Iterator[bytes]:
    start = _start(item.file)
    plain = is_plain(item.file)
    with utf8_stream(item.file) as stream:
        begin, end = (item.start, item.end) if plain else (start, None)
        yield from blocks(stream, begin, end, start, path=item.file.path)


def _start(file: InputFile) -> int:
    """The byte at which the records begin: after a byte order mark, if there is one."""
    with utf8_stream(file) as stream:
        return 3 if stream.read(3) == b"\xef\xbb\xbf" else 0


def _object(raw: bytes) -> dict[str, Any]:
    try:
        content = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_pairs,
            parse_constant=_no_constant,
            parse_float=_number,
        )
    except UnicodeDecodeError:
        raise _Refused("ENCODING") from None
    except (ValueError, RecursionError):
        raise _Refused("NOT_JSON") from None
    if not isinstance(content, dict):
        raise _Refused("NOT_AN_OBJECT")
    return content


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused("DUPLICATE_KEY")
    return found


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent that no decimal has
        raise _Refused("TYPE_OVERFLOW") from None


def _no_constant(name: str) -> Any:
    raise _Refused("NOT_JSON")
