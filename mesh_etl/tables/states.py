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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.write.states import STATES, ColumnState
from mesh_etl.tables.entry import Entry
from mesh_etl.tables.history import TableFile, Values, standing

COLUMNS, RULES, KEYS = "columns.parquet", "rules.parquet", "keys.parquet"
_COLUMNS = pa.schema([("partition", pa.string()), *STATES])
_RULES = pa.schema([("txn", pa.string()), ("partition", pa.string()), ("rule", pa.string()), ("rows", pa.int64())])
_KEYS = pa.schema(
    [("partition", pa.string()), ("rule", pa.string()), ("start", pa.int64()), ("count", pa.int64())]
)  # fmt: skip


class Part(NamedTuple):
    """The files that a commit brought to a partition."""

    txn: str
    values: Values


@dataclass(frozen=True)
class Metrics:
    """The states that these commits of a table have kept; `entries` are all of them, oldest first."""

    root: str
    entries: tuple[Entry, ...]
    _read: dict[tuple[str, str], pa.Table] = field(default_factory=dict, repr=False, compare=False)

    def parts(self, seq: int | None = None) -> dict[Part, list[TableFile]]:
        """What the table is made of, now or at a version."""
        entries = [entry for entry in self.entries if seq is None or entry.seq <= seq]
        txns = {entry.seq: entry.txn for entry in entries}
        found: dict[Part, list[TableFile]] = {}
        for file in standing(entries):
            found.setdefault(Part(txns[file.seq], file.values), []).append(file)
        return found

    def column(self, name: str, parts: Collection[Part]) -> ColumnState | None:
        """The state of a column over these parts; None where a commit has kept none of it."""
        merged = ColumnState()
        wanted = set(parts)
        for txn in {part.txn for part in wanted}:
            rows = self._rows(txn, COLUMNS, "column", name)
            known = {_values(row) for row in rows or ()}
            if rows is None or not {part.values for part in wanted if part.txn == txn} <= known:
                return None
            for row in rows:
                if Part(txn, _values(row)) in wanted:
                    merged.merge(ColumnState.from_row(row))
        return merged

    def written(self, name: str, entry: Entry) -> ColumnState | None:
        """The state of a column over the rows that a commit wrote; None where it has kept none."""
        rows = self._rows(entry.txn, COLUMNS, "column", name)
        if rows is None or (not rows and entry.counts.good):
            return None
        merged = ColumnState()
        for row in rows:
            merged.merge(ColumnState.from_row(row))
        return merged

    def written_columns(self, entry: Entry) -> dict[str, ColumnState]:
        """The states of all columns over the rows that a commit wrote."""
        path = Path(self.root) / entry.metrics / COLUMNS
        found: dict[str, ColumnState] = {}
        for row in _table(path).to_pylist() if entry.metrics and path.exists() else ():
            found.setdefault(row["column"], ColumnState()).merge(ColumnState.from_row(row))
        return found

    def broken(self, rule: str) -> dict[Part, int]:
        """The rows that break a rule, given by its digest, in each part of which that is known."""
        found = {}
        for entry in self.entries:
            for row in self._rows(entry.txn, RULES, "rule", rule) or ():
                found[Part(row["txn"], _values(row))] = row["rows"]
        return found

    def digests(self, rule: str) -> dict[Part, list[np.ndarray]]:
        """Sorted runs of the hashes of the complete keys of a rule, given by its digest, in each part that has them."""
        found: dict[Part, list[np.ndarray]] = {}
        for entry in self.entries:
            for row in self._rows(entry.txn, KEYS, "rule", rule) or ():
                path = Path(self.root) / entry.metrics / f"{rule}.keys"
                if path.exists() and path.stat().st_size >= 8 * (row["start"] + row["count"]):
                    runs = found.setdefault(Part(entry.txn, _values(row)), [])
                    if row["count"]:
                        runs.append(np.memmap(path, np.uint64, "r", 8 * row["start"], row["count"]))
        return found

    @cached_property
    def _folders(self) -> dict[str, str]:
        """The folder of each commit's states."""
        return {entry.txn: entry.metrics for entry in self.entries}

    def _rows(self, txn: str, name: str, key: str, value: str) -> list[dict[str, Any]] | None:
        """The rows of a file of a commit in which the key has the value; None where there is no such file."""
        folder = self._folders.get(txn, "")
        path = Path(self.root) / folder / name
        if not folder or not path.exists():
            return None
        if (txn, name) not in self._read:
            self._read[txn, name] = _table(path)
        table = self._read[txn, name]
        rows: list[dict[str, Any]] = table.filter(pc.equal(table.column(key), value)).to_pylist()
        return rows


@dataclass(frozen=True)
class CommitStates:
    """What a commit keeps: states of columns by partition, rows that break rules by part, and hashes of keys."""

    columns: Sequence[tuple[Values, str]] = ()  # the partition, and the Arrow file with its states
    rules: Mapping[tuple[Part, str], int] = field(default_factory=dict)
    keys: Sequence[tuple[Values, str, str]] = ()  # the partition, the rule's digest, a file of sorted hashes


def write(folder: str, kept: CommitStates) -> None:
    """The states are in the folder, each kind in a file of its own."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    pq.write_table(_columns(kept), Path(folder) / COLUMNS, compression="zstd")
    rules = [
        {"txn": part.txn, "partition": _name(part.values), "rule": rule, "rows": rows}
        for (part, rule), rows in kept.rules.items()
    ]
    pq.write_table(pa.Table.from_pylist(rules, _RULES), Path(folder) / RULES)
    if kept.keys:
        index: list[dict[str, Any]] = []
        ends: dict[str, int] = {}
        for values, rule, hashes in kept.keys:
            start, count = ends.get(rule, 0), Path(hashes).stat().st_size // 8
            with open(hashes, "rb") as source, open(Path(folder) / f"{rule}.keys", "ab") as file:
                shutil.copyfileobj(source, file)
            ends[rule] = start + count
            index.append({"partition": _name(values), "rule": rule, "start": start, "count": count})
        pq.write_table(pa.Table.from_pylist(index, _KEYS), Path(folder) / KEYS)
    for path in Path(folder).iterdir():  # the entry that names them is synced as well
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def staged_column(name: str, paths: Iterable[str]) -> ColumnState:
    """The state of a column over the rows that the Arrow files with states are about."""
    merged = ColumnState()
    for path in paths:
        with pa.OSFile(path) as source:
            table = pa.ipc.open_file(source).read_all()
        for row in table.filter(pc.equal(table.column("column"), name)).to_pylist():
            merged.merge(ColumnState.from_row(row))
    return merged


def _columns(kept: CommitStates) -> pa.Table:
    tables = list(_with_partition(kept.columns))
    return pa.concat_tables(tables) if tables else _COLUMNS.empty_table()


def _with_partition(columns: Sequence[tuple[Values, str]]) -> Iterator[pa.Table]:
    for values, path in columns:
        with pa.OSFile(path) as source:
            table = pa.ipc.open_file(source).read_all()
        yield table.add_column(0, "partition", pa.repeat(pa.scalar(_name(values)), table.num_rows))


def _table(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (pa.ArrowException, OSError):
        fix = "remove the folder: what it says is found in the table again"
        raise RunError(Fault("STATES_DAMAGED", "the states of a commit cannot be read", str(path), fix)) from None


def _name(values: Values) -> str:
    return json.dumps(values, ensure_ascii=False)


def _values(row: Mapping[str, Any]) -> Values:
    return tuple(json.loads(row["partition"]))
