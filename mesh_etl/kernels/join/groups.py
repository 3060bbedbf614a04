"""Exact numbers for keys, ranks for their order, and whether rows differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.comparisons import as_keys


def key_groups(keys: pa.Table) -> np.ndarray:
    """A number for each row, from 0: the same for equal keys and for no others. No key has a NULL."""
    total = np.zeros(keys.num_rows, np.int64)
    for column in keys.columns:
        codes = as_keys(column).combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
        total = _joined(total, codes.astype(np.int64))
    return total


def order_ranks(columns: pa.Table) -> np.ndarray:
    """A rank for each row, by the first column and then by the others: equal for equal values, 0 at least.

    NULL, and a text without a sign, come before everything else.
    """
    total = np.zeros(columns.num_rows, np.int64)
    for column in columns.columns:
        found = pc.is_valid(column)
        if pa.types.is_string(column.type):
            found = pc.and_(found, pc.fill_null(pc.not_equal(column, ""), False))
        ranks = pc.rank(column, sort_keys="ascending", tiebreaker="dense").to_numpy(zero_copy_only=False)
        there = found.to_numpy() if isinstance(found, pa.ChunkedArray) else found.to_numpy(zero_copy_only=False)
        total = _joined(total, np.where(there, ranks.astype(np.int64), 0))
    return total


def differ(left: pa.Table, right: pa.Table, names: Sequence[str]) -> np.ndarray:
    """Whether each row of `left` differs from that of `right` in one of the columns; NULL equals NULL."""
    found = np.zeros(left.num_rows, bool)
    for name in names:
        mine, other = left.column(name).combine_chunks(), right.column(name).combine_chunks()
        found |= _unequal(mine, other)
    return found


def _joined(total: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """One number for two, in the same order, that stays as small as there are rows."""
    if not len(total) or not total.any():
        return codes
    both = total * (int(codes.max()) + 1) + codes
    return np.unique(both, return_inverse=True)[1].astype(np.int64)


def _unequal(mine: pa.Array, other: pa.Array) -> np.ndarray:
    kind = mine.type
    if pa.types.is_nested(kind):
        pairs = zip(mine.to_pylist(), other.to_pylist(), strict=True)
        # A NaN inside equals no other, but is written like it.
        return np.fromiter((one != two and repr(one) != repr(two) for one, two in pairs), bool, len(mine))
    if pa.types.is_floating(kind):  # by their bits: NaN equals NaN
        mine, other = (one.view(f"int{kind.bit_width}") for one in (mine, other))
    unequal = pc.fill_null(pc.not_equal(mine, other), False).to_numpy(zero_copy_only=False)
    nulls = [pc.is_null(one).to_numpy(zero_copy_only=False) for one in (mine, other)]
    found: np.ndarray = unequal | (nulls[0] != nulls[1])
    return found
