"""64-bit hashes of key columns, the same for equal keys in every batch, file and engine.

They find the few rows that can be duplicates; equality is then decided on the keys themselves, so a collision costs
time and never a verdict. Only hashes that are as good as their keys (`is_exact`) need no second look.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.comparisons import as_keys

_PRIME = np.uint64(0x100000001B3)
_INVERSE = np.uint64(pow(0x100000001B3, -1, 1 << 64))
_NULL = np.uint64(0x9E3779B97F4A7C15)


def key_hashes(batch: pa.RecordBatch, columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """A hash for each row over `columns`, and a mask of the rows whose key is complete (no NULL in it)."""
    total = np.full(batch.num_rows, np.uint64(1469598103934665603))
    complete = np.ones(batch.num_rows, bool)
    for name in columns:
        column = batch.column(name)
        if column.null_count:
            complete &= pc.is_valid(column).to_numpy(zero_copy_only=False)
        total = _mix((total * _PRIME) ^ _column(column))
    return total, complete


def is_exact(types: Sequence[pa.DataType]) -> bool:
    """Whether rows with equal hashes have equal keys: one column of at most 64 bits, which every step keeps apart."""
    kind = types[0]
    whole = pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind)
    return len(types) == 1 and bool(whole or pa.types.is_timestamp(kind))


def _column(column: pa.Array) -> np.ndarray:
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return _text(column)
    if pa.types.is_decimal(kind):
        words = np.frombuffer(column.buffers()[1], np.uint64)[2 * column.offset : 2 * (column.offset + len(column))]
        return _filled(column, words[0::2] ^ _mix(words[1::2]))
    if pa.types.is_nested(kind):
        return _text(pa.array([None if cell is None else repr(cell) for cell in column.to_pylist()], pa.string()))
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    if pa.types.is_floating(column.type):
        column = as_keys(column.cast(pa.float64()))
        floats: np.ndarray = pc.fill_null(column, 0.0).to_numpy(zero_copy_only=False)
        return _filled(column, floats.view(np.uint64))
    width = column.type.bit_width
    numbers = pc.fill_null(column.view(f"int{width}"), 0).to_numpy(zero_copy_only=False)
    return _filled(column, numbers.astype(np.int64).view(np.uint64))


def _filled(column: pa.Array, words: np.ndarray) -> np.ndarray:
    if column.null_count == 0:
        return words
    return np.where(pc.is_valid(column).to_numpy(zero_copy_only=False), words, _NULL)


def _text(column: pa.Array) -> np.ndarray:
    """A polynomial over the bytes of each text, summed for all texts at once over the shared byte buffer."""
    offsets = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    lengths = np.diff(offsets).astype(np.uint64)
    sums = lengths * _NULL
    if len(offsets) and offsets[-1] > offsets[0]:
        data = np.frombuffer(column.buffers()[2], np.uint8)[offsets[0] : offsets[-1]].astype(np.uint64) + np.uint64(1)
        starts = offsets[:-1] - offsets[0]
        powers = np.multiply.accumulate(np.full(len(data), _PRIME))
        running = np.concatenate((np.zeros(1, np.uint64), np.add.accumulate(data * powers)))
        undo = np.multiply.accumulate(np.full(len(data) + 1, _INVERSE))
        sums += (running[starts + lengths.astype(np.int64)] - running[starts]) * undo[starts]
    return _filled(column, _mix(sums))


def _mix(words: np.ndarray) -> np.ndarray:
    """The finaliser of splitmix64: every input bit reaches every output bit (Steele, Lea and Flood, 2014)."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = words ^ (words >> np.uint64(31))
    return mixed
