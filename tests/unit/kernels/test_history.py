"""The versions that a bucket of keys comes to are those of the oracle, delivery after delivery."""

from __future__ import annotations

import datetime
from collections import Counter
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.errors import RunError
from mesh_etl.kernels.join.decide import Bucket
from mesh_etl.kernels.join.history import Period, Versions
from tests.engine.oracle_of_modes import Refused, Scd2

KINDS = [pa.date32(), pa.timestamp("us"), pa.timestamp("us", "UTC")]
MOMENTS = st.integers(1, 9)
STATES = st.sampled_from([("a", 0), ("a", None), (None, 0)])
DELIVERIES = st.lists(
    st.lists(st.tuples(st.sampled_from("IUUD"), st.integers(1, 3), STATES, MOMENTS), max_size=8), max_size=6
)
STORED = ("id", "part", "n", "valid_from", "valid_to", "is_current")


def moment(number, kind):
    day = datetime.date(2026, 1, number)
    zone = None if pa.types.is_date(kind) or kind.tz is None else datetime.UTC
    return day if pa.types.is_date(kind) else datetime.datetime.combine(day, datetime.time(), zone)


def schema(kind):
    fields = [("id", pa.int32()), ("part", pa.string()), ("n", pa.int64()), ("valid_from", kind), ("valid_to", kind)]
    return pa.schema([*fields, ("is_current", pa.bool_())])


def incoming(rows, kind):
    cells = [(key, *state, moment(at, kind), None, True, op) for op, key, state, at in rows]
    names = [*STORED, "op"]
    return pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in cells], schema(kind).append(pa.field("op", pa.string()))
    )


def bucket(rows, table, kind):
    return Bucket(incoming(rows, kind), table, pa.table({}))


def versions(open_end=None):
    period = Period("valid_from", "valid_to", "is_current", open_end)
    return Versions(("id",), ("part", "n"), period, STORED, "op", ("D",))


@settings(deadline=None, max_examples=150)
@given(DELIVERIES, st.sampled_from(KINDS))
def test_versions_are_those_of_the_oracle(deliveries, kind):
    oracle, table = Scd2(), schema(kind).empty_table()
    for rows in deliveries:
        found = versions()(bucket(rows, table, kind))
        try:
            oracle.run([(op, key, *state, moment(at, kind)) for op, key, state, at in rows], None)
        except Refused:
            assert found.ties
            continue
        assert not found.ties
        stay = [index for index in range(table.num_rows) if index not in set(found.removed.tolist())]
        table = pa.concat_tables([table.take(pa.array(stay, pa.int64())), found.rows]).combine_chunks()
        told = [tuple(row.values()) for row in table.to_pylist()]
        assert sorted(told, key=repr) == sorted(oracle.rows, key=repr)
        assert Counter({name: rows for name, rows in found.counts.items() if rows}) == +oracle.changed
        assert sum(found.counts[name] for name in found.counts if name not in ("deleted", "closed")) == len(rows)
        check_intervals(told)


def check_intervals(rows):
    """For each key the versions do not overlap, and the last one alone may be current."""
    for key in {row[0] for row in rows}:
        mine = sorted(row[3:] for row in rows if row[0] == key)
        assert sum(current for _, _, current in mine) <= 1
        assert all(end is not None and start < end for start, end, current in mine if not current)
        assert all(one[1] <= two[0] for one, two in pairwise(mine))
        assert all(end is None for _, end, current in mine if current)


def test_the_last_version_has_the_end_that_is_asked_for():
    kind = pa.timestamp("us", "UTC")
    end = datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC)
    found = versions(end)(bucket([("I", 1, ("a", 1), 1), ("I", 1, ("b", 1), 2)], schema(kind).empty_table(), kind))
    assert [row["valid_to"] for row in found.rows.to_pylist()] == [moment(2, kind), end]


def test_many_versions_of_one_key_are_told_at_once():
    kind = pa.timestamp("us")
    count = 200_000
    start = datetime.datetime(2026, 1, 1)
    table = pa.table(
        {
            "id": pa.array([1] * count, pa.int32()),
            "part": pa.array(["a"] * count),
            "n": pa.array(range(count), pa.int64()),
            "valid_from": pa.array([start + datetime.timedelta(seconds=one) for one in range(count)], kind),
            "valid_to": pa.nulls(count, kind),
            "is_current": pa.repeat(True, count),
            "op": pa.repeat("I", count),
        }
    )
    found = versions()(Bucket(table, schema(kind).empty_table(), pa.table({})))
    assert found.rows.num_rows == count
    assert found.counts["updated"] == count - 1


def test_a_row_without_a_moment_is_refused():
    kind = pa.date32()
    table = incoming([("I", 1, ("a", 1), 1)], kind).set_column(3, "valid_from", pa.nulls(1, kind))
    with pytest.raises(RunError) as raised:
        versions()(Bucket(table, schema(kind).empty_table(), pa.table({})))
    assert raised.value.code == "EFFECTIVE_NULL"
