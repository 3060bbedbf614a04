"""What DuckDB gets of a table of which not everything is shown."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.errors import PlanError
from mesh_etl.govern.reading.mask_view import mask_view
from mesh_etl.govern.reading.shown import Shown
from mesh_etl.kernels.conditions import Compare, Every, Not
from mesh_etl.kernels.stored.shown import Portion
from mesh_etl.kernels.true_rows import true_of
from mesh_etl.query.shown import held
from mesh_etl.query.statement import Statement

NAMES = ["a", "b", "c"]
CELL = st.none() | st.sampled_from(["x", "y", "z"])
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, CELL)), max_size=10)
CONDITION = st.one_of(
    st.just(Every(())),
    st.builds(Compare, st.sampled_from(NAMES), st.sampled_from(["=", "<>", "<"]), st.sampled_from(["x", "y"])),
    st.builds(Not, st.builds(Compare, st.sampled_from(NAMES), st.just("="), st.just("x"))),
)
PORTIONS = st.lists(
    st.builds(Portion, st.sets(st.sampled_from(NAMES), min_size=1).map(frozenset), CONDITION), min_size=1, max_size=3
).map(tuple)


def answered(rows, shown, names=NAMES):
    schema = pa.schema([(name, pa.string()) for name in NAMES])
    with duckdb.connect() as database:
        database.register("base", pa.Table.from_pylist(rows, schema=schema))
        return database.sql(held("SELECT * FROM base", list(names), shown)).to_arrow_table().to_pylist()


@settings(deadline=None)
@given(ROWS, PORTIONS)
def test_portions_add_up_cell_by_cell(rows, portions):
    batch = pa.RecordBatch.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in NAMES]))
    seen = [true_of(one.rows, batch).to_pylist() for one in portions]
    shown = Shown(portions)
    want = []
    for number, row in enumerate(rows):
        own = [one.columns for one, there in zip(portions, seen, strict=True) if there[number]]
        if own:
            cells = frozenset().union(*own)
            want.append({name: row[name] if name in cells else None for name in NAMES if name in shown.columns})
    assert answered(rows, shown) == want


def test_a_view_masks_before_anything_is_shown():
    view = mask_view("SELECT a, concat('**', right(b, 1)) AS b FROM t WHERE c = 'x'", tuple(NAMES))
    shown = Shown((Portion(frozenset({"a", "b"}), Every(())),), view)
    rows = [{"a": "1", "b": "four", "c": "x"}, {"a": "2", "b": "five", "c": "y"}]
    assert answered(rows, shown) == [{"a": "1", "b": "**r"}]


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE t",
        "SELECT a FROM t UNION SELECT b FROM t",
        "SELECT a FROM t JOIN u ON true",
        "SELECT (SELECT max(b) FROM u) AS a FROM t",
        "SELECT input_file_name() AS a FROM t",
        "SELECT d AS a FROM t",
        "SELECT a FROM t LIMIT 1",
        "SELECT a FROM t WHERE upper(a) = 'X'",
        "SELECT a + 1 FROM t",
    ],
)
def test_a_view_that_is_more_than_expressions_of_one_table_is_refused(sql):
    with pytest.raises(ValueError, match=r"\w"):
        mask_view(sql, tuple(NAMES))


def test_no_row_that_is_not_shown_is_tried():
    """A question that fails on some rows would tell that they are there."""
    rows = [{"a": "x", "b": "1", "c": None}, {"a": "y", "b": "secret", "c": None}] * 5_000
    shown = held("SELECT * FROM base", NAMES, Shown((Portion(frozenset({"b"}), Compare("a", "=", "x")),)))
    with duckdb.connect() as database:
        database.execute("SET disabled_optimizers = 'cte_filter_pusher,statistics_propagation'")
        database.register("base", pa.Table.from_pylist(rows))
        question = f"SELECT count(*) FROM ({shown}) WHERE CASE WHEN b = 'secret' THEN CAST(b AS INT) ELSE 1 END = 1"
        assert database.sql(question).fetchall() == [(5_000,)]


def test_no_row_is_tried_that_the_view_leaves_out():
    rows = [{"a": "x", "b": "1", "c": None}, {"a": "y", "b": "secret", "c": None}] * 5_000
    view = mask_view("SELECT b FROM t WHERE a = 'x'", tuple(NAMES))
    shown = held("SELECT * FROM base", NAMES, Shown((Portion(frozenset({"b"}), Every(())),), view))
    assert "MATERIALIZED" in shown  # DuckDB's planner happens to be kind without it
    with duckdb.connect() as database:
        database.execute("SET disabled_optimizers = 'cte_filter_pusher,statistics_propagation'")
        database.register("base", pa.Table.from_pylist(rows))
        question = f"SELECT count(*) FROM ({shown}) WHERE CASE WHEN b = 'secret' THEN CAST(b AS INT) ELSE 1 END = 1"
        assert database.sql(question).fetchall() == [(5_000,)]


@pytest.mark.parametrize(
    "call",
    ["stats(status)", "main.stats(status)", '"STATS"(status)', "status.stats()", "pg_get_viewdef(1)",
     "current_setting('allowed_directories')", "list_transform([1], lambda x: stats(x))"],
)  # fmt: skip
def test_functions_that_tell_of_more_than_rows_are_refused(call):
    statement = Statement.parse(f"select {call} from sales.orders", ["sales.orders"])
    with pytest.raises(PlanError) as raised:
        statement.discreet()
    assert raised.value.code == "QUERY_REFUSED"


def test_clocks_and_common_functions_are_not():
    sql = "select current_date, sum(x), row_number() over (order by y), lower(a) from sales.orders"
    Statement.parse(sql, ["sales.orders"]).discreet()


def test_a_fingerprint_does_not_depend_on_constants():
    def of(sql):
        return Statement.parse(sql, ["sales.orders"]).fingerprint()

    assert of("select a from sales.orders where b = 'x'") == of("SELECT a FROM sales.orders WHERE b = 'secret' -- y")
    assert of("select a from sales.orders where b = 1") != of("select a from sales.orders where c = 1")


def test_the_columns_that_are_named():
    statement = Statement.parse("select a, t.B, count(*) from sales.orders t where c = 'x'", ["sales.orders"])
    assert statement.columns() == {"a", "b", "c"}
    assert "*" in Statement.parse("select t.* from sales.orders t", ["sales.orders"]).columns()
