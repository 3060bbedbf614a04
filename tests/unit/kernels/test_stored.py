"""Stored columns become the contract's, exactly, or their rows have a verdict."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.contract.types import parse
from mesh_etl.kernels.schema import arrow
from mesh_etl.kernels.stored.exact import AS_STORED, exact
from mesh_etl.kernels.values.text_rules import PLAIN_TEXT, TextRules

LAST = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)


def verdicts(cells, stored, wanted, rules=PLAIN_TEXT):
    found = exact(pa.array(cells, stored), parse(wanted), rules)
    assert found.values.type == arrow(parse(wanted))
    assert len(found.values) == len(cells)
    return found.bad


@pytest.mark.parametrize(
    ("stored", "cells", "wanted", "bad"),
    [
        (pa.timestamp("s"), [0, 253_402_300_799, 253_402_300_800, None], "timestamp_ntz", {2: "TYPE_OVERFLOW"}),
        (pa.timestamp("s"), [-(2**63), 2**63 - 1], "timestamp_ntz", {0: "TYPE_OVERFLOW", 1: "TYPE_OVERFLOW"}),
        (pa.timestamp("us", "UTC"), [LAST.replace(tzinfo=datetime.UTC), -(2**62)], "timestamp", {1: "TYPE_OVERFLOW"}),
        (pa.timestamp("ns", "UTC"), [1_000, 999, -1_000], "timestamp", {1: "VALUE_LOSS"}),
        (pa.date64(), [86_400_000, None], "date", {}),
        (pa.time64("ns"), [1_000, 1, 86_400_000_000_000], "string", {1: "VALUE_LOSS", 2: "TYPE_OVERFLOW"}),
        (pa.decimal128(5, 2), [Decimal("1.25"), None], "decimal(5,2)", {}),
        (pa.decimal256(50, 3), [Decimal("1.250"), Decimal("1.255"), Decimal("1e30")], "decimal(5,2)",
         {1: "DECIMAL_SCALE", 2: "TYPE_OVERFLOW"}),
        (pa.uint64(), [2**64 - 1], "decimal(20,0)", {}),
        (pa.int64(), [1, 2**31], "int", {1: "TYPE_OVERFLOW"}),
        (pa.map_(pa.string(), pa.int32()), [[("a", 1), ("a", 2)], [("a", 1)], None], "map<string,int>",
         {0: "DUPLICATE_KEY"}),
        (pa.map_(pa.string(), pa.string()), [[("a\0", "x")], [("a", "x\0")], [("a", "x")]], "map<string,string>",
         {0: "CONTROL_CHAR", 1: "CONTROL_CHAR"}),
        (pa.list_(pa.list_(pa.string())), [[["a"], None], [["a", "\x7f"]], [], None], "array<array<string>>",
         {1: "CONTROL_CHAR"}),
        (pa.struct([("b", pa.string()), ("a", pa.timestamp("ns"))]), [{"a": 1, "b": "x"}, {"a": None, "b": "x"}, None],
         "struct<a:timestamp_ntz,b:string>", {0: "VALUE_LOSS"}),
        (pa.large_list(pa.int8()), [[1], None], "array<bigint>", {}),
        (pa.list_(pa.int8(), 2), [[1, 2], None], "array<bigint>", {}),
        (pa.null(), [None, None], "struct<a:int>", {}),
    ],
)  # fmt: skip
def test_what_does_not_fit_has_a_code(stored, cells, wanted, bad):
    assert verdicts(cells, stored, wanted) == bad


def test_a_decimal_that_has_more_digits_than_it_claims_is_refused():
    wide = pa.array([Decimal("999.99"), Decimal("1000.00"), Decimal("-1000.00")], pa.decimal128(38, 2))
    claims = pa.Array.from_buffers(pa.decimal128(5, 2), 3, wide.buffers())
    assert exact(claims, parse("decimal(5,2)"), PLAIN_TEXT).bad == {1: "TYPE_OVERFLOW", 2: "TYPE_OVERFLOW"}


def test_dates_that_are_no_whole_days_are_refused():
    halves = pa.array([43_200_000, 0], pa.int64()).view(pa.date64())
    assert exact(halves, parse("date"), PLAIN_TEXT).bad == {0: "VALUE_LOSS"}


def test_clocks_become_moments_only_in_a_declared_zone():
    clocks = pa.array([datetime.datetime(2024, 6, 1, 14), None, datetime.datetime(2024, 3, 31, 2, 30)])
    found = exact(clocks, parse("timestamp"), TextRules(timezone="Europe/Berlin"))
    assert found.values.to_pylist() == [datetime.datetime(2024, 6, 1, 12, tzinfo=datetime.UTC), None, None]
    assert found.bad == {2: "TS_FORMAT"}
    with pytest.raises(TypeError):
        exact(clocks, parse("timestamp"), PLAIN_TEXT)


def test_a_zone_that_moves_a_clock_out_of_the_calendar_refuses_it():
    clocks = pa.array([datetime.datetime(9999, 12, 31, 23), datetime.datetime(1, 1, 1)], pa.timestamp("us"))
    found = exact(clocks, parse("timestamp"), TextRules(timezone="America/New_York"))
    assert found.bad == {0: "TYPE_OVERFLOW"}


def test_what_is_in_a_table_is_not_judged_again():
    assert verdicts(["a\0", "e\u0301"], pa.string(), "string", AS_STORED) == {}


def test_slices_keep_their_places():
    column = pa.array([["x"], None, ["a", "b\0"], []], pa.list_(pa.string()))[1:]
    found = exact(column, parse("array<string>"), PLAIN_TEXT)
    assert found.bad == {1: "CONTROL_CHAR"}
    assert found.values.to_pylist()[0] is None
    assert found.values.to_pylist()[2] == []


SCALARS = {
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "string": st.text(st.characters(min_codepoint=32, max_codepoint=126)),
    "boolean": st.booleans(),
    "date": st.dates(),
    "timestamp_ntz": st.datetimes(),
    "decimal(12,4)": st.decimals(-(10**7), 10**7, places=4),
    "binary": st.binary(max_size=5),
}


def nested(kinds):
    name, inner = kinds
    rare = st.none() | inner
    return st.sampled_from([
        (name, inner),
        (f"array<{name}>", st.lists(rare, max_size=3)),
        (f"map<string,{name}>", st.dictionaries(SCALARS["string"], rare, max_size=3).map(dict.items).map(list)),
        (f"struct<b:{name},a:int>", st.fixed_dictionaries({"b": rare, "a": st.none() | st.integers(0, 9)})),
    ])  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.data())
def test_every_value_of_a_type_is_taken_as_it_is(data):
    kind = data.draw(st.sampled_from(sorted(SCALARS)).map(lambda name: (name, SCALARS[name])))
    for _ in range(data.draw(st.integers(0, 2))):
        kind = data.draw(nested(kind))
    name, values = kind
    cells = data.draw(st.lists(st.none() | values, max_size=6))
    column = pa.array(cells, arrow(parse(name)))
    found = exact(column, parse(name), PLAIN_TEXT)
    assert found.bad == {}
    assert found.values.equals(column)
    found.values.validate(full=True)


def test_a_million_plain_cells_are_only_looked_at_once():
    column = pa.array(np.arange(1000))
    assert exact(column, parse("bigint"), PLAIN_TEXT).values is column


@pytest.mark.parametrize(
    ("stored", "wanted"), [(pa.float64(), "double"), (pa.float32(), "double"), (pa.float32(), "float")]
)
def test_of_numbers_that_are_none_there_is_one(stored, wanted):
    """Engines put one with a sign before all numbers, and take it for another key."""
    found = exact(pa.array([np.nan, -np.nan, -0.0, None, -np.inf], stored), parse(wanted), PLAIN_TEXT).values
    signs = np.signbit(found.to_numpy(zero_copy_only=False))
    assert (signs[:3].tolist(), bool(signs[4]), found.null_count) == ([False, False, True], True, 1)
