"""States of columns: what is kept of the rows of a file set, so that they need not be read again.

States can be merged: that of a table is the merge over its parts. A column whose values must not be told has a state
without values, with its rows and NULLs alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.write.hashing import key_hashes
from mesh_etl.kernels.write.sketches import Distinct, Quantiles
from mesh_etl.storage import Scratch

STATES = pa.schema(
    [
        ("column", pa.string()),
        ("rows", pa.int64()),
        ("nulls", pa.int64()),
        ("numbers", pa.int64()),
        ("total", pa.float64()),
        ("low", pa.string()),
        ("high", pa.string()),
        ("distinct", pa.binary()),
        ("quantiles", pa.binary()),
    ]
)


@dataclass(frozen=True)
class Kept:
    """What the state of a column holds beside rows and NULLs: lowest, highest and total, and sketches."""

    column: str
    values: bool = True
    sketches: bool = False


@dataclass
class ColumnState:
    """What is known of a column's cells in some rows.

    `numbers` are the finite numbers that `total` adds up. `low` and `high` are numbers; moments and dates are
    microseconds since 1970.
    """

    rows: int = 0
    nulls: int = 0
    numbers: int = 0
    total: float = 0.0
    low: Decimal | None = None
    high: Decimal | None = None
    distinct: Distinct | None = None
    quantiles: Quantiles | None = None

    def add(self, column: pa.ChunkedArray, kept: Kept) -> None:
        """The cells of the column are among those that the state is about."""
        self.rows += len(column)
        self.nulls += column.null_count
        if not len(column) or not kept.values or pa.types.is_nested(column.type):
            return
        if kept.sketches:
            self.distinct = self.distinct or Distinct()
            text = pa.types.is_string(column.type) or pa.types.is_binary(column.type)  # slower to hash than to look up
            for chunk in [column.unique()] if text else column.chunks:
                hashes, valid = key_hashes(pa.RecordBatch.from_arrays([chunk], ["it"]), ("it",))
                self.distinct.add(hashes[valid])
        if pa.types.is_temporal(column.type):
            self._bounds(_microseconds(column))
        elif pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
            self._numbers(column, kept)

    def _numbers(self, column: pa.ChunkedArray, kept: Kept) -> None:
        if pa.types.is_floating(column.type):
            column = column.filter(pc.is_finite(column))
        self._bounds(column)
        floats = column.drop_null().cast(pa.float64(), safe=False)
        self.numbers += len(floats)
        self.total += pc.sum(floats).as_py() or 0.0
        if kept.sketches:
            self.quantiles = self.quantiles or Quantiles()
            self.quantiles.add(floats.to_numpy())

    def _bounds(self, column: pa.ChunkedArray) -> None:
        ends = pc.min_max(column)
        if ends["min"].is_valid:
            self._widen(Decimal(str(ends["min"].as_py())), Decimal(str(ends["max"].as_py())))

    def _widen(self, low: Decimal, high: Decimal) -> None:
        self.low = low if self.low is None else min(self.low, low)
        self.high = high if self.high is None else max(self.high, high)

    def merge(self, other: ColumnState) -> None:
        """The cells of the other are among those that the state is about."""
        # A sketch of some of the rows would pass for one of all.
        self.distinct = _merged(self.distinct, other.distinct, self.rows, other.rows)
        self.quantiles = _merged(self.quantiles, other.quantiles, self.numbers, other.numbers)
        self.rows += other.rows
        self.nulls += other.nulls
        self.numbers += other.numbers
        self.total += other.total
        if other.low is not None and other.high is not None:
            self._widen(other.low, other.high)

    def to_row(self, column: str) -> dict[str, Any]:
        """The state as a row of `STATES`."""
        return {
            "column": column,
            "rows": self.rows,
            "nulls": self.nulls,
            "numbers": self.numbers,
            "total": self.total,
            "low": None if self.low is None else str(self.low),
            "high": None if self.high is None else str(self.high),
            "distinct": _tag() + self.distinct.to_bytes() if self.distinct else None,
            "quantiles": self.quantiles.to_bytes() if self.quantiles else None,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> ColumnState:
        """The state that a row of `STATES` holds."""
        return cls(
            row["rows"],
            row["nulls"],
            row["numbers"],
            row["total"],
            None if row["low"] is None else Decimal(row["low"]),
            None if row["high"] is None else Decimal(row["high"]),
            _distinct(row["distinct"]),
            None if row["quantiles"] is None else Quantiles.from_bytes(row["quantiles"]),
        )


class TableStates:
    """The states of the columns of one write, filled while it encodes."""

    def __init__(self, kept: Sequence[Kept]) -> None:
        self.kept = kept
        self.states = {one.column: ColumnState() for one in kept}

    def add(self, table: pa.Table) -> None:
        """The rows of the table are among those that the states are about."""
        for one in self.kept:
            self.states[one.column].add(table.column(one.column), one)

    def write(self, scratch: Scratch) -> str:
        """The states are in an Arrow file of the folder, one row for each column; returns its path."""
        path = scratch.path("states")
        found = pa.Table.from_pylist([state.to_row(name) for name, state in self.states.items()], STATES)
        with scratch.writing(path) as local, pa.ipc.new_file(local, STATES) as file:
            file.write_table(found)
        return path


@cache
def hash_function() -> str:
    """A name for the function that hashes values: what it makes of a few. Kept hashes of another one tell nothing."""
    sample = {"text": ["", "a", "Zürich"], "number": [0, 1, -(2**40)], "float": [0.0, 1.5, -2e300]}
    batch = pa.RecordBatch.from_pydict({**sample, "exact": pa.array([Decimal(one) for one in range(3)])})
    return "".join(f"{int(key_hashes(batch, (name,))[0].sum()):016x}" for name in batch.schema.names)


def _tag() -> bytes:
    return hashlib.sha256(hash_function().encode()).digest()[:8]


def _distinct(stored: bytes | None) -> Distinct | None:
    """The sketch that was stored; None where there is none, or where it was made with another hash function."""
    return Distinct.from_bytes(stored[8:]) if stored is not None and stored[:8] == _tag() else None


def _microseconds(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_date32(column.type):
        return pc.multiply(column.cast(pa.int32()).cast(pa.int64()), 86_400_000_000)
    return column.cast(pa.int64())


def _merged(mine: Any, other: Any, my_rows: int, other_rows: int) -> Any:
    if not my_rows or not other_rows:
        return other if other_rows else mine
    if mine is None or other is None:
        return None
    mine.merge(other)
    return mine


class Marks:
    """The rows that break rules without being rejected, counted by partition once rows are sorted into partitions."""

    def __init__(self) -> None:
        self.held: list[tuple[str, np.ndarray]] = []
        self.rows = 0
        self.found: dict[tuple[str | None, ...], dict[str, int]] = {}

    def mark(self, rule: str, broken: np.ndarray) -> None:
        """Of the rows that come next, those where `broken` is True break the rule."""
        self.held.append((rule, np.flatnonzero(broken) + self.rows))

    def settle(self, parts: Sequence[tuple[tuple[str | None, ...], np.ndarray]]) -> None:
        """The rows so far are in these partitions; rows that come next are counted from 0."""
        if self.held:
            place = np.zeros(self.rows, np.int64)
            for index, (_, rows) in enumerate(parts):
                place[rows] = index
            for rule, broken in self.held:
                for index, count in enumerate(np.bincount(place[broken], minlength=len(parts)).tolist()):
                    if count:
                        counts = self.found.setdefault(parts[index][0], {})
                        counts[rule] = counts.get(rule, 0) + count
        self.held, self.rows = [], 0

    def to_json(self) -> list[dict[str, Any]]:
        """The counts as plain data."""
        return [{"values": list(values), "rules": counts} for values, counts in self.found.items()]
