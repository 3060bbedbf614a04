"""Buckets and truncation as Iceberg's specification has them: its test values, and a second way to the same hash."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.kernels.write.buckets import bucket, hashes
from mesh_etl.kernels.write.truncate import truncated

UTC = datetime.UTC
MASK = 0xFFFFFFFF


def rotated(word, bits):
    return ((word << bits) | (word >> (32 - bits))) & MASK


def murmur3(data):
    """One value at a time, after Austin Appleby's MurmurHash3_x86_32 with seed 0."""
    found, whole = 0, len(data) // 4 * 4
    for start in range(0, whole, 4):
        word = int.from_bytes(data[start : start + 4], "little")
        found ^= rotated(word * 0xCC9E2D51 & MASK, 15) * 0x1B873593 & MASK
        found = (rotated(found, 13) * 5 + 0xE6546B64) & MASK
    tail = int.from_bytes(data[whole:], "little")
    found ^= rotated(tail * 0xCC9E2D51 & MASK, 15) * 0x1B873593 & MASK
    found ^= len(data)
    found = (found ^ found >> 16) * 0x85EBCA6B & MASK
    found = (found ^ found >> 13) * 0xC2B2AE35 & MASK
    return found ^ found >> 16


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (34, pa.int32(), 2017239379),
        (34, pa.int64(), 2017239379),
        (34, pa.int8(), 2017239379),
        (Decimal("14.20"), pa.decimal128(9, 2), -500754589),
        (Decimal("14.20"), pa.decimal128(38, 2), -500754589),
        (datetime.date(2017, 11, 16), pa.date32(), -653330422),
        (datetime.datetime(2017, 11, 16, 22, 31, 8), pa.timestamp("us"), -2047944441),
        (datetime.datetime(2017, 11, 16, 22, 31, 8, tzinfo=UTC), pa.timestamp("us", "UTC"), -2047944441),
        (datetime.datetime(2017, 11, 16, 22, 31, 8, 1), pa.timestamp("us"), -1207196810),
        ("iceberg", pa.string(), 1210000089),
        (uuid.UUID("f79c3e09-677c-4bbd-a479-3f349cb785e7").bytes, pa.binary(), 1488055340),
        (b"\x00\x01\x02\x03", pa.binary(), -188683207),
    ],
)
def test_the_values_of_appendix_b(value, kind, expected):
    found = hashes(pa.array([None, value, None], kind).slice(1, 1))
    assert int(found[0].astype(np.uint32).view(np.int32)) == expected
    assert bucket(pa.array([None, value], kind), 16).to_pylist() == [None, (expected & 0x7FFFFFFF) % 16]


@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=20), st.integers(0, 3))
def test_texts_of_any_length_are_hashed_together_as_one_by_one(texts, skipped):
    found = hashes(pa.array(texts, pa.string()).slice(skipped))
    for text, one in zip(texts[skipped:], found, strict=True):
        assert text is None or int(one) == murmur3(text.encode())


@given(st.lists(st.integers(-(10**38) + 1, 10**38 - 1), max_size=20))
def test_decimals_are_hashed_by_their_fewest_bytes(numbers):
    array = pa.array([Decimal(number) for number in numbers], pa.decimal128(38, 0))
    for number, one in zip(numbers, hashes(array), strict=True):
        least = next(n for n in range(1, 18) if -(1 << 8 * n - 1) <= number < 1 << 8 * n - 1)
        assert int(one) == murmur3(number.to_bytes(least, "big", signed=True))


@given(st.lists(st.one_of(st.none(), st.integers(-(10**38) + 1, 10**38 - 1)), max_size=20), st.integers(1, 2**31 - 1))
def test_decimals_are_cut_downwards(numbers, width):
    array = pa.array([None if one is None else Decimal(one) for one in numbers], pa.decimal128(38, 0))
    for number, cut in zip(numbers, truncated(array, width).cast(pa.string()).to_pylist(), strict=True):
        if number is not None and abs(number - number % width) < 10**38:
            assert int(Decimal(cut)) == number - number % width


@pytest.mark.parametrize(
    ("values", "kind", "width", "cut"),
    [
        ([1, -1, 10, None], pa.int32(), 10, [0, -10, 10, None]),
        ([-128], pa.int8(), 10, [-130]),
        ([2**63 - 1, -1], pa.int64(), 10, [2**63 - 8, -10]),
        ([Decimal("10.65"), Decimal("-0.05")], pa.decimal128(4, 2), 50, [Decimal("10.50"), Decimal("-0.50")]),
        (["iceberg", "é漢𝄞x", "", None], pa.string(), 3, ["ice", "é漢𝄞", "", None]),
    ],
)
def test_the_examples_of_truncation(values, kind, width, cut):
    assert truncated(pa.array(values, kind), width).to_pylist() == cut


@pytest.mark.parametrize("kind", [pa.float64(), pa.bool_(), pa.list_(pa.int64())])
def test_what_has_no_hash_and_no_multiple_is_refused(kind):
    with pytest.raises(TypeError):
        bucket(pa.nulls(1, kind), 4)
    with pytest.raises(TypeError):
        truncated(pa.nulls(1, kind), 4)
