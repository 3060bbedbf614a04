"""Decimals of up to 18 digits from plain text, for half of what Arrow's own cast costs: by way of whole numbers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.values.characters import cell_bytes

_DIGITS = 18  # what 64 bits hold in any case


def short_decimals(text: pa.StringArray, target: pa.Decimal128Type) -> pa.Array | None:
    """The cells as decimals where all have as many digits after the point, or none; None where that is not so.

    The cells are plain (see `numbers.py`): digits, points and minus signs, with a digit at either end.
    """
    if text.null_count or not len(text) or target.precision > _DIGITS:
        return None
    offsets, data = cell_bytes(text)
    digits = data.tobytes().translate(None, b".")
    points = len(data) - len(digits)
    fraction = 0
    if points:
        ends = offsets[1:]
        fraction = int(offsets[1]) - 1 - bytes(data[: offsets[1]]).rfind(b".")
        places = ends - (fraction + 1)
        if points != len(text) or fraction > target.scale or (places < offsets[:-1]).any():
            return None
        if not (data[places] == 46).all():
            return None
        offsets = offsets - np.arange(len(text) + 1, dtype=np.int32)
    if int((offsets[1:] - offsets[:-1]).max()) > _DIGITS:
        return None
    try:
        whole = pa.StringArray.from_buffers(len(text), pa.py_buffer(offsets), pa.py_buffer(digits))
        numbers = pc.cast(whole, pa.int64()).to_numpy()
    except pa.ArrowInvalid:
        return None
    shift = 10 ** (target.scale - fraction)
    if max(int(numbers.max()), -int(numbers.min())) * shift >= 10**target.precision:
        return None
    halves = np.empty((len(text), 2), np.int64)
    np.multiply(numbers, shift, out=halves[:, 0])
    np.right_shift(halves[:, 0], 63, out=halves[:, 1])
    return pa.Array.from_buffers(target, len(text), [None, pa.py_buffer(halves)])
