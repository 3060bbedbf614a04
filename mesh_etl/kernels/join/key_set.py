"""The keys that come, as a table's files are held against them: by their hashes, and by the ranges they lie in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.join.arrow_file import table_of, written
from mesh_etl.storage import Scratch

_RANGES = 256  # for each key column and file of rows
_MAP_BITS = 24
_ROOM = 16  # slots of the map for each hash


@dataclass(frozen=True)
class KeySet:
    """Sorted hashes of keys in the file `hashes`, and the ranges of their columns in the files `ranges`."""

    hashes: str
    ranges: tuple[str, ...]
    scratch: Scratch

    @cached_property
    def _sorted(self) -> np.ndarray:
        return numbers(self.hashes, self.scratch, np.uint64)

    @cached_property
    def _slots(self) -> np.ndarray:
        """A map of hashes by their first bits: most of those that are not in the set meet an empty slot."""
        slots = np.zeros(1 << self._slot_bits, bool)
        slots[self._sorted >> np.uint64(64 - self._slot_bits)] = True
        return slots

    @cached_property
    def _slot_bits(self) -> int:
        return min(_MAP_BITS, max(1, (len(self._sorted) * _ROOM).bit_length()))

    @cached_property
    def _intervals(self) -> dict[str, pa.Table]:
        found: dict[str, list[pa.Table]] = {}
        for path in self.ranges:
            table = table_of(self.scratch, path)
            for name, column in zip(table.schema.names, table.columns, strict=True):
                found.setdefault(name, []).append(_unfolded(column))
        return {name: pa.concat_tables(tables) for name, tables in found.items()}

    def among(self, hashes: np.ndarray) -> np.ndarray:
        """Which of the hashes are in the set."""
        found: np.ndarray = self._slots[hashes >> np.uint64(64 - self._slot_bits)]
        rows = np.flatnonzero(found)
        places = np.searchsorted(self._sorted, hashes[rows])
        places[places == len(self._sorted)] = 0
        found[rows] = self._sorted[places] == hashes[rows] if len(self._sorted) else False
        return found

    def may_lie_in(self, column: str, low: Any, high: Any) -> bool:
        """Whether a key may have a value from `low` to `high` in the column; True where that is not known."""
        intervals = self._intervals.get(column)
        if intervals is None:
            return True
        kind = intervals.schema.field("low").type
        try:
            least, most = pa.scalar(low, kind), pa.scalar(high, kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            return True
        meets = pc.and_(pc.less_equal(intervals["low"], most), pc.greater_equal(intervals["high"], least))
        return bool(pc.any(meets).as_py())


def write_ranges(keys: pa.Table, scratch: Scratch) -> str | None:
    """Where the values of each column lie, in at most `_RANGES` intervals a column, is in a file; returns its path."""
    columns = {name: _folded(keys.column(name)) for name in keys.schema.names if _is_ordered(keys.schema.field(name))}
    return written(scratch, "ranges", pa.table(columns)) if columns else None


def write_numbers(found: np.ndarray, scratch: Scratch, suffix: str) -> str:
    """The 64-bit numbers are in a file; returns its path."""
    path = scratch.path(suffix)
    with scratch.writing(path) as local:
        Path(local).write_bytes(found.data)  # numpy's tofile hides why it fails
    return path


def numbers(path: str, scratch: Scratch, kind: type[np.generic]) -> np.ndarray:
    """The 64-bit numbers of a file, without a copy where it is on this machine."""
    with scratch.open(path) as source:
        return np.frombuffer(source.read_buffer(), kind)


def write_hashes(files: Sequence[str], bits: int, scratch: Scratch) -> str:
    """The hashes of all files are in one, sorted and each once; a range of hashes at a time is in memory."""
    path = scratch.path("hashes")
    parts = [numbers(file, scratch, np.uint64) for file in files]
    bounds = [np.uint64(index << (64 - bits)) for index in range(1, 1 << bits)]
    cuts = [[0, *np.searchsorted(part, bounds).tolist(), len(part)] for part in parts]
    with scratch.writing(path) as local, open(local, "wb") as file:
        for index in range(1 << bits):
            here = [part[cut[index] : cut[index + 1]] for part, cut in zip(parts, cuts, strict=True)]
            if here:
                file.write(np.unique(np.concatenate(here)).data)
    return path


def _is_ordered(field: pa.Field) -> bool:
    """Whether the statistics of a file order values of the type as Arrow does, without exceptions such as NaN."""
    kinds = pa.types
    kind = field.type
    text = kinds.is_string(kind) or kinds.is_binary(kind)
    number = kinds.is_integer(kind) or kinds.is_decimal(kind)
    return bool(text or number or kinds.is_date(kind) or kinds.is_timestamp(kind))


def _folded(column: pa.ChunkedArray) -> pa.Array:
    """The intervals as one list, lows and highs in turn, so that columns with more and fewer fit one batch."""
    values = column.unique()
    values = values.take(pc.sort_indices(values))
    edges = np.linspace(0, len(values), min(_RANGES, len(values)) + 1).astype(np.int64)
    ends = np.stack([edges[:-1], edges[1:] - 1], axis=1).ravel()
    return pa.array([values.take(pa.array(ends)).to_pylist()], pa.list_(values.type))


def _unfolded(column: pa.ChunkedArray) -> pa.Table:
    values = column.combine_chunks().flatten()
    return pa.table({"low": values[0::2], "high": values[1::2]})
