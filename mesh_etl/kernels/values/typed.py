"""What typing a column gives, and how cells are left out of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Typed:
    """The typed column, NULL where a cell was rejected, with a code for each rejected cell (by row index)."""

    values: pa.Array
    bad: dict[int, str] = field(default_factory=dict)


def coded(code: str, rows: np.ndarray) -> dict[int, str]:
    """The code for each row where the mask `rows` is true."""
    return dict.fromkeys(np.flatnonzero(rows).tolist(), code)


def without(cells: pa.Array, rows: np.ndarray) -> pa.Array:
    """The cells, NULL where the mask `rows` is true."""
    return pc.if_else(pa.array(rows), pa.scalar(None, cells.type), cells) if rows.any() else cells


def mask(found: pa.BooleanArray) -> np.ndarray:
    """The answers as a mask; NULL is false."""
    answers: np.ndarray = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return answers


def misshapen(cells: pa.StringArray, regex: str) -> np.ndarray:
    """Which cells do not match; NULL has every shape."""
    fits: np.ndarray = pc.fill_null(pc.match_substring_regex(cells, regex), True).to_numpy(zero_copy_only=False)
    return ~fits
