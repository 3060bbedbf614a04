"""Equal keys have equal hashes, however the columns that hold them are cut and stored."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.kernels.write.hashing import is_exact, key_hashes

CELLS = {
    "string": (pa.string(), st.text(max_size=5)),
    "binary": (pa.binary(), st.binary(max_size=5)),
    "bigint": (pa.int64(), st.integers(-(1 << 63), (1 << 63) - 1)),
    "tinyint": (pa.int8(), st.integers(-128, 127)),
    "boolean": (pa.bool_(), st.booleans()),
    "double": (pa.float64(), st.floats(allow_nan=False)),
    "float": (pa.float32(), st.floats(width=32, allow_nan=False)),
    "decimal": (pa.decimal128(20, 3), st.decimals(-(10**16), 10**16, places=3, allow_nan=False)),
    "date": (pa.date32(), st.dates()),
    "timestamp": (pa.timestamp("us", "UTC"), st.datetimes(timezones=st.just(datetime.UTC))),
    "array": (pa.list_(pa.int32()), st.lists(st.integers(0, 3), max_size=2)),
}


@st.composite
def columns(draw):
    kind, cell = CELLS[draw(st.sampled_from(sorted(CELLS)))]
    return kind, draw(st.lists(st.one_of(st.none(), cell), min_size=1, max_size=20))


def hashes(cells, kind):
    found, complete = key_hashes(pa.RecordBatch.from_arrays([pa.array(cells, kind)], ["k"]), ["k"])
    assert list(complete) == [cell is not None for cell in cells]
    return [int(one) for one in found]


@given(column=columns(), cut=st.integers(0, 20))
@settings(deadline=None)
def test_a_hash_depends_on_the_value_alone(column, cut):
    kind, cells = column
    whole = hashes(cells, kind)
    batch = pa.RecordBatch.from_arrays([pa.array([cells[0], *cells, cells[-1]], kind)], ["k"])
    part, _ = key_hashes(batch.slice(1 + min(cut, len(cells)), len(cells) - min(cut, len(cells))), ["k"])
    assert [int(one) for one in part] == whole[cut:]
    assert whole == [hashes([cell], kind)[0] for cell in cells]


@given(st.lists(st.tuples(st.text(max_size=4), st.integers(-5, 5)), min_size=1, max_size=30, unique=True))
def test_different_keys_differ(keys):
    batch = pa.RecordBatch.from_pydict({"a": [one for one, _ in keys], "b": [two for _, two in keys]})
    found, complete = key_hashes(batch, ["a", "b"])
    assert len(np.unique(found)) == len(keys)
    assert complete.all()


def test_the_order_of_the_columns_and_the_borders_between_them_count():
    batch = pa.RecordBatch.from_pydict({"a": ["ab", "a"], "b": ["c", "bc"]})
    (first, second), _ = key_hashes(batch, ["a", "b"])
    (turned, _), _ = key_hashes(batch, ["b", "a"])
    assert len({first, second, turned}) == 3


def test_a_key_with_a_null_in_it_is_not_complete():
    batch = pa.RecordBatch.from_pydict({"a": [1, None, 1, None], "b": ["x", "x", None, None]})
    _, complete = key_hashes(batch, ["a", "b"])
    assert complete.tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (pa.float64(), 0.0, -0.0),
        (pa.float32(), 0.0, -0.0),
        (pa.float64(), math.nan, -math.nan),
        (pa.float32(), math.nan, -math.nan),
    ],
)
def test_equal_numbers_with_different_bits_are_equal_keys(kind, one, other):
    assert hashes([one], kind) == hashes([other], kind)


@pytest.mark.parametrize(("wide", "narrow", "value"), [(pa.int64(), pa.int8(), -3), (pa.float64(), pa.float32(), 0.5)])
def test_a_number_has_the_same_hash_in_every_width(wide, narrow, value):
    assert hashes([value], wide) == hashes([value], narrow)


def test_neighbours_do_not_collide():
    numbers = pa.RecordBatch.from_pydict({"k": list(range(100_000)), "d": [Decimal(n) for n in range(100_000)]})
    texts = pa.RecordBatch.from_pydict({"k": [str(n) for n in range(100_000)]})
    for batch, name in ((numbers, "k"), (numbers, "d"), (texts, "k")):
        assert len(np.unique(key_hashes(batch, [name])[0])) == 100_000


@pytest.mark.parametrize("kind", [pa.int8(), pa.int64(), pa.bool_(), pa.date32(), pa.timestamp("us", tz="UTC")])
def test_hashes_of_one_short_column_are_as_good_as_its_values(kind):
    assert is_exact([kind])


@pytest.mark.parametrize(
    "kinds", [[pa.int64(), pa.int64()], [pa.string()], [pa.float64()], [pa.decimal128(10, 2)], [pa.list_(pa.int8())]]
)
def test_hashes_of_other_keys_need_a_second_look(kinds):
    assert not is_exact(kinds)


def test_every_step_of_an_exact_hash_can_be_undone():
    """The hash of a whole number, backwards: so no two numbers share one."""
    numbers = np.array([0, 1, -1, 2**63 - 1, -(2**63), 123_456_789], np.int64)
    hashes, _ = key_hashes(pa.RecordBatch.from_arrays([pa.array(numbers)], ["k"]), ["k"])
    words = hashes ^ (hashes >> np.uint64(31)) ^ (hashes >> np.uint64(62))
    words = words * np.uint64(pow(0x94D049BB133111EB, -1, 1 << 64))
    words = words ^ (words >> np.uint64(27)) ^ (words >> np.uint64(54))
    words = words * np.uint64(pow(0xBF58476D1CE4E5B9, -1, 1 << 64))
    words = words ^ (words >> np.uint64(30)) ^ (words >> np.uint64(60))
    start = np.full(1, np.uint64(1469598103934665603)) * np.uint64(0x100000001B3)
    assert (words ^ start).view(np.int64).tolist() == numbers.tolist()
