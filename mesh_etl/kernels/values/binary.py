"""Text to bytes: base64 (RFC 4648, padded) or hexadecimal digits of either case, whole columns at a time.

Only the text that an encoder writes is taken: no line ends, no missing padding, no bits that are dropped. Code:
TYPE_FORMAT.
"""

from __future__ import annotations

import string

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.values.characters import cell_bytes
from mesh_etl.kernels.values.typed import Typed, coded, mask, without

_NONE = 255
_PAD = 64


def _values(alphabet: str) -> np.ndarray:
    values = np.full(256, _NONE, np.uint8)
    values[list(alphabet.encode())] = range(len(alphabet))
    return values


_SIXTEEN = np.minimum(_values(string.digits + "abcdef"), _values(string.digits + "ABCDEF"))
_SIXTY_FOUR = _values(string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/=")


def from_hex(text: pa.StringArray) -> Typed:
    """The bytes that the hexadecimal digits spell, two for each."""
    cells, offsets, digits = _signs(text, _SIXTEEN, 2)
    pairs = digits.reshape(-1, 2)
    return _typed(text, cells, offsets // 2, pairs[:, 0] << 4 | pairs[:, 1])


def from_base64(text: pa.StringArray) -> Typed:
    """The bytes that the base64 text spells."""
    cells, offsets, six = _signs(text, _SIXTY_FOUR, 4)
    padded = np.flatnonzero(six.reshape(-1, 4)[:, 3] == _PAD)
    wrong = _wrong_padding(offsets, six, padded)
    if wrong.any():
        cells, offsets, six = _signs(without(cells, wrong), _SIXTY_FOUR, 4)
        padded = np.flatnonzero(six.reshape(-1, 4)[:, 3] == _PAD)
    groups = six.reshape(-1, 4)
    twice = padded[groups[padded, 2] == _PAD]
    found = np.empty((len(groups), 3), np.uint8)
    found[:, 0] = groups[:, 0] << 2 | groups[:, 1] >> 4
    found[:, 1] = groups[:, 1] << 4 | groups[:, 2] >> 2
    found[:, 2] = groups[:, 2] << 6 | groups[:, 3]
    kept = np.ones(found.size, bool)
    kept[padded * 3 + 2] = False
    kept[twice * 3 + 1] = False
    dropped = np.searchsorted(padded * 4, offsets) + np.searchsorted(twice * 4, offsets)
    return _typed(text, cells, offsets // 4 * 3 - dropped, found.ravel()[kept])


def _wrong_padding(offsets: np.ndarray, six: np.ndarray, padded: np.ndarray) -> np.ndarray:
    """Which cells have a padding sign elsewhere than at the end, or bits before it that would be dropped."""
    wrong = np.zeros(len(offsets) - 1, bool)
    groups = six.reshape(-1, 4)[padded]
    end = np.zeros(len(six) // 4 + 1, bool)
    end[offsets // 4] = True
    one = (groups[:, 2] < _PAD) & (groups[:, 2] & 3 == 0)
    two = (groups[:, 2] == _PAD) & (groups[:, 1] & 15 == 0)
    fine = end[padded + 1] & (groups[:, :2] < _PAD).all(axis=1) & (one | two)
    wrong[np.searchsorted(offsets, padded[~fine] * 4, side="right") - 1] = True
    signs = np.flatnonzero(six == _PAD)
    before = signs[six[signs | 3] != _PAD]  # a sign in a group that does not end in one
    wrong[np.searchsorted(offsets, before, side="right") - 1] = True
    return wrong


def _signs(text: pa.StringArray, alphabet: np.ndarray, step: int) -> tuple[pa.StringArray, np.ndarray, np.ndarray]:
    """The cells of whole groups of the alphabet's signs, the others NULL; where they begin, and their signs' values."""
    offsets, data = cell_bytes(pc.fill_null(text, ""))  # no bytes may stand under a NULL, or groups would not align
    values = alphabet[data]
    bad = (offsets[1:] - offsets[:-1]) % step != 0
    if len(values) and values.max() == _NONE:
        bad[np.searchsorted(offsets, np.flatnonzero(values == _NONE), side="right") - 1] = True
    return _signs(without(text, bad), alphabet, step) if bad.any() else (text, offsets, values)


def _typed(text: pa.StringArray, cells: pa.StringArray, offsets: np.ndarray, data: np.ndarray) -> Typed:
    """The bytes of `cells`; what is NULL there and not in `text` has been rejected."""
    buffers = [
        pa.array(mask(pc.is_valid(cells))).buffers()[1],
        pa.py_buffer(np.ascontiguousarray(offsets, np.int32)),
        pa.py_buffer(np.ascontiguousarray(data)),
    ]
    bad = mask(pc.and_(pc.is_valid(text), pc.is_null(cells)))
    return Typed(pa.Array.from_buffers(pa.binary(), len(text), buffers), coded("TYPE_FORMAT", bad))
