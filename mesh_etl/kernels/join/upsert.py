"""The latest row of each key wins: what merge and cdc make of a bucket of keys.

A row that is older than what the table holds, or than the tombstone of a row that was deleted, changes nothing: late
data never brings an older state back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.join.decide import Bucket, Decided
from mesh_etl.kernels.join.groups import differ, key_groups, order_ranks


@dataclass(frozen=True)
class Upsert:
    """The policy: rows of the same `keys` are ordered by the columns `order`; without any, rows that come are later.

    A row whose column `operation` has one of the texts `deletes` takes the row of its key away. Rows of one key and
    order that differ are a tie; with `last_wins` the one that was read last is the latest. With `delete_wins` a
    deletion comes after other rows of its order, so that it is no tie with them.
    """

    keys: tuple[str, ...]
    order: tuple[str, ...]
    stored: tuple[str, ...]
    operation: str = ""
    deletes: tuple[str, ...] = ()
    last_wins: bool = False
    delete_wins: bool = True

    def __call__(self, bucket: Bucket) -> Decided:
        incoming, met = bucket.incoming, bucket.met
        group = key_groups(_together(bucket, self.keys))
        rank = self._ranks(bucket)
        ends = np.cumsum([incoming.num_rows, met.num_rows, bucket.buried.num_rows])
        deleted = self._deleted(incoming)
        latest, rivals = self._latest(incoming, group[: ends[0]], rank[: ends[0]], deleted)
        count = int(group.max()) + 1 if len(group) else 0
        held, row = _highest(group[ends[0] : ends[1]], rank[ends[0] : ends[1]], count)
        grave, _ = _highest(group[ends[1] :], rank[ends[1] :], count)
        key, mine, gone = group[latest], rank[latest], deleted[latest]
        known = np.maximum(held, grave)[key]
        at, same_key = row[key], held[key] >= 0
        changed = np.ones(len(latest), bool)
        changed[same_key] = differ(
            incoming.take(pa.array(latest[same_key])), met.take(pa.array(at[same_key])), self.stored
        )
        level = (mine == known) & (known >= 0)
        dead = level & (grave[key] == known)
        tied = level & ~dead & (~gone & changed | gone & (not self.delete_wins))
        ties = 0 if self.last_wins else len(np.union1d(rivals, key[tied]))
        late = (mine < known) | (dead & ~gone)
        unchanged = (dead & gone) | (~late & ~gone & same_key & ~changed)
        applied = ~late & ~unchanged
        written, buried = latest[applied & ~gone], latest[applied & gone]
        taken = np.zeros(count, bool)
        taken[key[applied]] = True
        counts = {
            "inserted": (applied & ~gone & ~same_key).sum(),
            "updated": (applied & ~gone & same_key).sum(),
            "deletes": (applied & gone).sum(),
            "deleted": (applied & gone & same_key).sum(),
            "unchanged": unchanged.sum(),
            "superseded": incoming.num_rows - len(latest),
            "late": late.sum(),
        }
        return Decided(
            incoming.select(self.stored).take(pa.array(np.sort(written))),
            np.flatnonzero(taken[group[ends[0] : ends[1]]]),
            counts,
            incoming.select([*self.keys, *self.order]).take(pa.array(buried)) if self.order else None,
            ties,
        )

    def _ranks(self, bucket: Bucket) -> np.ndarray:
        if self.order:
            return order_ranks(_together(bucket, self.order))
        others = bucket.met.num_rows + bucket.buried.num_rows
        return np.concatenate([np.ones(bucket.incoming.num_rows, np.int64), np.zeros(others, np.int64)])

    def _deleted(self, incoming: pa.Table) -> np.ndarray:
        if not self.operation:
            return np.zeros(incoming.num_rows, bool)
        words = incoming.column(self.operation).cast(pa.string())
        found: np.ndarray = pc.is_in(words, pa.array(self.deletes, pa.string())).to_numpy()
        return found

    def _latest(
        self, incoming: pa.Table, group: np.ndarray, rank: np.ndarray, deleted: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The latest row of each key that comes, and the keys of which no row is."""
        last = deleted if self.delete_wins and not self.last_wins else np.zeros(len(group), bool)
        order = np.lexsort((np.arange(len(group)), last, rank, group))
        ends = np.append(group[order][1:] != group[order][:-1], True)[: len(order)]
        latest = order[ends]
        if self.last_wins:
            return latest, np.empty(0, np.int64)
        top = np.zeros(int(group.max()) + 1 if len(group) else 0, np.int64)
        top[group[latest]] = latest
        rows = np.flatnonzero((rank == rank[top[group]]) & (np.arange(len(group)) != top[group]))
        rivals = top[group[rows]]
        unlike = differ(incoming.take(pa.array(rows)), incoming.take(pa.array(rivals)), self.stored)
        both, one = deleted[rows] & deleted[rivals], deleted[rows] != deleted[rivals]
        tied = np.where(one, not self.delete_wins, unlike & ~both)
        return latest, group[rows[tied]]


def _together(bucket: Bucket, names: tuple[str, ...]) -> pa.Table:
    return pa.concat_tables([one.select(names) for one in (bucket.incoming, bucket.met, bucket.buried) if one.num_rows])


def _highest(group: np.ndarray, rank: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The highest rank of each group, -1 where it has no row, and the row that has it."""
    found, row = np.full(count, -1), np.zeros(count, np.int64)
    order = np.lexsort((rank, group))
    found[group[order]], row[group[order]] = rank[order], order  # the last assignment stands
    return found, row
