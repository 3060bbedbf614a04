"""The states that commits keep of what they wrote, below `metrics/<txn>/`, and what they are for the whole table.

A state is about the files that one commit brought to one partition, and files keep their names for life: so it holds as
long as these files stand, whatever other commits do. The state of a table is the merge over the files that stand.

    columns.parquet   rows, NULLs, lowest, highest, total and sketches by partition and column
    rules.parquet     the rows that break a rule, by commit, partition and rule
    keys.parquet      where the hashes of a partition's keys lie in `<rule>.keys`, sorted
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.write.states import STATES, ColumnState
from mesh_etl.storage import Scratch, Storage
from mesh_etl.tables.entry import Entry
from mesh_etl.tables.history import TableFile, Values
from mesh_etl.tables.ledger import Ledger
from mesh_etl.tables.table_state import TableState

COLUMNS, RULES, KEYS = "columns.parquet", "rules.parquet", "keys.parquet"
_COLUMNS = pa.schema([("partition", pa.string()), *STATES])
_RULES = pa.schema([("txn", pa.string()), ("partition", pa.string()), ("rule", pa.string()), ("rows", pa.int64())])
_KEYS = pa.schema(
    [("partition", pa.string()), ("rule", pa.string()), ("start", pa.int64()), ("count", pa.int64())]
)  # fmt: skip


class Part(NamedTuple):
    """The files that a commit brought to a partition.

    One that is not `whole` has lost some of them since: what was kept of it says nothing of the others.
    """

    txn: str
    values: Values
    whole: bool = True


@dataclass(frozen=True)
class Metrics:
    """The states that the commits of a table have kept, up to version `until` or all of them."""

    ledger: Ledger
    until: int | None = None
    _read: dict[tuple[str, str], pa.Table | None] = field(default_factory=dict, repr=False, compare=False)

    def parts(self, seq: int | None = None) -> dict[Part, list[TableFile]]:
        """What the table is made of, now or at a version."""
        state = self.state if seq is None else self.ledger.state(seq)
        self._folders.update({one.txn: one.metrics for one in state.commits.values()})
        found: dict[Part, list[TableFile]] = {}
        for file in state.standing():
            found.setdefault(Part(state.commits[file.seq].txn, file.values), []).append(file)
        return self._judged(found, state) if state.lossy else found

    def _judged(self, parts: dict[Part, list[TableFile]], state: TableState) -> dict[Part, list[TableFile]]:
        """The parts, told apart by whether they still have as many rows as when their states were kept."""
        rows = {file.path: file.rows for one in state.partitions.values() for file in one.files}
        kept: Counter[Part] = Counter()
        for txn in {part.txn for part in parts}:
            table = self._table(self._folders.get(txn, ""), COLUMNS)
            names = table.column("column").unique()[:1].to_pylist() if table is not None else []
            for row in self._rows(self._folders[txn], COLUMNS, "column", names[0]) or () if names else ():
                kept[Part(txn, _values(row))] += row["rows"]
        return {
            part._replace(whole=part not in kept or kept[part] == sum(rows[one.path] for one in files)): files
            for part, files in parts.items()
        }

    @cached_property
    def state(self) -> TableState:
        """The table that these commits make."""
        return self.ledger.state(self.until)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The commits themselves, oldest first; all of history is read for them."""
        return tuple(self.ledger.entries(until=self.until))

    def column(self, name: str, parts: Collection[Part]) -> ColumnState | None:
        """The state of a column over these parts; None where a commit has kept none of it."""
        merged = ColumnState()
        wanted = set(parts)
        if not all(part.whole for part in wanted):
            return None
        for txn in {part.txn for part in wanted}:
            rows = self._rows(self._folders.get(txn, ""), COLUMNS, "column", name)
            known = {_values(row) for row in rows or ()}
            if rows is None or not {part.values for part in wanted if part.txn == txn} <= known:
                return None
            for row in rows:
                if Part(txn, _values(row)) in wanted:
                    merged.merge(ColumnState.from_row(row))
        return merged

    def written(self, name: str, entry: Entry) -> ColumnState | None:
        """The state of a column over the rows that a commit wrote; None where it has kept none."""
        rows = self._rows(entry.metrics, COLUMNS, "column", name)
        if rows is None or (not rows and entry.counts.good):
            return None
        merged = ColumnState()
        for row in rows:
            merged.merge(ColumnState.from_row(row))
        return merged

    def written_columns(self, entry: Entry) -> dict[str, ColumnState]:
        """The states of all columns over the rows that a commit wrote."""
        found: dict[str, ColumnState] = {}
        table = self._table(entry.metrics, COLUMNS)
        for row in table.to_pylist() if table is not None else ():
            found.setdefault(row["column"], ColumnState()).merge(ColumnState.from_row(row))
        return found

    def broken(self, rule: str) -> dict[Part, int]:
        """The rows that break a rule, given by its digest, in each part of which that is known."""
        found = {}
        for folder in self._folders.values():
            for row in self._rows(folder, RULES, "rule", rule) or ():
                found[Part(row["txn"], _values(row))] = row["rows"]
        return found

    def digests(self, rule: str) -> dict[Part, list[np.ndarray]]:
        """Sorted runs of the hashes of the complete keys of a rule, given by its digest, in each part that has them."""
        found: dict[Part, list[np.ndarray]] = {}
        for txn, folder in self._folders.items():
            rows = self._rows(folder, KEYS, "rule", rule)
            hashes = self._hashes(f"{folder}/{rule}.keys") if rows else np.zeros(0, np.uint64)
            for row in rows or ():
                end = row["start"] + row["count"]
                if len(hashes) >= end:
                    runs = found.setdefault(Part(txn, _values(row)), [])
                    if row["count"]:
                        runs.append(hashes[row["start"] : end])
        return found

    def told(self, name: str) -> Iterator[tuple[Part, dict[str, Any]]]:
        """The rows of the files of this name that commits have kept, each with the part that it is about."""
        for txn, folder in self._folders.items():
            table = self._table(folder, name)
            for row in table.to_pylist() if table is not None else ():
                yield Part(row.get("txn", txn), _values(row)), row

    def _hashes(self, path: str) -> np.ndarray:
        """The hashes of a file; none where there is none. What was mapped stays when a fetched file goes."""
        try:
            with Scratch("", self.ledger.storage).fetched(self.ledger.layout.path(path)) as local:
                whole = os.path.getsize(local) // 8
                return np.memmap(local, np.uint64, "r", 0, whole) if whole else np.zeros(0, np.uint64)
        except FileNotFoundError:
            return np.zeros(0, np.uint64)

    @cached_property
    def _folders(self) -> dict[str, str]:
        """The folder of each commit's states, where its rows can be in the table or in a version that was asked for."""
        return {one.txn: one.metrics for one in self.state.commits.values()}

    def _rows(self, folder: str, name: str, key: str, value: str) -> list[dict[str, Any]] | None:
        """The rows of a file of a commit in which the key has the value; None where there is no such file."""
        table = self._table(folder, name)
        if table is None:
            return None
        rows: list[dict[str, Any]] = table.filter(pc.equal(table.column(key), value)).to_pylist()
        return rows

    def _table(self, folder: str, name: str) -> pa.Table | None:
        """A file of a commit, read once; None where there is no such file."""
        if (folder, name) not in self._read:
            path = self.ledger.layout.path(folder, name)
            content = self.ledger.storage.read(path) if folder else None
            self._read[folder, name] = None if content is None else _table(path, content)
        return self._read[folder, name]


@dataclass(frozen=True)
class CommitStates:
    """What a commit keeps: states of columns by partition, rows that break rules by part, and hashes of keys."""

    columns: Sequence[tuple[Values, str]] = ()  # the partition, and the Arrow file with its states
    rules: Mapping[tuple[Part, str], int] = field(default_factory=dict)
    keys: Sequence[tuple[Values, str, str]] = ()  # the partition, the rule's digest, a file of sorted hashes


def write(storage: Storage, folder: str, kept: CommitStates, scratch: Scratch) -> None:
    """The states are in the folder, each kind in a file of its own; those of `kept` that are in files, in `scratch`.

    They are durable before the entry that names them.
    """
    with storage.writing(f"{folder}/{COLUMNS}") as local:
        pq.write_table(_columns(kept, scratch), local, compression="zstd")
    rules = [
        {"txn": part.txn, "partition": _name(part.values), "rule": rule, "rows": rows}
        for (part, rule), rows in kept.rules.items()
    ]
    with storage.writing(f"{folder}/{RULES}") as local:
        pq.write_table(pa.Table.from_pylist(rules, _RULES), local)
    if kept.keys:
        index: list[dict[str, Any]] = []
        for rule in dict.fromkeys(rule for _, rule, _ in kept.keys):
            mine = [(values, hashes) for values, one, hashes in kept.keys if one == rule]
            with storage.writing(f"{folder}/{rule}.keys") as local:
                index += _together(local, rule, mine, scratch)
        with storage.writing(f"{folder}/{KEYS}") as local:
            pq.write_table(pa.Table.from_pylist(index, _KEYS), local)


def _together(local: str, rule: str, keys: Sequence[tuple[Values, str]], scratch: Scratch) -> Iterator[dict[str, Any]]:
    """The hashes of all partitions are in one file; tells where each partition's lie."""
    start = 0
    with open(local, "wb") as file:
        for values, hashes in keys:
            with scratch.fetched(hashes) as found, open(found, "rb") as source:
                shutil.copyfileobj(source, file)
            end = file.tell() // 8
            yield {"partition": _name(values), "rule": rule, "start": start, "count": end - start}
            start = end


def staged_column(name: str, paths: Iterable[str], scratch: Scratch) -> ColumnState:
    """The state of a column over the rows that the Arrow files with states are about."""
    merged = ColumnState()
    for path in paths:
        with scratch.open(path) as source:
            table = pa.ipc.open_file(source).read_all()
        for row in table.filter(pc.equal(table.column("column"), name)).to_pylist():
            merged.merge(ColumnState.from_row(row))
    return merged


def _columns(kept: CommitStates, scratch: Scratch) -> pa.Table:
    tables = list(_with_partition(kept.columns, scratch))
    return pa.concat_tables(tables) if tables else _COLUMNS.empty_table()


def _with_partition(columns: Sequence[tuple[Values, str]], scratch: Scratch) -> Iterator[pa.Table]:
    for values, path in columns:
        with scratch.open(path) as source:
            table = pa.ipc.open_file(source).read_all()
        yield table.add_column(0, "partition", pa.repeat(pa.scalar(_name(values)), table.num_rows))


def _table(path: str, content: bytes) -> pa.Table:
    try:
        return pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError):
        fix = "remove the folder: what it says is found in the table again"
        raise RunError(Fault("STATES_DAMAGED", "the states of a commit cannot be read", path, fix)) from None


def _name(values: Values) -> str:
    return json.dumps(values, ensure_ascii=False)


def _values(row: Mapping[str, Any]) -> Values:
    return _parsed(row["partition"])


@lru_cache(10_000)  # a partition stands in a row for each column of each commit
def _parsed(name: str) -> Values:
    return tuple(json.loads(name))
