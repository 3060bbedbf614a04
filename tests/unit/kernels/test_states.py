"""States of columns: merged from parts they are that of the whole, and they survive being stored."""

from __future__ import annotations

import datetime
from collections import Counter
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.kernels.write.states import STATES, ColumnState, Kept, Marks, TableStates

COLUMNS = {
    "whole": st.none() | st.integers(-(2**63), 2**63 - 1),
    "exact": st.none() | st.decimals(-1000, 1000, places=2),
    "float": st.none() | st.floats(width=32),
    "text": st.none() | st.text(max_size=3),
    "day": st.none() | st.dates(),
    "moment": st.none() | st.datetimes(),
    "list": st.none() | st.lists(st.integers(0, 9), max_size=2),
}
SCHEMA = pa.schema(
    {
        "whole": pa.int64(),
        "exact": pa.decimal128(10, 2),
        "float": pa.float64(),
        "text": pa.string(),
        "day": pa.date32(),
        "moment": pa.timestamp("us"),
        "list": pa.list_(pa.int64()),
    }.items()
)
ROWS = st.lists(st.fixed_dictionaries(COLUMNS), max_size=12)


def states(tables, kept):
    made = TableStates(kept)
    for table in tables:
        made.add(table)
    return made.states


def same(one: ColumnState, other: ColumnState):
    rows = [{**state.to_row("it"), "total": None, "quantiles": None} for state in (one, other)]
    assert rows[0] == rows[1]
    assert one.total == pytest.approx(other.total, rel=1e-9, abs=1e-3)


@settings(deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=4))
def test_parts_merged_are_the_whole(parts):
    kept = [Kept(name, True, True) for name in SCHEMA.names]
    tables = [pa.Table.from_pylist(rows, SCHEMA) for rows in parts]
    whole = states([pa.concat_tables(tables)], kept)
    merged = {name: ColumnState() for name in SCHEMA.names}
    for table in tables:
        for name, state in states([table], kept).items():
            stored = pa.Table.from_pylist([state.to_row(name)], STATES).to_pylist()[0]
            merged[name].merge(ColumnState.from_row(stored))
    for name in SCHEMA.names:
        same(merged[name], whole[name])


@settings(deadline=None)
@given(ROWS)
def test_a_state_says_what_the_rows_say(rows):
    found = states([pa.Table.from_pylist(rows, SCHEMA)], [Kept(name) for name in SCHEMA.names])
    for name in SCHEMA.names:
        assert (found[name].rows, found[name].nulls) == (len(rows), sum(row[name] is None for row in rows))
    numbers = [row["whole"] for row in rows if row["whole"] is not None]
    assert (found["whole"].low, found["whole"].high) == ((min(numbers), max(numbers)) if numbers else (None, None))
    finite = [row["float"] for row in rows if row["float"] is not None and np.isfinite(row["float"])]
    assert found["float"].numbers == len(finite)
    assert found["float"].low == (Decimal(str(min(finite))) if finite else None)


def test_moments_are_microseconds():
    table = pa.table({"day": [datetime.date(1970, 1, 2)], "at": pa.array([5], pa.timestamp("us", "UTC"))})
    found = states([table], [Kept("day"), Kept("at")])
    assert (found["day"].high, found["at"].high) == (86_400_000_000, 5)


def test_values_that_may_not_be_told_are_not_kept():
    found = states([pa.table({"it": [1, None, 3]})], [Kept("it", values=False, sketches=True)])["it"]
    assert found.to_row("it") == {
        "column": "it",
        "rows": 3,
        "nulls": 1,
        "numbers": 0,
        "total": 0.0,
        "low": None,
        "high": None,
        "distinct": None,
        "quantiles": None,
    }


def test_a_sketch_of_some_rows_is_none_of_all():
    table = pa.table({"it": [1, 2]})
    some = states([table], [Kept("it", True, True)])["it"]
    some.merge(states([table], [Kept("it", True, False)])["it"])
    assert (some.distinct, some.quantiles) == (None, None)


def test_a_sketch_of_another_hash_function_is_none():
    row = states([pa.table({"it": [1, 2]})], [Kept("it", True, True)])["it"].to_row("it")
    assert ColumnState.from_row({**row, "distinct": b"another." + row["distinct"][8:]}).distinct is None
    assert ColumnState.from_row(row).distinct is not None


FLUSHES = st.lists(
    st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.booleans()), max_size=6), max_size=4),
    max_size=3,
)


@given(FLUSHES)
def test_marks_are_counted_by_partition(flushes):
    marks, want = Marks(), Counter()
    for batches in flushes:
        rows = [row for batch in batches for row in batch]
        for batch in batches:
            for index, rule in ((1, "one"), (2, "two")):
                marks.mark(rule, np.array([row[index] for row in batch], bool))
            marks.rows += len(batch)
        want.update((row[0], rule) for row in rows for index, rule in ((1, "one"), (2, "two")) if row[index])
        keys = sorted({row[0] for row in rows})
        marks.settle([((key,), np.flatnonzero([row[0] == key for row in rows])) for key in keys])
    found = {(one["values"][0], rule): rows for one in marks.to_json() for rule, rows in one["rules"].items()}
    assert found == dict(want)
