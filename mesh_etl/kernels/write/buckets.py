"""Buckets of values, as Iceberg's specification has them: the 32-bit Murmur3 hash (x86 variant, seed 0) modulo n.

Source: Iceberg table spec, "Bucket Transform Details" and appendix B, whose test values the tests hold. Whole numbers
and dates are hashed as 8 bytes, moments as microseconds, texts as UTF-8, decimals as the fewest bytes (big-endian,
two's complement) of their unscaled value: so a number has the same hash in a column of any width.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

_C1, _C2 = np.uint32(0xCC9E2D51), np.uint32(0x1B873593)


def bucket(column: pa.Array, buckets: int) -> pa.Array:
    """For each value the number of its bucket, from 0 to `buckets` - 1, as int32; NULL stays NULL."""
    if pa.types.is_string(column.type) or pa.types.is_binary(column.type):
        encoded = column.dictionary_encode()  # a text that repeats is hashed once
        return _numbered(encoded.dictionary, buckets).take(encoded.indices)
    return _numbered(column, buckets)


def _numbered(column: pa.Array, buckets: int) -> pa.Array:
    numbers = ((hashes(column) & np.uint32(0x7FFFFFFF)) % np.uint32(buckets)).astype(np.int32)
    nulls = column.is_null().to_numpy(zero_copy_only=False)
    return pa.array(numbers, pa.int32(), mask=nulls)


def hashes(column: pa.Array) -> np.ndarray:
    """The hash of each value as uint32; anything where the value is NULL.

    Raises `TypeError` for a type that Iceberg has no hash for, such as double.
    """
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        _, offsets, data = column.buffers()
        ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1].astype(np.int64)
        return murmur3(_bytes(data), ends[:-1], np.diff(ends))
    if pa.types.is_decimal128(kind):
        return murmur3(*_fewest_bytes(column))
    if pa.types.is_integer(kind):
        whole = column.cast(pa.int64())
    elif pa.types.is_date32(kind):
        whole = column.view(pa.int32()).cast(pa.int64())
    elif pa.types.is_timestamp(kind):
        whole = column.cast(pa.timestamp("us", kind.tz)).view(pa.int64())
    else:
        raise TypeError(f"no bucket of {kind}")
    numbers = whole.fill_null(0).to_numpy(zero_copy_only=False).astype("<i8")
    starts = np.arange(len(numbers), dtype=np.int64) * 8
    return murmur3(numbers.view(np.uint8), starts, np.full(len(numbers), 8, np.int64))


def murmur3(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The hash of each of the slices of `data`, all of them a step at a time, the longest first."""
    order = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[order], lengths[order]
    data = np.concatenate((data, np.zeros(4, np.uint8))).astype(np.uint32)
    blocks = lengths // 4
    found = np.zeros(len(starts), np.uint32)
    for index in range(int(blocks[0]) if len(blocks) else 0):
        active = int(np.searchsorted(-blocks, -index))  # those with a block more than `index`
        at = starts[:active] + 4 * index
        found[:active] = _rotated(found[:active] ^ _mixed(_word(data, at)), 13) * np.uint32(5) + np.uint32(0xE6546B64)
    rest, at = lengths % 4, starts + 4 * blocks
    tail = np.zeros(len(starts), np.uint32)
    for index in range(3):
        some = rest > index
        tail[some] |= data[at[some] + index] << np.uint32(8 * index)
    found ^= _mixed(tail)  # nothing where there is no tail
    hashed = np.empty_like(found)
    hashed[order] = _finished(found ^ lengths.astype(np.uint32))
    return hashed


def _bytes(data: pa.Buffer | None) -> np.ndarray:
    return np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)


def _fewest_bytes(column: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The unscaled values in big-endian bytes, and where in these each begins and how long it is."""
    stored = np.frombuffer(column.buffers()[1], np.uint8).reshape(-1, 16)
    signed = stored[column.offset : column.offset + len(column), ::-1]
    sign = np.where(signed[:, :1] >= 0x80, 0xFF, 0).astype(np.uint8)
    # A byte says nothing when it only repeats the sign, and the byte after it has the same sign.
    idle = (signed[:, :-1] == sign) & ((signed[:, 1:] >= 0x80) == (sign == 0xFF))
    first = np.where(idle.all(axis=1), 15, np.argmin(idle, axis=1))
    starts = np.arange(len(column), dtype=np.int64) * 16 + first
    return np.ascontiguousarray(signed).reshape(-1), starts, 16 - first


def _word(data: np.ndarray, at: np.ndarray) -> np.ndarray:
    words: np.ndarray = data[at]
    for index in range(1, 4):
        words = words | (data[at + index] << np.uint32(8 * index))
    return words


def _mixed(words: np.ndarray) -> np.ndarray:
    mixed: np.ndarray = _rotated(words * _C1, 15) * _C2
    return mixed


def _rotated(words: np.ndarray, bits: int) -> np.ndarray:
    return (words << np.uint32(bits)) | (words >> np.uint32(32 - bits))


def _finished(words: np.ndarray) -> np.ndarray:
    words = (words ^ (words >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    words = (words ^ (words >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    finished: np.ndarray = words ^ (words >> np.uint32(16))
    return finished
