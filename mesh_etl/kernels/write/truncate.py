"""Values cut to a width, as Iceberg's specification has them ("Truncate Transform Details")."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_HALF = 1 << 64


def truncated(column: pa.Array, width: int) -> pa.Array:
    """A text's first `width` characters; of a number the multiple of `width` at or below it: of -1 and 10 it is -10.

    A decimal is cut as the whole number of its digits: 10.65 to 50 is 10.50. Raises `TypeError` for other types.
    """
    kind = column.type
    if pa.types.is_string(kind):
        return pc.utf8_slice_codeunits(column, 0, width)
    if pa.types.is_decimal128(kind):
        return _decimals(column, width)
    if not pa.types.is_integer(kind):
        raise TypeError(f"no truncation of {kind}")
    numbers = column.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    cut = numbers - np.mod(numbers, width)
    wide = pa.int64() if kind.bit_width == 64 else pa.int32()  # below the lowest tinyint there is room for a multiple
    exact = cut.astype(np.int64 if kind.bit_width == 64 else np.int32)
    return pa.array(exact, wide, mask=column.is_null().to_numpy(zero_copy_only=False))


def _decimals(column: pa.Array, width: int) -> pa.Array:
    """The unscaled values, two words each, less their remainder."""
    stored = np.frombuffer(column.buffers()[1], np.uint64).reshape(-1, 2)
    words = stored[column.offset : column.offset + len(column)].copy()
    low, high = words[:, 0], words[:, 1].view(np.int64)
    remainder = (np.mod(high, width) * (_HALF % width) + (low % np.uint64(width)).astype(np.int64)) % width
    rest = remainder.astype(np.uint64)
    words[:, 1] -= (low < rest).astype(np.uint64)
    words[:, 0] = low - rest
    buffers = [None, pa.py_buffer(words)]
    whole = pa.Array.from_buffers(column.type, len(column), buffers)
    return pc.if_else(column.is_valid(), whole, pa.scalar(None, column.type))
