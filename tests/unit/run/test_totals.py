"""Plain aggregates: what is answered without an engine is what an SQL engine answers."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.contract.types import Decimal as DecimalType
from mesh_etl.contract.types import Field, Simple
from mesh_etl.expressions import select
from mesh_etl.expressions.totals import total
from mesh_etl.run.answers import totals
from mesh_etl.storage import LOCAL_STORAGE
from mesh_etl.tables.entry import DataFile, Partition
from mesh_etl.tables.layout import Layout
from mesh_etl.tables.ledger import Ledger

COLUMNS = (
    Field("n", Simple("int")),
    Field("big", Simple("bigint")),
    Field("price", DecimalType(9, 2)),
    Field("word", Simple("string")),
    Field("x", Simple("double")),
)
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-3, 3),
        st.none() | st.sampled_from([-(2**62), 2**62, 7]),
        st.none() | st.decimals(-9, 9, places=2),
        st.none() | st.sampled_from(["", "a", "b", "é", "ab"]),
        st.none() | st.floats(-2, 2),
    ),
    max_size=8,
)
NUMBERS = st.sampled_from(["n", "price"])
SIGNS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
TESTS = st.recursive(
    st.one_of(
        st.builds(lambda column, sign, value: f"{column} {sign} {value}", NUMBERS, SIGNS, st.integers(-3, 3)),
        st.builds(lambda sign, value: f"price {sign} {value}", SIGNS, st.decimals(-5, 5, places=2)),
        st.builds(lambda sign, value: f"word {sign} '{value}'", SIGNS, st.sampled_from(["", "a", "é"])),
        st.builds(lambda column, not_: f"{column} is {not_} null", NUMBERS, st.sampled_from(["", "not"])),
        st.builds(lambda column, low: f"{column} between {low} and 2", NUMBERS, st.integers(-2, 2)),
        st.sampled_from(["n in (1, 2)", "n not in (1, 2)", "word in ('a', 'b')", "price not between 0 and 1"]),
    ),
    lambda inner: st.one_of(
        st.builds(lambda one, join, other: f"({one} {join} {other})", inner, st.sampled_from(["and", "or"]), inner),
        inner.map(lambda one: f"not ({one})"),
    ),
    max_leaves=4,
)
VALUES = st.sampled_from(
    ["count(*)", "count(1)", "count(word)", "count(x)", "sum(n)", "sum(price)", "min(n)", "max(price)"]
)


@pytest.fixture(scope="session")
def audit(tmp_path_factory):
    root = tmp_path_factory.mktemp("totals")

    def made(*files):
        names = [column.name for column in COLUMNS]
        parts = []
        for number, rows in enumerate(files):
            cells = list(zip(*rows, strict=True)) if rows else [[] for _ in names]
            arrays = [pa.array(one, totals.arrow(column.type)) for one, column in zip(cells, COLUMNS, strict=True)]
            pq.write_table(pa.Table.from_arrays(arrays, names), root / f"{number}.parquet")
            file = DataFile(path=f"{number}.parquet", rows=len(rows), bytes=1)
            parts.append(Partition(values=(), folder="", files=(file,)))
        plan = SimpleNamespace(
            contract=SimpleNamespace(schema=COLUMNS),
            partition_by=(),
            ledger=Ledger(Layout(str(root)), LOCAL_STORAGE),
        )
        engine = SimpleNamespace(map=lambda kernel, items: [kernel(item) for item in items])
        return SimpleNamespace(plan=plan, engine=engine, staged=parts, kept=(), rows=sum(map(len, files)))

    return made


def answer(sql, audit):
    """The value that is found without an engine."""
    one = total(select(sql))
    assert one is not None
    assert totals.answerable(one, COLUMNS), sql
    (value,) = totals.values([one], audit)
    return value


@settings(max_examples=150, deadline=None)
@given(files=st.lists(ROWS, min_size=1, max_size=3), value=VALUES, where=st.none() | TESTS)
def test_a_plain_aggregate_has_the_value_that_duckdb_finds(audit, files, value, where):
    found = audit(*files)
    query = f"select {value} from staged" + (f" where {where}" if where else "")
    mine = answer(query, found)
    paths = [f"{found.plan.ledger.layout.root}/{part.files[0].path}" for part in found.staged]
    [[theirs]] = duckdb.execute(query.replace("staged", f"read_parquet({paths})")).fetchall()
    assert mine == (None if theirs is None else Decimal(theirs))


@pytest.mark.parametrize(
    "query",
    [
        "select avg(n) from staged",
        "select sum(x) from staged",
        "select max(word) from staged",
        "select count(distinct n) from staged",
        "select count(*) from staged where x > 0",
        "select count(*) from staged where word > 1",
        "select count(*) from staged where n > 0.5",
        "select count(*) from staged where n > '1'",
        "select count(*) from staged where n > 3000000000",
        "select count(*) from staged where price > 1.005",
        "select count(*) from staged where n > price",
        "select count(*) from staged where missing > 1",
        "select count(*) from staged group by n",
        "select count(*) from staged s where s.n > 1",
        "select count(*) from (select n from staged)",
        "select sum(n) + 1 from staged",
        "select n from staged",
    ],
)
def test_what_leaves_room_for_doubt_is_left_to_the_engine(query):
    one = total(select(query))
    assert one is None or not totals.answerable(one, COLUMNS)


def test_a_sum_that_is_no_bigint_is_left_to_the_engine(audit):
    row = (None, 2**62, None, None, None)
    with pytest.raises(OverflowError):
        answer("select sum(big) from staged", audit([row], [row]))
    assert answer("select sum(big) from staged", audit([row])) == 2**62
