"""The quick way to decimals gives what the exact way gives, or leaves it to that."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.kernels.values.short_decimals import short_decimals


@given(
    cells=st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=20),
    fraction=st.integers(0, 3),
    target=st.sampled_from([(15, 2), (18, 0), (5, 3), (18, 18), (9, 3)]),
)
@settings(max_examples=200, deadline=None)
def test_it_agrees_with_the_exact_cast(cells, fraction, target):
    text = pa.array([format(Decimal(cell).scaleb(-fraction), "f") for cell in cells], pa.string())
    found = short_decimals(text, pa.decimal128(*target))
    try:
        wanted = pc.cast(text, pa.decimal128(*target))
    except pa.ArrowInvalid:
        assert found is None
    else:
        assert found is None or found.equals(wanted)


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["1.50", "-0.25", "0.00", "-0.00"], ["1.50", "-0.25", "0.00", "0.00"]),
        (["1", "-2", "0"], ["1.00", "-2.00", "0.00"]),
        (["1.5", "-2.5"], ["1.50", "-2.50"]),
        (["9999999999999.99", "-9999999999999.99"], ["9999999999999.99", "-9999999999999.99"]),
        (["10000000000000.00"], None),
        (["99999999999999999999"], None),
        (["1.5", "2.25"], None),
        (["1.5", "2"], None),
        (["1.2.3", "45"], None),
        (["1..2", "1.2."], None),
        (["1.-2"], None),
        (["1/2"], None),
        (["--1"], None),
        (["-"], None),
        ([""], None),
        ([".50", "1.50"], None),
        (["-.50", "1.50"], None),
        (["1.", "2."], None),
        (["01.50", "1.50"], None),
        (["-00.50"], None),
        (["007"], None),
        (["0x1F"], None),
        (["+1"], None),
        (["1.255"], None),
        (["1.50", None], None),
        ([], None),
    ],
)
def test_it_takes_what_is_plain_and_leaves_the_rest(cells, wanted):
    found = short_decimals(pa.array(cells, pa.string()), pa.decimal128(15, 2))
    assert (found if found is None else [str(one) for one in found.to_pylist()]) == wanted


def test_it_reads_a_slice():
    text = pa.array(["x", "1.50", "2.25", "y"], pa.string())[1:3]
    assert short_decimals(text, pa.decimal128(5, 2)).to_pylist() == [Decimal("1.50"), Decimal("2.25")]
