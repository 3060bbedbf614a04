"""No integer wraps: what leaves its type fails on every engine, in derive, filter and aggregate."""

from __future__ import annotations

import pytest

from mesh_etl.errors import RunError
from mesh_etl.expressions import aggregation, expression
from mesh_etl.run.engines import translated
from mesh_etl.transforms.engine_sql import for_engine

SCHEMA = "t tinyint, s smallint, i int, b bigint, k int, m bigint, z int, l array<int>, st struct<b:bigint>"
EDGE = (127, 32767, 2**31 - 1, 2**63 - 1, -(2**31), -(2**63), 0, [2**31 - 1], (2**63 - 1,))
FAILING = [
    *("t + t", "t + s", "s * s", "i + 1", "i * i", "k - 1", "i - -1", "-k", "abs(k)", "k * -1"),
    *("b + 1", "b + i", "i + b", "b * 2", "m - 1", "m - i", "-m", "abs(m)", "m * -1", "b * b", "m * m", "m div -1"),
    *(
        "9223372036854775807 + z + 1",
        "2147483647 + 1",
        "i + 1 - 1",
        "(b * 2) div 2",
        "((i + (1)))",
        "z - k",
        "-(k + z)",
    ),
    *(
        "case when z = 0 then i + 1 else 0 end",
        "if(z = 0, b, 1) * 2",
        "coalesce(b + 1, 0)",
        "length(repeat('a', 2)) * i",
    ),
    *(
        "st.b + 1",
        "l[0] + 1",
        "transform(l, x -> x + 1)",
        "transform(l, (x, n) -> x + n + 1)",
        "filter(l, x -> x * 2 < i)",
    ),
    *("aggregate(l, 1, (p, q) -> p + q)", "transform(l, x -> aggregate(l, x, (p, q) -> p + q))", "size(l) + i"),
    *("i div z", "b div z", "i / z", "i % z", "b % z", "mod(b, z)", "pmod(i, z)"),
    *("cast(b as int)", "cast(i as smallint)", "cast(s as tinyint)", "cast(i + 1 as bigint)", "cast(1e30 as bigint)"),
]
FAILING_SUMS = ["sum(b)", "sum(b) + 1", "sum(b) filter (where z = 0)", "sum(i * i)", "max(i) + g"]


def _fails(frame):
    with pytest.raises(RunError, match="OVERFLOWN"), translated("here", "OVERFLOWN", RunError):
        frame.collect()


@pytest.fixture(scope="module")
def edge(engine):
    return engine.session().createDataFrame([EDGE], SCHEMA)


@pytest.mark.parametrize("text", FAILING)
def test_no_number_leaves_its_type(edge, text):
    _fails(edge.select(for_engine(edge, {"x": expression(text)})["x"].alias("x")))


@pytest.mark.parametrize("text", FAILING_SUMS)
def test_no_sum_leaves_its_type(edge, text):
    twice = edge.union(edge).selectExpr("1 as g", "*")
    keys = [twice["g"]]
    _fails(twice.groupBy(*keys).agg(for_engine(twice, {"x": aggregation(text)}, keys)["x"]))


def test_a_condition_fails_too(edge):
    _fails(edge.where(for_engine(edge, {"": expression("i + 1 > k")})[""]).select("i"))


def test_a_long_chain_is_computed(edge):
    text = " + ".join(["z"] * 51)
    assert edge.select(for_engine(edge, {"x": expression(text)})["x"].alias("x")).collect() == [(0,)]
