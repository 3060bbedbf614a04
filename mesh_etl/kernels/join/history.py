"""The versions of rows over time: what scd2 makes of a bucket of keys.

A key has moments at which it got a new state, which is a row or nothing. Those that the table knows are where its
versions begin, and where one ended and no other began. Rows that come add moments; none is ever taken away. A version
lasts from its moment to the next one of its key, so that there are no overlaps, and no gaps but after a deletion.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.join.decide import Bucket, Decided
from mesh_etl.kernels.join.groups import differ, key_groups

_VERSION, _END, _COMES, _ABSENT = range(4)  # where a moment is from: the table's versions and their ends, or the run


@dataclass(frozen=True)
class Period:
    """The columns that say when a row is valid: from (included), to (excluded), and whether it is the newest version.

    `open_end` is what the newest version has for its end.
    """

    start: str
    end: str
    is_current: str
    open_end: datetime.date | None = None


@dataclass(frozen=True)
class Versions:
    """The policy: rows of the same `keys` that differ in one of the columns `compare` are versions of each other.

    A row whose column `operation` has one of the texts `deletes` ends the version before it. So does one that comes and
    is not current, unless its key comes otherwise: it says that the key was not delivered. `stored` are the columns of
    the table. Rows of one key and moment that differ are a tie.
    """

    keys: tuple[str, ...]
    compare: tuple[str, ...]
    period: Period
    stored: tuple[str, ...]
    operation: str = ""
    deletes: tuple[str, ...] = ()

    def __call__(self, bucket: Bucket) -> Decided:
        """What becomes of the bucket. Raises `RunError` EFFECTIVE_NULL for a row without a moment."""
        found = _moments(self, bucket)
        order, again, ties = found.distinct()
        fresh, idle = found.told(order)
        follows, before = found.neighbours(fresh)
        rows = fresh[~found.gone[fresh]]
        moved = rows[(found.source[rows] == _VERSION) & found.ends_otherwise(rows, follows[rows])]
        new = rows[found.source[rows] == _COMES]
        late = found.moment[new] < found.newest[found.key[new]]
        begins = (before[new] < 0) | found.gone[before[new]]
        came, kept_out = again[found.source[again] == _COMES], idle[found.source[idle] == _COMES]
        first = found.leader[came]
        ended = fresh[found.gone[fresh]]
        deleted = int((found.source[ended] == _COMES).sum())
        counts = {
            "inserted": (begins & ~late).sum(),
            "updated": (~begins & ~late).sum(),
            "late": late.sum(),
            "deletes": deleted + found.gone[kept_out].sum(),
            "deleted": deleted,
            "closed": (found.source[ended] == _ABSENT).sum(),
            "unchanged": (~found.gone[kept_out]).sum() + (found.source[first] < _COMES).sum(),
            "superseded": (found.source[first] >= _COMES).sum(),
        }
        written = np.concatenate([moved, new])
        return Decided(found.written(written, follows[written]), moved, counts, None, ties)


@dataclass(frozen=True)
class _Moments:
    """All moments of some keys; `rows` is the state of each, which is nothing where `gone`.

    `newest` is the last moment of each key that the table knows. `leader` is filled by `distinct`: the first of all
    with the same key and moment. Moments from versions of the table come first, in their order.
    """

    policy: Versions
    rows: pa.Table
    key: np.ndarray
    moment: np.ndarray
    gone: np.ndarray
    source: np.ndarray
    newest: np.ndarray
    leader: np.ndarray

    def distinct(self) -> tuple[np.ndarray, np.ndarray, int]:
        """One of each key and moment, in order; the others; and the number of keys with two that differ."""
        delivered = np.zeros(len(self.newest), bool)
        delivered[self.key[self.source == _COMES]] = True
        order = np.lexsort((np.arange(len(self.key)), self.moment, self.key))
        order = order[(self.source[order] != _ABSENT) | ~delivered[self.key[order]]]
        first = np.ones(len(order), bool)
        first[1:] = (self.key[order[1:]] != self.key[order[:-1]]) | (self.moment[order[1:]] != self.moment[order[:-1]])
        self.leader[order] = order[first][np.cumsum(first) - 1]
        again = order[~first & (self.source[order] != _END)]  # where one ends, the next one begins
        tied = again[~self._same(again, self.leader[again])]
        return order[first], again, len(np.unique(self.key[tied]))

    def told(self, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Those moments at which something changes, or that the table knows; and the others."""
        _, before = self.neighbours(order)
        last = before[order]
        nothing_before = last < 0
        same = np.where(nothing_before, self.gone[order], self._same(order, last))
        fresh = ~same | (self.source[order] < _COMES)
        return order[fresh], order[~fresh]

    def neighbours(self, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For each moment in order the next and the one before of its key, -1 where there is none."""
        follows, before = np.full(len(self.key), -1), np.full(len(self.key), -1)
        same = self.key[order[1:]] == self.key[order[:-1]]
        follows[order[:-1][same]] = order[1:][same]
        before[order[1:][same]] = order[:-1][same]
        return follows, before

    def ends_otherwise(self, rows: np.ndarray, follows: np.ndarray) -> np.ndarray:
        """Which of these versions of the table end at another moment than it says."""
        period = self.policy.period
        was_open = _flags(self.rows.column(period.is_current))[rows]
        end = _ticks(self.rows.column(period.end))[rows]
        found: np.ndarray = np.where(follows < 0, ~was_open, was_open | (end != self.moment[follows]))
        return found

    def written(self, rows: np.ndarray, follows: np.ndarray) -> pa.Table:
        """These rows, each with its end."""
        period, table = self.policy.period, self.rows.take(pa.array(rows))
        kind = table.schema.field(period.start).type
        starts = self.rows.column(period.start).combine_chunks()
        ends = pc.if_else(pa.array(follows < 0), pa.scalar(period.open_end, kind), self._moments_of(starts, follows))
        table = table.set_column(table.schema.get_field_index(period.end), period.end, ends)
        current = pa.array(follows < 0)
        return table.set_column(table.schema.get_field_index(period.is_current), period.is_current, current)

    def _moments_of(self, starts: pa.Array, rows: np.ndarray) -> pa.Array:
        ticks = pa.array(self.moment[rows])
        return (ticks.cast(pa.int32()) if pa.types.is_date32(starts.type) else ticks).cast(starts.type)

    def _same(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Whether the states are the same; one without another, at -1, is compared with any."""
        mine, other = self.rows.take(pa.array(left)), self.rows.take(pa.array(np.maximum(right, 0)))
        both_gone = self.gone[left] & self.gone[right]
        found: np.ndarray = both_gone | (
            ~self.gone[left] & ~self.gone[right] & ~differ(mine, other, self.policy.compare)
        )
        return found


def _moments(policy: Versions, bucket: Bucket) -> _Moments:
    period = policy.period
    met, come = bucket.met.select(policy.stored), bucket.incoming.select(policy.stored)
    if come.column(period.start).null_count:
        problem = f"{come.column(period.start).null_count:,} rows do not say since when they hold"
        raise RunError(Fault("EFFECTIVE_NULL", problem, f"column {period.start}", "state that it is required"))
    ended = np.flatnonzero(~_flags(met.column(period.is_current)))
    rows = pa.concat_tables([met, met.take(pa.array(ended)), come]).combine_chunks()
    current = _flags(come.column(period.is_current))
    source = np.concatenate(
        [
            np.full(met.num_rows, _VERSION),
            np.full(len(ended), _END),
            np.where(current, _COMES, _ABSENT),
        ]
    )
    key = key_groups(rows.select(policy.keys))
    moment = np.concatenate(
        [
            _ticks(met.column(period.start)),
            _ticks(met.column(period.end))[ended],
            _ticks(come.column(period.start)),
        ]
    )
    gone = (source == _END) | (source == _ABSENT)
    gone[met.num_rows + len(ended) :] |= _deleted(policy, bucket.incoming)
    known = source < _COMES
    newest = np.full(int(key.max()) + 1 if len(key) else 0, np.iinfo(np.int64).min)
    np.maximum.at(newest, key[known], moment[known])
    return _Moments(policy, rows, key, moment, gone, source, newest, np.arange(len(key)))


def _deleted(policy: Versions, incoming: pa.Table) -> np.ndarray:
    if not policy.operation:
        return np.zeros(incoming.num_rows, bool)
    words = incoming.column(policy.operation).cast(pa.string())
    found: np.ndarray = pc.is_in(words, pa.array(policy.deletes, pa.string())).to_numpy()
    return found


def _flags(column: pa.ChunkedArray) -> np.ndarray:
    found: np.ndarray = pc.fill_null(column, False).to_numpy()
    return found.astype(bool)


def _ticks(column: pa.ChunkedArray) -> np.ndarray:
    """Dates as days and moments as microseconds since 1970; NULL as 0."""
    whole = column.cast(pa.int32()) if pa.types.is_date32(column.type) else column
    found: np.ndarray = pc.fill_null(whole.cast(pa.int64()), 0).to_numpy()
    return found.astype(np.int64)
