"""Sketches say about what the data says, and what is merged from parts says what the whole says."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.kernels.write.hashing import key_hashes
from mesh_etl.kernels.write.sketches import Distinct, Quantiles


def hashes(values):
    return key_hashes(pa.RecordBatch.from_pydict({"it": values}), ("it",))[0]


@pytest.mark.parametrize("count", [0, 1, 2, 100, 3_000, 12_000, 200_000])
def test_distinct_values_are_estimated(count):
    sketch = Distinct()
    sketch.add(hashes(pa.array(np.arange(count), pa.int64())))
    sketch.add(hashes(pa.array(np.arange(count), pa.int64())))
    assert sketch.estimate() == pytest.approx(count, rel=0.06, abs=0.01)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=200), max_size=5))
def test_merged_distinct_sketches_are_that_of_the_whole(parts):
    whole, merged = Distinct(), Distinct()
    for part in parts:
        whole.add(hashes(pa.array(part, pa.int64())))
        one = Distinct()
        one.add(hashes(pa.array(part, pa.int64())))
        merged.merge(Distinct.from_bytes(one.to_bytes()))
    assert (merged.registers == whole.registers).all()


@settings(deadline=None)
@given(st.binary(min_size=8, max_size=64).map(lambda data: np.frombuffer(data[: len(data) // 8 * 8], np.uint64)))
def test_every_hash_has_a_register(found):
    sketch = Distinct()
    sketch.add(found)
    expected = np.zeros(4096, np.uint8)
    for value in found.tolist():
        rest = value & ((1 << 52) - 1)
        expected[value >> 52] = max(expected[value >> 52], 53 - rest.bit_length())
    assert (sketch.registers == expected).all()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("batch", [1_000, 65_536])
def test_ranks_are_off_by_little(seed, batch):
    numbers = np.random.default_rng(seed).lognormal(size=200_000)
    sketch = Quantiles()
    for start in range(0, len(numbers), batch):
        sketch.add(numbers[start : start + batch])
    for share in (0.01, 0.25, 0.5, 0.9, 0.99):
        assert (numbers <= sketch.at(share)).mean() == pytest.approx(share, abs=0.02)
    assert sum(map(len, sketch.levels)) < 1_000


@pytest.mark.parametrize("order", ["sorted", "reversed"])
def test_order_does_not_mislead(order):
    numbers = np.arange(100_000.0)[:: -1 if order == "reversed" else 1]
    sketch = Quantiles()
    for start in range(0, len(numbers), 700):
        sketch.add(numbers[start : start + 700])
    assert sketch.at(0.5) == pytest.approx(50_000, abs=2_000)


@settings(deadline=None)
@given(st.lists(st.lists(st.floats(-1e9, 1e9), max_size=300), max_size=8))
def test_merged_quantiles_weigh_what_the_parts_weigh(parts):
    merged = Quantiles()
    for part in parts:
        one = Quantiles()
        one.add(np.array(part))
        merged.merge(Quantiles.from_bytes(one.to_bytes()))
    assert sum(len(items) << level for level, items in enumerate(merged.levels)) == sum(map(len, parts))
    whole = [number for part in parts for number in part]
    if len(whole) <= 200:
        assert merged.at(1) == (max(whole) if whole else None)


def test_merged_quantiles_rank_as_the_whole():
    numbers = np.random.default_rng(1).normal(size=100_000)
    merged = Quantiles()
    for part in np.split(numbers, 50):
        one = Quantiles()
        one.add(part)
        merged.merge(one)
    for share in (0.1, 0.5, 0.9):
        assert (numbers <= merged.at(share)).mean() == pytest.approx(share, abs=0.02)
