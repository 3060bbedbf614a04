"""A digest of what a table holds, by which it is proven that a file holds what was read.

Each column counts with its NULLs, the lengths of what varies in length, and the bits of its values: so NaN equals NaN
of the same bits, and -0.0 is not 0.0. A 64-bit word, its upper half folded into the lower one, is multiplied by an odd
weight that depends on its place, and the products are summed modulo 2^64 (multilinear hashing: Lemire and Kaser,
"Strongly universal string hashing is fast", 2014). As weights are odd, no change of a single word goes undetected. It
guards against faults, not against forgers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_BLOCK = 1 << 16  # words
_HALF = np.uint64(32)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def digest(table: pa.Table) -> list[int]:
    """A number for each column of the table, the same for the same values in the same order, however they are chunked.

    Raises `TypeError` for a type that no column of a table has.
    """
    return [_summed(_words(column.combine_chunks())) for column in table.columns]


def same(one: pa.Table, other: pa.Table) -> bool:
    """Whether both hold the same values in the same order, bit by bit; of what types and chunks does not count."""
    return (one.num_rows, one.num_columns) == (other.num_rows, other.num_columns) and all(
        _same(left, right) for left, right in zip(one.columns, other.columns, strict=True)
    )


def _same(one: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    if _exact(one.type) and one.type == other.type and one.equals(other):
        return True
    return digest(pa.table([one], [""])) == digest(pa.table([other], [""]))


def _exact(kind: pa.DataType) -> bool:
    """Whether values of the type that are equal have the same bits."""
    types = pa.types
    value = kind.value_type if types.is_dictionary(kind) else kind
    return not (types.is_nested(value) or types.is_floating(value))


def _summed(parts: Iterator[np.ndarray]) -> int:
    total = np.uint64(1)
    with np.errstate(over="ignore"):
        for words in parts:
            total = total * _FACTOR + np.uint64(len(words))
            for start in range(0, len(words), _BLOCK):
                block = words[start : start + _BLOCK]
                total = total * _FACTOR + np.dot(block ^ (block >> _HALF), _weights()[: len(block)])
    return int(total)


@cache
def _weights() -> np.ndarray:
    """Odd numbers that are the same in every process."""
    random = np.random.Generator(np.random.PCG64(20_260_101))
    weights = random.integers(0, 1 << 64, _BLOCK, dtype=np.uint64) | np.uint64(1)
    weights.flags.writeable = False
    return weights


def _words(array: pa.Array) -> Iterator[np.ndarray]:
    """What the array holds as runs of 64-bit words; what stands in the memory of a NULL does not count."""
    if isinstance(array, pa.ChunkedArray):  # of no chunk
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    types, kind = pa.types, array.type
    valid = array.is_valid() if array.null_count else None
    if valid is not None:
        yield _padded(valid.cast(pa.uint8()).to_numpy())
    if types.is_null(kind):
        yield np.full(1, len(array), np.uint64)
    elif types.is_struct(kind):
        for field in array.flatten():
            yield from _words(field)
    elif types.is_map(kind) or types.is_list(kind) or types.is_large_list(kind):
        yield _lengths(array)
        yield from _words(_items(array))
    elif types.is_string(kind) or types.is_binary(kind) or types.is_large_string(kind) or types.is_large_binary(kind):
        yield from _text(array if valid is None else pc.fill_null(array, b"" if "binary" in str(kind) else ""))
    elif types.is_boolean(kind):
        yield _padded(pc.fill_null(array, False).cast(pa.uint8()).to_numpy())
    else:
        yield from _fixed(array, valid)


def _fixed(array: pa.Array, valid: pa.Array | None) -> Iterator[np.ndarray]:
    try:
        width = array.type.bit_width // 8
    except ValueError:
        raise TypeError(f"no digest of {array.type}") from None
    data = np.frombuffer(array.buffers()[1] or b"", np.uint8)[
        width * array.offset : width * (array.offset + len(array))
    ]
    if valid is not None:
        data = data.copy()
        data.reshape(-1, width)[~valid.to_numpy(zero_copy_only=False)] = 0
    yield _padded(data)


def _text(array: pa.Array) -> Iterator[np.ndarray]:
    offsets = np.frombuffer(array.buffers()[1], np.int32 if "large" not in str(array.type) else np.int64)
    offsets = offsets[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(array.buffers()[2] or b"", np.uint8)
    yield np.diff(offsets).astype(np.uint64)
    yield _padded(data[offsets[0] : offsets[-1]] if len(array) else data[:0])


def _lengths(array: pa.Array) -> np.ndarray:
    lengths: np.ndarray = np.diff(array.offsets.to_numpy()).astype(np.uint64)
    if array.null_count:
        lengths[array.is_null().to_numpy(zero_copy_only=False)] = 0
    return lengths


def _items(array: pa.Array) -> pa.Array:
    """The items of all lists that are no NULL, one list after the other; those of a map are pairs."""
    if pa.types.is_map(array.type):
        pairs = pa.struct([array.type.key_field, array.type.item_field])
        array = array.cast(pa.list_(pairs))
    return array.flatten()


def _padded(data: np.ndarray) -> np.ndarray:
    """The bytes as words; zeros follow the last of them, and how many there are is told by other words."""
    data = np.ascontiguousarray(data).view(np.uint8)
    rest = -len(data) % 8
    if not rest and data.ctypes.data % 8 == 0:
        return data.view(np.uint64)
    whole = np.zeros(len(data) + rest, np.uint8)
    whole[: len(data)] = data
    return whole.view(np.uint64)
