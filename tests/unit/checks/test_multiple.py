"""What is a whole multiple of what."""

from __future__ import annotations

import math
import random
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from mesh_etl.checks.multiple import Multiple


def broken(step, values, kind):
    mask = Multiple("r", "c", True, Decimal(step)).wrong(pa.array(values, kind))
    return [] if mask is None else mask.to_pylist()


@pytest.mark.parametrize(
    ("step", "values", "kind", "wanted"),
    [
        ("3", [0, 3, -6, 4, None], pa.int8(), [False, False, False, True, None]),
        ("0.5", [1, -7, None], pa.int32(), [False, False, None]),
        ("1.5", [3, 4, -(2**63)], pa.int64(), [False, True, True]),
        ("1e30", [0, 2**62], pa.int64(), [False, True]),
        ("0.05", [Decimal("1.15"), Decimal("1.16"), None], pa.decimal128(5, 2), [False, True, None]),
        ("0.003", [Decimal("0.03"), Decimal("0.01")], pa.decimal128(5, 2), [False, True]),
        ("7", [Decimal(7 * 10**36), Decimal(7 * 10**36 + 1), -Decimal(7 * 10**36)], pa.decimal128(38, 0),
         [False, True, False]),
        ("0.1", [0.3, 0.1 + 0.2, -0.7, 1e22, 1e300, math.nan, math.inf, None], pa.float64(),
         [False, True, False, False, False, True, True, None]),
        ("0.01", [0.07, 1.005, 4.35, 8192.13, 16777216.0], pa.float32(), [False, True, False, False, False]),
        ("1e-25", [1e-25, 1.5e-25], pa.float64(), [False, True]),
        ("3", [3e15, 3e15 + 1, 1e16], pa.float64(), [False, True, True]),
        ("2", [], pa.float64(), []),
    ],
)  # fmt: skip
def test_multiples(step, values, kind, wanted):
    assert broken(step, values, kind) == wanted


def test_floats_are_counted_as_they_are_spelled():
    chosen = random.Random(7)
    for step in ("0.01", "0.25", "5", "0.0001", "12.5"):
        cells = [chosen.choice([1, -1]) * round(chosen.uniform(0, 10 ** chosen.randint(0, 18)), chosen.randint(0, 6))
                 for _ in range(300)]  # fmt: skip
        cells += [cell * float(step) for cell in range(50)]
        for kind in (np.float64, np.float32):
            values = np.array(cells, kind)
            wanted = [Decimal(str(value)) % Decimal(step) != 0 for value in values]
            assert broken(step, values, None) == wanted


def test_a_slice_is_read_where_it_begins():
    whole = pa.array([Decimal("0.01"), Decimal("0.05"), Decimal("0.06")], pa.decimal128(5, 2))
    mask = Multiple("r", "c", True, Decimal("0.05")).wrong(whole.slice(1, 1))
    assert mask.to_pylist() == [False]
