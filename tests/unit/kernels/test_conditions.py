"""Conditions on rows: what Arrow answers is what SQL answers, and what cannot be compared is refused."""

from __future__ import annotations

import datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.kernels.conditions import Compare, Either, Every, IsNull, Like, Not, columns
from mesh_etl.kernels.true_rows import true_of
from mesh_etl.query.shown import spelled

SCHEMA = pa.schema(
    [
        ("n", pa.int64()),
        ("t", pa.string()),
        ("m", pa.decimal128(12, 2)),
        ("d", pa.date32()),
        ("f", pa.float64()),
        ("b", pa.bool_()),
    ]
)
TEXTS = ["", "a", "A", "ab", "a%b", "b_", "it's", "ä"]
NUMBERS = [Decimal(text) for text in ("-1", "0", "1", "1.5", "2", "2.25")]
DAYS = [datetime.date(2024, 1, day) for day in (1, 2, 3)]


def cells(of):
    return st.none() | st.sampled_from(of)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "n": cells([-1, 0, 1, 2]),
            "t": cells(TEXTS),
            "m": cells(NUMBERS),
            "d": cells(DAYS),
            "f": cells([-1.0, 0.0, 1.5, 2.25]),
            "b": cells([True, False]),
        }
    ),
    max_size=12,
)
SIGNS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
LEAVES = st.one_of(
    st.builds(Compare, st.sampled_from("nmf"), SIGNS, st.sampled_from(NUMBERS)),
    st.builds(Compare, st.just("t"), SIGNS, st.sampled_from(TEXTS)),
    st.builds(Compare, st.just("d"), SIGNS, st.sampled_from([day.isoformat() for day in DAYS])),
    st.builds(Compare, st.just("b"), st.sampled_from(["=", "<>"]), st.booleans()),
    st.builds(Like, st.just("t"), st.sampled_from(["a%", "%b", "_", "%", "a%b", "%'%", "ä"])),
    st.builds(IsNull, st.sampled_from("ntmdfb")),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Every, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Either, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(ROWS, CONDITIONS)
def test_arrow_and_duckdb_answer_alike(rows, condition):
    batch = pa.RecordBatch.from_pylist(rows, schema=SCHEMA)
    with duckdb.connect() as database:
        database.register("rows", pa.Table.from_batches([batch]))
        told = database.sql(f"SELECT coalesce({spelled(condition)}, false) FROM rows").fetchall()
    assert true_of(condition, batch).to_pylist() == [answer for (answer,) in told]


@pytest.mark.parametrize(
    "condition",
    [
        Compare("n", "=", "1"),
        Compare("n", "=", True),
        Compare("t", "=", Decimal(1)),
        Compare("d", "=", "tomorrow"),
        Compare("b", "=", Decimal(1)),
    ],
)
def test_a_constant_of_another_type_is_refused_and_not_quoted(condition):
    batch = pa.RecordBatch.from_pylist([], schema=SCHEMA)
    with pytest.raises(ValueError, match="a constant is no ") as raised:
        true_of(condition, batch)
    assert "tomorrow" not in str(raised.value)


def test_moments_are_those_of_utc():
    at = datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.UTC)
    batch = pa.record_batch({"at": pa.array([at], pa.timestamp("us", "UTC"))})
    assert true_of(Compare("at", "=", "2024-01-01 12:00:00"), batch).to_pylist() == [True]
    assert true_of(Compare("at", "=", "2024-01-01T13:00:00+01:00"), batch).to_pylist() == [True]


def test_the_columns_of_a_condition():
    condition = Every((Not(IsNull("a")), Either((Compare("b", "=", "x"), Like("a", "%")))))
    assert set(columns(condition)) == {"a", "b"}
