"""Lists, objects, vectors and times, in slices of batches and at their edges."""

from __future__ import annotations

import importlib
import math
import pickle
import sys

import pyarrow as pa
import pytest

from mesh_etl.checks.custom.checksum import Checksum
from mesh_etl.checks.distinct import DistinctItems
from mesh_etl.checks.size import Dimensions, Size, UnitLength
from mesh_etl.checks.time import TimeRange


def hits(rule, values):
    mask = rule.wrong(values)
    return [False] * len(values) if mask is None else [bool(one) for one in mask.to_pylist()]


LISTS = pa.array([[0, 0], [1, 2], None, [], [1, 1, None], [None, None], [3, 1, 3]], pa.list_(pa.int32()))
ITEMS = pa.struct([("a", pa.int32()), ("b", pa.string())])


@pytest.mark.parametrize(("start", "length"), [(0, 7), (1, 5), (3, 0), (6, 1)])
def test_items_that_repeat(start, length):
    wanted = [True, False, False, False, True, True, True]
    assert hits(DistinctItems("r", "c", True), LISTS.slice(start, length)) == wanted[start : start + length]


def test_items_that_are_objects_are_equal_when_all_their_fields_are():
    one, other, none = {"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": None, "b": None}
    values = pa.array([[one, other], [one, other, one], [None, none], [none, none]], pa.list_(ITEMS))
    assert hits(DistinctItems("r", "c", True), values) == [False, True, False, True]


def test_zero_is_zero_whatever_its_sign():
    assert hits(DistinctItems("r", "c", True), pa.array([[0.0, -0.0], [0.0, 1.0]])) == [True, False]


def test_sizes_of_lists_and_objects():
    assert hits(Size("r", "c", True, 2, 2), LISTS.slice(1)) == [False, False, True, True, False, True]
    people = pa.array([{"a": 1, "b": None}, None, {"a": None, "b": None}, {"a": 1, "b": "x"}], ITEMS)
    assert hits(Size("r", "c", True, 1, 1), people) == [False, False, True, True]
    assert hits(Size("r", "c", True, 1, 1), people.slice(2)) == [True, True]


def test_vectors():
    vectors = pa.array([[1.0, 0.0], [1.0], None, [0.6, None], [math.nan, 0.0], [0.6, 0.8]], pa.list_(pa.float32()))
    assert hits(Dimensions("r", "c", True, 2), vectors) == [False, True, False, True, False, False]
    assert hits(Dimensions("r", "c", True, 2), vectors.slice(3)) == [True, False, False]
    assert hits(UnitLength("r", "c", True, 1e-3), vectors.slice(1)) == [False, False, True, True, False]
    assert hits(Dimensions("r", "c", True, 9), pa.array([b"ab", b"a", None])) == [False, True, False]


def test_times_are_compared_as_times():
    rule = TimeRange("r", "c", True, ("09:00:00", True), ("10:00:00.5", False), False)
    times = ["09:00:00", "08:59:59", "10:00:00.49", "10:00:00.500", "9:30", None]
    assert hits(rule, pa.array(times)) == [False, True, False, True, False, False]
    rounds = ["10:20:30", "10:20:31", "10:20:29.9", "10:20:30.000001", "10:20:30.0", "10:20:00", "20:00:00"]
    exact = TimeRange("r", "c", True, ("10:20:30", True), ("10:20:30", True), False)
    assert hits(exact, pa.array(rounds)) == [False, True, True, True, False, True, True]
    zoned = TimeRange("r", "c", True, ("00:00:00Z", True), None, True)
    assert hits(zoned, pa.array(["05:00:00+05:30", "05:30:00+05:30", "23:00:00-02:00"])) == [True, False, False]


@pytest.mark.parametrize(
    ("algorithm", "good", "bad"),
    [
        ("luhn", ["18", "79927398713", "4" + "1" * 15], ["", "1", "0x18", "79927398710", "1" * 41, "\uff11\uff18"]),
        ("gtin", ["73513537", "036000291452", "4006381333931", "00012345600012"], ["4006381333932", "735135", "x"]),
        ("iban", ["GB82WEST12345698765432", "NO9386011117947", "MT84MALT011000012345MTLCAST001S"],
         ["GB82WEST12345698765433", "gb82WEST12345698765432", "GB8", "GB82 WEST 1234 5698 7654 32"]),
        ("lei", ["5493001KJTIIGC8Y1R12"], ["5493001KJTIIGC8Y1R21", "5493001KJTIIGC8Y1R1"]),
    ],
)  # fmt: skip
def test_check_digits(algorithm, good, bad):
    check = Checksum(algorithm=algorithm)
    values = pa.array([None, *good, *bad, None])
    assert check.wrong(values).to_pylist() == [None, *[False] * len(good), *[True] * len(bad), None]
    assert check.wrong(values.slice(1, 2)).to_pylist() == check.wrong(values).to_pylist()[1:3]
    assert check.wrong(pa.array([], pa.string())).to_pylist() == []


def test_a_check_travels_with_the_folder_of_its_module(tmp_path, monkeypatch):
    package = tmp_path / "travelling"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from mesh_etl.checks.custom import ValueCheck\n"
        "class Away(ValueCheck):\n"
        "    type: str = 'away'\n"
        "    n: int = 0\n"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    packed = pickle.dumps(importlib.import_module("travelling").Away(n=7))
    monkeypatch.setattr(sys, "path", [one for one in sys.path if one != str(tmp_path)])
    monkeypatch.delitem(sys.modules, "travelling")
    importlib.invalidate_caches()
    restored = pickle.loads(packed)
    assert (type(restored).__name__, restored.n) == ("Away", 7)
    monkeypatch.delitem(sys.modules, "travelling")
