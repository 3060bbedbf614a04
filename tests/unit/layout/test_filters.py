"""Conditions as Arrow tests them, and that a trial never leaves out what a filter meets."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.contract.types import Field, parse
from mesh_etl.kernels.write.encode import EncodeJob
from mesh_etl.kernels.write.partition import PartitionKey
from mesh_etl.layout.candidates import Layout
from mesh_etl.layout.filters import asked, stated
from mesh_etl.layout.sample import Sample
from mesh_etl.layout.trial import measured

TYPES = {"n": "int", "name": "string", "day": "date", "at": "timestamp", "money": "decimal(9,2)", "yes": "boolean"}
SCHEMA = tuple(Field(name, parse(kind)) for name, kind in TYPES.items())
DAYS = [datetime.date(2026, 1, 1) + datetime.timedelta(days=number) for number in range(6)]
ROWS = pa.table(
    {
        "n": pa.array([0, 1, 2, 3, 4, None], pa.int32()),
        "name": ["a", "b", "c", "d", None, "é's"],
        "day": DAYS,
        "at": pa.array([datetime.datetime(2026, 1, 1, hour, tzinfo=datetime.UTC) for hour in range(6)]),
        "money": pa.array([Decimal(number) / 4 for number in range(6)], pa.decimal128(9, 2)),
        "yes": [True, False, None, True, False, True],
    }
)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("n = 2", [2]),
        ("2 = n", [2]),
        ("n < 2", [0, 1]),
        ("3 < n", [4]),
        ("n between 1 and 2", [1, 2]),
        ("n in (1, 3, 9)", [1, 3]),
        ("n is null", [5]),
        ("n > -1 and (name = 'a' or name = 'b')", [0, 1]),
        ("name = 'é''s'", [5]),
        ("day >= date '2026-01-05'", [4, 5]),
        ("day >= '2026-01-05'", [4, 5]),
        ("at <= timestamp '2026-01-01 01:00:00'", [0, 1]),
        ("at <= '2026-01-01T01:00:00Z'", [0, 1]),
        ("money = 0.25", [1]),
        ("yes = true", [0, 3, 5]),
        ("n = 1 and year(day) = 2026", [1]),
        ("n = 1 or year(day) = 2026", None),
        ("not n = 1", None),
        ("n = name", None),
        ("n = 'x'", None),
        ("name like 'a%'", None),
        ("n in (select 1)", None),
    ],
)
def test_what_of_a_condition_narrows_the_rows(text, met):
    (found,) = stated([text], SCHEMA)
    places = (
        None
        if found.test is None
        else [number for number in range(6) if ROWS.slice(number, 1).filter(found.test).num_rows]
    )
    assert places == met


def test_the_conditions_of_queries_are_those_on_the_product_alone(tmp_path):
    (tmp_path / "a.sql").write_text(
        "SELECT 1 FROM shop.orders o JOIN shop.others x ON o.n = x.n\n"
        "WHERE o.n = 1 AND x.n = 2 AND day = '2026-01-01';\n"
        "SELECT 1 FROM orders WHERE n = 3; SELECT 1 FROM shop.others WHERE n = 4;\n"
        "WITH it AS (SELECT * FROM shop.orders WHERE n = 5) SELECT * FROM it WHERE n = 6"
    )
    found = asked([tmp_path / "a.sql"], "shop.orders", SCHEMA)
    assert [{name: values[0].as_py() for name, values in one.points.items()} for one in found] == [
        {"n": 1},
        {"n": 3},
        {"n": 5},
    ]


LAYOUTS = [
    Layout(),
    Layout(sort_by=("n",)),
    Layout(cluster_by=("n", "name")),
    Layout(keys=(PartitionKey("n_bucket", "n", "bucket[4]"),)),
    Layout(keys=(PartitionKey("name", "name"), PartitionKey("n_truncate", "n", "truncate[10]")), sort_by=("n",)),
]


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.one_of(st.none(), st.integers(-30, 30)), st.sampled_from(["a", "b", "c", None])), min_size=1),
    st.sampled_from(["n = 7", "n in (1, 2, 3)", "n > 5 and name = 'a'", "n is null", "name = 'b' or n = 0"]),
    st.sampled_from(LAYOUTS),
)
def test_a_filter_that_meets_rows_reads_some(tmp_path_factory, cells, text, layout):
    rows = pa.table(
        {"n": pa.array([n for n, _ in cells], pa.int32()), "name": pa.array([name for _, name in cells], pa.string())}
    )
    filters = stated([text], SCHEMA)
    found = measured(Sample(rows, 1.0), layout, filters, EncodeJob("", ()), tmp_path_factory.mktemp("trial") / "it")
    met = rows.filter(filters[0].test).num_rows
    assert (found.read[0] > 0) or met == 0
    assert found.read[0] <= found.bytes
