"""Rows along a Z-order curve."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.kernels.write.cluster import clustered


def test_a_square_is_walked_along_the_curve():
    """Four by four cells, in the order of their interleaved bits."""
    table = pa.table({"y": [y for y in range(4) for _ in range(4)], "x": [x for _ in range(4) for x in range(4)]})
    found = clustered(table, ("y", "x"))
    walked = list(zip(found.column("y").to_pylist(), found.column("x").to_pylist(), strict=True))
    assert walked[:8] == [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (0, 3), (1, 2), (1, 3)]
    assert walked[8] == (2, 0)


CELLS = st.tuples(st.one_of(st.none(), st.integers(-9, 9)), st.one_of(st.none(), st.text("abé", max_size=2)))


@given(st.lists(CELLS, max_size=40))
def test_no_row_is_lost_and_equal_ones_keep_their_order(cells):
    columns = {
        "n": pa.array([one for one, _ in cells], pa.int64()),
        "t": pa.array([two for _, two in cells], pa.string()),
    }
    found = clustered(pa.table({**columns, "place": pa.array(range(len(cells)), pa.int64())}), ("n", "t")).to_pylist()
    assert sorted(row["place"] for row in found) == list(range(len(cells)))
    assert all((row["n"], row["t"]) == cells[row["place"]] for row in found)
    places: dict[object, list[int]] = {}
    for row in found:
        places.setdefault((row["n"], row["t"]), []).append(row["place"])
    assert all(group == sorted(group) for group in places.values())


@pytest.mark.parametrize(
    "values",
    [
        [True, None, False],
        [1.5, float("nan"), float("-inf")],
        [Decimal("1.20"), None, Decimal("-3.00")],
        [datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None],
        [b"\xff", b"", None],
    ],
)
def test_every_type_that_has_an_order_has_a_place_on_the_curve(values):
    table = pa.table({"a": values, "b": [3, 2, 1]})
    assert sorted(clustered(table, ("a", "b")).column("b").to_pylist()) == [1, 2, 3]


@pytest.mark.parametrize(("columns", "most"), [(2, 0.35), (3, 0.55)])
def test_a_filter_on_any_column_reads_a_part_of_the_row_groups(columns, most):
    """64 row groups; the filter takes a hundredth of one column's values. Sorted by one, the others read all."""
    draw = np.random.default_rng(7)
    names = [f"c{index}" for index in range(columns)]
    table = pa.table({name: draw.permutation(64_000) for name in names})
    ordered, by_one = clustered(table, names), table.sort_by(names[0])
    for name in names:
        assert _touched(ordered, name) <= most
    assert [_touched(by_one, name) for name in names[1:]] == [1.0] * (columns - 1)


def _touched(table, name):
    groups = table.column(name).to_numpy().reshape(64, 1000)
    return float(np.mean((groups.min(axis=1) < 32_640) & (groups.max(axis=1) >= 32_000)))
