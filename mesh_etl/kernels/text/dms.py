"""Rows that AWS DMS has written, read as others are, with their operation and their place in the log checked.

Codes: UNKNOWN_OPERATION, SEQUENCE_FORMAT, and those of the reader inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.contract.types import Schema
from mesh_etl.kernels.work import BundleReader, Parsed, Place, Reader, Reject, Share, Violation, WorkItem
from mesh_etl.stores import InputFile

_MOMENT = r"[0-9]{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])-(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9][0-9]{3,4}"
_FULL_LOAD = re.compile(r"LOAD([0-9A-F]{5,16})\.(csv|csv\.gz|parquet)")
_CHANGES = re.compile(rf"({_MOMENT})\.(csv|csv\.gz|parquet)")
_OPERATIONS = pa.array(["I", "U", "D"])
_LOADED = pa.array(["I", "L"])
# 16 digits of time and 19 of a counter: more than any integer or float holds exactly, so it stays text.
_SEQUENCE = "^[0-9]{35}$"


@dataclass(frozen=True, order=True)
class Delivery:
    """What a file's name says: full-load files come first, by their number, then changes, by their moment."""

    changes: bool
    number: int
    moment: str
    format: str


def delivery(path: str) -> Delivery | None:
    """What the name of a file says, None for one that DMS does not give. Source: the S3 target in DMS's user guide."""
    name = path.rpartition("/")[2]
    loaded = _FULL_LOAD.fullmatch(name)
    if loaded:
        return Delivery(False, int(loaded[1], 16), "", loaded[2].partition(".")[0])
    changed = _CHANGES.fullmatch(name)
    return Delivery(True, 0, changed[1], changed[2].partition(".")[0]) if changed else None


@dataclass(frozen=True)
class DmsReader:
    """A reader whose rows have an operation in the column `operation` and a change sequence in `sequence`; '' for none.

    Changes have operation I, U or D and a sequence of 35 digits; rows of a full load I or L, and maybe no sequence.
    """

    inner: Reader
    operation: str = ""
    sequence: str = ""

    @property
    def schema(self) -> Schema:
        return self.inner.schema

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        return self.inner.split(file)

    def first_line(self, item: WorkItem) -> int:
        return self.inner.first_line(item)

    def parse(self, item: WorkItem) -> Iterator[Parsed]:
        for parsed in self.inner.parse(item):
            yield replace(self._checked(parsed, parsed.of(item).shares, [item]), shares=())

    def locate(self, item: WorkItem, records: Sequence[int]) -> list[Place]:
        return self.inner.locate(item, records)

    def _checked(self, parsed: Parsed, shares: Sequence[Share], items: Sequence[WorkItem]) -> Parsed:
        """The records without those that are no change that DMS can have written; `shares` are those of `items`."""
        broken = self._broken(
            parsed.batch, np.repeat([_is_changes(item) for item in items], [one.rows for one in shares])
        )
        if not broken:
            return replace(parsed, shares=tuple(shares))
        rows = sorted(broken)
        before = 0 if parsed.spoiled is None else parsed.spoiled.num_rows
        new = [
            Reject(int(parsed.records[row]), place, tuple(broken[row]), at)
            for at, (row, place) in enumerate(zip(rows, parsed.locate(rows), strict=True), before)
        ]
        spoiled = [*([parsed.spoiled] if before else []), parsed.batch.take(pa.array(rows))]
        rejects, changed, row, old, taken = list[Reject](), [], 0, 0, 0
        for share in shares:
            row, until = row + share.rows, old + share.rejects
            mine = int(np.searchsorted(rows, row)) - taken
            both = [*parsed.rejects[old:until], *new[taken : taken + mine]]
            rejects += sorted(both, key=lambda one: one.record)
            changed.append(share._replace(rows=share.rows - mine, rejects=share.rejects + mine))
            old, taken = until, taken + mine
        keep = np.ones(parsed.batch.num_rows, bool)
        keep[rows] = False
        kept = np.flatnonzero(keep)

        def locate(wanted: Sequence[int]) -> list[Place]:
            return parsed.locate([int(kept[one]) for one in wanted])

        batch = parsed.batch.filter(pa.array(keep))
        return replace(
            parsed,
            batch=batch,
            records=parsed.records[keep],
            rejects=rejects,
            locate=locate,
            shares=tuple(changed),
            spoiled=pa.concat_batches(spoiled),
        )

    def _broken(self, batch: pa.RecordBatch, changes: np.ndarray) -> dict[int, list[Violation]]:
        found: dict[int, list[Violation]] = {}
        if self.operation:
            column = batch.column(self.operation)
            for row in _rows(pc.if_else(pa.array(changes), _is_in(column, _OPERATIONS), _is_in(column, _LOADED))):
                found.setdefault(row, []).append(Violation("UNKNOWN_OPERATION", self.operation))
        if self.sequence:
            column = batch.column(self.sequence)
            shaped = pc.fill_null(pc.match_substring_regex(column, _SEQUENCE), False)
            none = pc.and_(pa.array(~changes), pc.fill_null(pc.equal(column, ""), True))
            for row in _rows(pc.or_(shaped, none)):
                found.setdefault(row, []).append(Violation("SEQUENCE_FORMAT", self.sequence))
        return found


@dataclass(frozen=True)
class DmsTextReader(DmsReader):
    """The same over a reader that takes many small files at once."""

    def bundles(self, items: Sequence[WorkItem]) -> Iterator[Parsed]:
        """See `BundleReader`."""
        if not isinstance(self.inner, BundleReader):
            raise TypeError(f"{type(self.inner).__name__} reads one item at a time")
        numbered = {item.number: item for item in items}
        for parsed in self.inner.bundles(items):
            yield self._checked(parsed, parsed.shares, [numbered[share.item] for share in parsed.shares])


def _is_changes(item: WorkItem) -> bool:
    found = delivery(item.file.path)
    return found is None or found.changes


def _is_in(column: pa.Array, words: pa.Array) -> pa.Array:
    return pc.is_in(column, words)


def _rows(good: pa.Array) -> list[int]:
    return [int(row) for row in np.flatnonzero(~good.to_numpy(zero_copy_only=False))]
