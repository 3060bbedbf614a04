"""The order of rows along a Z-order curve: rows that are near in all of several columns lie near each other.

Source: G. M. Morton, "A Computer Oriented Geodetic Data Base", 1966. Values are replaced by their rank first, so that
each column has a say however its values are spread.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_BITS = 63


def clustered(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    """The rows of the table in Z-order of these columns; equal rows keep their order, NULL comes after all values."""
    bits = min(_BITS // len(columns), max(1, int(table.num_rows).bit_length()))
    code = np.zeros(table.num_rows, np.uint64)
    for place, name in enumerate(reversed(columns)):
        code |= _spread(_ranked(table.column(name), bits), bits, len(columns)) << np.uint64(place)
    return table.take(pa.array(np.argsort(code, kind="stable")))


def _ranked(column: pa.ChunkedArray, bits: int) -> np.ndarray:
    """The share of rows that have a lower value, as a whole number of so many bits."""
    ranks = pc.rank(column, tiebreaker="min").to_numpy().astype(np.uint64)
    shares: np.ndarray = (ranks - np.uint64(1)) * np.uint64(1 << bits) // np.uint64(max(1, len(ranks)))
    return shares


def _spread(numbers: np.ndarray, bits: int, apart: int) -> np.ndarray:
    """The bits of each number, `apart` places from one to the next."""
    found = np.zeros(len(numbers), np.uint64)
    for bit in range(bits):
        found |= ((numbers >> np.uint64(bit)) & np.uint64(1)) << np.uint64(bit * apart)
    return found
