"""The first half of the write: check rows, split off the rejected, sort the good ones into partitions, spill.

Each task writes one Arrow IPC file in which every record batch belongs to one partition. The second half
(`encode.py`) gathers a partition's batches from all spill files into Parquet files of the target size. So the number of
files does not depend on the number of tasks, and rows are encoded once.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.contract.types import Schema
from mesh_etl.kernels.bundle import Bundle, parsed
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.kernels.work import Parsed, Place, Reader, Reject, Violation
from mesh_etl.kernels.write.hashing import key_hashes
from mesh_etl.kernels.write.partition import PartitionKey, groups
from mesh_etl.kernels.write.rules import RowRule
from mesh_etl.kernels.write.spoiled import judged
from mesh_etl.kernels.write.states import Marks
from mesh_etl.kernels.write.supply import Supplied, with_supplied
from mesh_etl.storage import LOCAL_STORAGE, Scratch, Storage

HOLD_BYTES = 48 << 20
HOLD_REJECTS = 50_000
REJECTS = pa.schema(
    [
        ("item", pa.int32()),
        ("record", pa.int64()),
        ("line", pa.int64()),
        ("raw", pa.string()),
        ("violations", pa.list_(pa.struct([("rule", pa.string()), ("column", pa.string())]))),
    ]
)


@dataclass(frozen=True)
class KeyRule:
    """Columns whose combination must be unique in the table."""

    id: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Spill:
    """What every task of a write needs to know; travels to the workers."""

    folder: str
    schema: Schema
    rules: tuple[RowRule, ...] = ()
    keys: tuple[KeyRule, ...] = ()
    partitions: tuple[PartitionKey, ...] = ()
    answers: tuple[str, ...] = ()  # boolean columns in which an engine has answered rules
    supplied: tuple[Supplied, ...] = ()  # columns of the schema that rows come without
    storage: Storage = LOCAL_STORAGE  # of the folder

    @property
    def scratch(self) -> Scratch:
        """The folder as the place of files."""
        return Scratch(self.folder, self.storage)


def spill_bundle(spill: Spill, readers: dict[str, Reader], bundle: Bundle) -> dict[str, Any]:
    """The records of the items, parsed, checked and spilled; returns the task's manifest."""
    task = Task(spill)
    for one in parsed(readers[bundle[0].input], bundle):
        items = task.take(one)
        task.add(one.batch, items, one.records, None, one.locate)
    return task.close()


def spill_batches(spill: Spill, batches: Iterable[pa.RecordBatch], row: str, fate: str) -> dict[str, Any]:
    """The rows that an engine hands over, checked and spilled; returns the task's manifest.

    `row` and `fate` name the hidden columns (see `transforms/trace.py`); a frame without `row` is not traced, and its
    rows count for item -1.
    """
    task = Task(spill)
    for batch in batches:
        items, records = _origin(batch, row)
        fates = batch.column(fate) if fate in batch.schema.names else None
        columns = [batch.column(field.name).cast(field.type) for field in task.schema]
        answers = [batch.column(name) for name in spill.answers]
        table = pa.RecordBatch.from_arrays([*columns, *answers], [*task.schema.names, *spill.answers])
        task.add(table, items, records, fates, None)
    return task.close()


def _origin(batch: pa.RecordBatch, row: str) -> tuple[np.ndarray, np.ndarray]:
    if row not in batch.schema.names:
        return np.full(batch.num_rows, -1), np.full(batch.num_rows, -1)
    origin = batch.column(row)
    return origin.field("item").to_numpy().astype(np.int64), origin.field("record").to_numpy()


class Task:
    """One task of the write: takes batches, holds a bounded amount of rows, spills, and counts by work item."""

    def __init__(self, spill: Spill) -> None:
        self.spill = spill
        self.schema = arrow_schema(spill.schema)
        self.name = uuid.uuid4().hex
        self.held: list[pa.RecordBatch] = []
        self.held_bytes = 0
        self.counts: dict[int, Counter[str]] = {}
        self.broken: dict[int, Counter[str]] = {}
        self.rejects: list[Reject] = []
        self.reject_items: list[int] = []
        self.segments: list[dict[str, Any]] = []
        self.hashes: dict[str, list[np.ndarray]] = {key.id: [] for key in spill.keys}
        self.key_files: dict[str, list[str]] = {}
        self.files = ExitStack()
        self.writer: pa.ipc.RecordBatchFileWriter | None = None
        self.reject_writer: pa.ipc.RecordBatchFileWriter | None = None
        self.batches = 0
        self.marks = Marks()

    def count(self, item: int, what: str, rows: int) -> None:
        """`rows` more of `what` are counted for the item."""
        if rows:
            self.counts.setdefault(item, Counter())[what] += rows

    def take(self, parsed: Parsed) -> np.ndarray:
        """What was read is counted and what was rejected is kept; returns the item of each row of the batch."""
        first, rejects = 0, parsed.rejects
        if parsed.spoiled is not None:
            spoiled = with_supplied(parsed.spoiled, self.spill.supplied)
            rejects = judged(rejects, spoiled, self.spill.rules)
        for share in parsed.shares:
            self.count(share.item, "read", share.read)
            self.count(share.item, "lines", share.lines)
            self.count(share.item, "ignored", share.ignored)
            self.count(share.item, "comments", share.comments)
            if share.rejects:
                self.reject(share.item, rejects[first : first + share.rejects])
                first += share.rejects
        return np.repeat([share.item for share in parsed.shares], [share.rows for share in parsed.shares])

    def reject(self, item: int, rejects: Sequence[Reject]) -> None:
        """The records are kept for the quarantine and counted, in all and by rule."""
        broken = self.broken.setdefault(item, Counter())
        for reject in rejects:
            first = {why.rule: why.column for why in reversed(reject.violations)}  # a row breaks each rule once
            for rule, column in first.items():
                broken[f"{rule}:{column}"] += 1
        self.rejects += rejects
        self.reject_items += [item] * len(rejects)
        self.count(item, "rejected", len(rejects))
        if len(self.rejects) >= HOLD_REJECTS:
            self._flush_rejects()

    def add(
        self,
        batch: pa.RecordBatch,
        items: np.ndarray,
        records: np.ndarray,
        fates: pa.Array | None,
        locate: Callable[[Sequence[int]], list[Place]] | None,
    ) -> None:
        """Check the rows of `batch` and keep the good ones; rows with a fate are counted under it and go."""
        alive = np.ones(batch.num_rows, bool)
        if fates is not None and fates.null_count < len(fates):
            alive = pc.is_null(fates).to_numpy(zero_copy_only=False)
            for number, fate in zip(items[~alive], fates.filter(pa.array(~alive)).to_pylist(), strict=True):
                self.count(int(number), f"fate:{fate}", 1)
            batch, items, records = batch.filter(pa.array(alive)), items[alive], records[alive]
        batch = with_supplied(batch, self.spill.supplied)
        good = self._checked(batch, items, records, locate)
        if good is not None:
            batch, items = batch.filter(pa.array(good)), items[good]
        for rule in self.spill.rules:
            if not rule.rejects and (mask := rule.broken(batch)) is not None:
                rows = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
                self._broke(rule, items[rows])
                self.marks.mark(rule.id, rows)
        self.marks.rows += batch.num_rows
        for item, rows in _tally(items):
            self.count(item, "good", rows)
        batch = batch.select(self.schema.names).cast(self.schema)
        self._hash(batch)
        self.held.append(batch)
        self.held_bytes += batch.nbytes
        if self.held_bytes >= HOLD_BYTES:
            self._flush()

    def _checked(
        self,
        batch: pa.RecordBatch,
        items: np.ndarray,
        records: np.ndarray,
        locate: Callable[[Sequence[int]], list[Place]] | None,
    ) -> np.ndarray | None:
        """The mask of rows that no rejecting rule refuses, or None when all pass; the others are rejected."""
        violations: dict[int, list[Violation]] = {}
        for rule in self.spill.rules:
            if not rule.rejects or (mask := rule.broken(batch)) is None or not pc.any(mask).as_py():
                continue
            for row in np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False)).tolist():
                violations.setdefault(row, []).append(Violation(rule.id, rule.column))
        if not violations:
            return None
        rows = sorted(violations, key=lambda row: (items[row], row))
        places = locate(rows) if locate else _unlocated(batch, rows, records)
        refused = [
            Reject(int(records[row]), place, tuple(violations[row])) for row, place in zip(rows, places, strict=True)
        ]
        start = 0
        for item, count in _tally(items[rows]):
            self.reject(item, refused[start : start + count])
            start += count
        good = np.ones(batch.num_rows, bool)
        good[rows] = False
        return good

    def _broke(self, rule: RowRule, items: np.ndarray) -> None:
        for item, rows in _tally(items):
            self.broken.setdefault(item, Counter())[f"{rule.id}:{rule.column}"] += rows

    def _hash(self, batch: pa.RecordBatch) -> None:
        for key in self.spill.keys:
            hashes, complete = key_hashes(batch, key.columns)
            self.hashes[key.id].append(hashes[complete])

    def _flush(self) -> None:
        if not self.held:
            return
        table = pa.Table.from_batches(self.held)
        self.held, self.held_bytes = [], 0
        self._flush_hashes()
        if not table.num_rows:
            return
        parts = groups(table, self.spill.partitions)
        self.marks.settle(parts)
        if len(parts) == 1:
            for batch in table.to_batches():
                self._write(parts[0][0], batch)
            return
        ordered = table.take(pa.array(np.concatenate([rows for _, rows in parts])))
        start = 0
        for values, rows in parts:
            piece = ordered.slice(start, len(rows)).combine_chunks()
            start += len(rows)
            for batch in piece.to_batches():
                self._write(values, batch)

    def _write(self, values: tuple[str | None, ...], batch: pa.RecordBatch) -> None:
        if self.writer is None:
            self.writer = self._file("arrow", self.schema)
        self.writer.write_batch(batch)
        self.segments.append(
            {"values": list(values), "batch": self.batches, "rows": batch.num_rows, "bytes": batch.nbytes}
        )
        self.batches += 1

    def close(self) -> dict[str, Any]:
        """Everything is in files of the folder; returns what was written and counted."""
        self._flush()
        self._flush_rejects()
        self.files.close()
        return {
            "spill": self._path("arrow") if self.writer is not None else None,
            "segments": self.segments,
            "counts": {str(item): dict(counter) for item, counter in self.counts.items()},
            "broken": {str(item): dict(counter) for item, counter in self.broken.items()},
            "rejects": self._path("rejects") if self.reject_writer is not None else None,
            "keys": self.key_files,
            "marks": self.marks.to_json(),
        }

    def _flush_hashes(self) -> None:
        for index, (rule, parts) in enumerate(self.hashes.items()):
            hashes = np.sort(np.concatenate(parts))
            if len(hashes):
                files = self.key_files.setdefault(rule, [])
                files.append(self._path(f"{index}-{len(files)}.keys"))
                with self.spill.scratch.writing(files[-1]) as local:
                    Path(local).write_bytes(hashes.data)  # numpy's tofile hides why it fails
            self.hashes[rule] = []

    def _flush_rejects(self) -> None:
        if not self.rejects:
            return
        rows = [
            {
                "item": item,
                "record": reject.record,
                "line": reject.place.line,
                "raw": reject.place.raw,
                "violations": [why._asdict() for why in reject.violations],
            }
            for item, reject in zip(self.reject_items, self.rejects, strict=True)
        ]
        if self.reject_writer is None:
            self.reject_writer = self._file("rejects", REJECTS)
        self.reject_writer.write_table(pa.Table.from_pylist(rows, REJECTS))
        self.rejects, self.reject_items = [], []

    def _path(self, suffix: str) -> str:
        return f"{self.spill.folder}/{self.name}.{suffix}"

    def _file(self, suffix: str, schema: pa.Schema) -> pa.ipc.RecordBatchFileWriter:
        local = self.files.enter_context(self.spill.scratch.writing(self._path(suffix)))
        return self.files.enter_context(pa.ipc.new_file(local, schema))


def _tally(items: np.ndarray) -> list[tuple[int, int]]:
    if len(items) and (items[0] == items).all():
        return [(int(items[0]), len(items))]
    found = np.unique(items, return_counts=True)
    return [(int(item), int(rows)) for item, rows in zip(*found, strict=True)]


def _unlocated(batch: pa.RecordBatch, rows: list[int], records: np.ndarray) -> list[Place]:
    """Places for rows that come out of an engine: traced ones are located later (line 0), others show themselves."""
    if not len(rows) or int(records[rows[0]]) >= 0:
        return [Place(0, "") for _ in rows]
    return [Place(0, json.dumps(row, default=str)) for row in batch.take(pa.array(rows)).to_pylist()]


def rejects(paths: Iterable[str], storage: Storage = LOCAL_STORAGE) -> Iterator[pa.RecordBatch]:
    """The rejected records that tasks wrote, a batch at a time."""
    for path in paths:
        with storage.open(path) as source:
            reader = pa.ipc.open_file(source)
            for index in range(reader.num_record_batches):
                yield reader.get_batch(index)
