"""Decimals of up to 18 digits from plain text, for half of what Arrow's own cast costs: by way of whole numbers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.values.characters import cell_bytes

_DIGITS = 18  # what 64 bits hold in any case


def short_decimals(text: pa.StringArray, target: pa.Decimal128Type, mark: str = ".") -> pa.Array | None:
    """The cells as decimals where all are plain (see `numbers.py`) and have as many digits after the point, or none.

    None where that is not so, where a cell is NULL, and where a cell with a point meets another decimal mark.
    """
    if text.null_count or not len(text) or target.precision > _DIGITS:
        return None
    offsets, data = cell_bytes(text)
    starts, ends = offsets[:-1], offsets[1:]
    if int((ends - starts).min()) == 0 or data.min() < 45 or data.max() > 57:
        return None
    digits = data.tobytes().translate(None, b".")
    points = len(data) - len(digits)
    fraction = 0
    places = ends
    if points:
        fraction = int(ends[0]) - 1 - bytes(data[: ends[0]]).rfind(b".")
        places = ends - (fraction + 1)
        if mark != "." or points != len(text) or not 1 <= fraction <= target.scale or (places < starts).any():
            return None
        if not (data[places] == 46).all():
            return None
        offsets = offsets - np.arange(len(text) + 1, dtype=np.int32)
    if not _begins_well(data, starts, places) or int((offsets[1:] - offsets[:-1]).max()) > _DIGITS:
        return None
    try:  # a slash, or a minus inside, is refused by the cast
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


def _begins_well(data: np.ndarray, starts: np.ndarray, places: np.ndarray) -> bool:
    """Whether each number has a digit before its end or point, and no superfluous zero."""
    first = data[starts]
    minus = first == 45
    if minus.any():
        starts = starts + minus
        if (starts >= places).any():
            return False
        first = data[starts]
    before = places - starts
    return not ((before < 1) | ((first == 48) & (before > 1))).any()
