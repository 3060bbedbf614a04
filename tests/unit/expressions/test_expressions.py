"""Which expressions are accepted, how they are spelled for the engine, and why others are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mesh_etl.expressions import Expression, aggregation, expression, fields, parse, select

ACCEPTED = {
    "a + 1": "a + 1",
    "a::int": "CAST(a AS INT)",
    "cast(a as decimal(12,2))": "CAST(a AS DECIMAL(12, 2))",
    "try_cast(a as date)": "TRY_CAST(a AS DATE)",
    "cast(a as struct<x:int,y:array<string>>)": "CAST(a AS STRUCT<x: INT, y: ARRAY<STRING>>)",
    "status <> 'X'": "status <> 'X'",
    "a <=> b": "a IS NOT DISTINCT FROM b",
    "x in (1, 2)": "x IN (1, 2)",
    "x not between 1 and 2": "NOT x BETWEEN 1 AND 2",
    "x like 'a%'": "x LIKE 'a%'",
    r"x rlike '^\\d+$'": r"x RLIKE '^\\d+$'",
    "a is not null and (b or not c)": "NOT a IS NULL AND (b OR NOT c)",
    "case when a then 1 else 2 end": "CASE WHEN a THEN 1 ELSE 2 END",
    "if(a, b, c)": "IF(a, b, c)",
    "nvl(a, b)": "COALESCE(a, b)",
    "upper(trim(a)) || '-' || lpad(b, 3, '0')": "UPPER(TRIM(a)) || '-' || LPAD(b, 3, '0')",
    "regexp_replace(a, 'x', 'y')": "REGEXP_REPLACE(a, 'x', 'y')",
    "sha2(concat(a, b), 256)": "SHA2(CONCAT(a, b), 256)",
    "date_trunc('month', d)": "DATE_TRUNC('MONTH', d)",
    "date '2020-01-01' + interval 1 day": "CAST('2020-01-01' AS DATE) + INTERVAL '1' DAY",
    "transform(a, x -> x.b + c)": "TRANSFORM(a, x -> x.b + c)",
    "aggregate(a, 0, (x, y) -> x + y)": "AGGREGATE(a, 0, (x, y) -> x + y)",
    "filter(a, x -> x > 1)[0]": "FILTER(a, x -> x > 1)[0]",
    "`my column` = 1": "`my column` = 1",
    "a.b.c": "a.b.c",
    "map('a', 1)": "MAP('a', 1)",
    "named_struct('a', b)": "STRUCT(b AS a)",
    "a /* said */ -- and done": "a",
    "10L * 1.5BD": "CAST(10 AS BIGINT) * CAST('1.5' AS DECIMAL(2, 1))",
    "'${not a variable}'": "'${not a variable}'",
    r"'it\'s'": r"'it\'s'",
    "make_date(y, 1, 1)": "MAKE_DATE(y, 1, 1)",
    "unix_timestamp(t)": "UNIX_TIMESTAMP(t)",
}
REFUSED = {
    "": "is empty",
    "reflect('java.lang.System', 'exit')": "runs code",
    "java_method('a', 'b')": "runs code",
    "try_reflect('a', 'b')": "runs code",
    "`reflect`('a', 'b')": "runs code",
    "input_file_name()": "reads files",
    "read_files('/etc/passwd')": "reads files",
    "raise_error('no')": "stops the whole run",
    "assert_true(a)": "stops the whole run",
    "current_user()": "who runs the job",
    "current_user": "who runs the job",
    "current_database()": "who runs the job",
    "uuid()": "another value on a re-run",
    "rand()": "another value on a re-run",
    "rand(17)": "another value on a re-run",
    "shuffle(a)": "another value on a re-run",
    "monotonically_increasing_id()": "another value on a re-run",
    "current_date": "take the time from a column",
    "current_date()": "take the time from a column",
    "current_timestamp() - interval 1 day": "take the time from a column",
    "now()": "take the time from a column",
    "unix_timestamp()": "take the time from a column",
    "sum(a)": "combines rows",
    "count(*)": "name the columns",
    "max(a) filter (where b)": "FILTER belongs",
    "row_number() over (order by a)": "looks at other rows",
    "lag(a)": "looks at other rows",
    "explode(a)": "several rows of one",
    "stack(2, a, b)": "several rows of one",
    "*": "name the columns",
    "a.*": "name the columns",
    "x in (select 1)": "subquery",
    "1 + (select 2)": "subquery",
    "exists(select 1)": "subquery",
    "select a": "subquery",
    "${x}": "not substituted",
    "@x": "not substituted",
    ":x": "placeholders",
    "?": "placeholders",
    "{{x}}": "placeholders",
    "a; drop table b": "one statement",
    "drop table b": "not allowed",
    "a as b": "not by AS",
    "a, b": "is not SQL",
    "a = ": "is not SQL",
    "'open": "is not SQL",
    "if(a)": "is not SQL",
    "cast(a as foo)": "is not SQL",
    "nosuch(a)": "not on the list",
    "spark_catalog.f(a)": "not on the list",
    "a collate utf8_lcase": "not allowed",
    "'it''s'": "side by side",
    "_mesh_row.item": "reserved",
    "a + _mesh_fate": "reserved",
    "(" * 300 + "a" + ")" * 300: "nested deeper",
    "a" * 30_000: "longer than",
}


@pytest.mark.parametrize(("text", "sql"), ACCEPTED.items())
def test_accepted(text, sql):
    found = expression(text)
    assert found.sql == sql
    assert expression(found.sql).sql == sql


@pytest.mark.parametrize(("text", "reason"), REFUSED.items(), ids=lambda value: value[:40])
def test_refused(text, reason):
    with pytest.raises(ValueError, match=reason.replace("*", r"\*")):
        expression(text)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("a + b * a", ("a", "b")),
        ("transform(list, x -> x + step)", ("list", "step")),
        ("address.city || name", ("address", "name")),
        ("1", ()),
        ("case when a is null then b else c end", ("a", "b", "c")),
    ],
)
def test_the_columns_that_an_expression_reads(text, columns):
    assert expression(text).columns == columns


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("sum(price * (1 - discount))", "SUM(price * (1 - discount))"),
        ("count(*)", "COUNT(*)"),
        ("count(distinct a) / count(*)", "COUNT(DISTINCT a) / COUNT(*)"),
        ("sum(a) filter (where b)", "SUM(a) FILTER(WHERE b)"),
        ("sort_array(collect_set(a))", "SORT_ARRAY(COLLECT_SET(a))"),
    ],
)
def test_aggregations(text, sql):
    assert aggregation(text).sql == sql


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a + 1", "combines no rows"),
        ("first(a)", "order of the rows"),
        ("sum(rand())", "re-run"),
        ("sum(*)", "columns"),
    ],
)
def test_refused_aggregations(text, reason):
    with pytest.raises(ValueError, match=reason):
        aggregation(text)


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("a + 1", "a + 1"),
        ("s.x", "CASE WHEN NOT s IS NULL THEN s.x END"),
        ("s.t.x + 1", "CASE WHEN NOT s IS NULL AND NOT s.t IS NULL THEN s.t.x END + 1"),
        ("transform(l, q -> q.b)", "TRANSFORM(l, q -> CASE WHEN NOT q IS NULL THEN q.b END)"),
        ("l[0].x.y", "CASE WHEN NOT l[0] IS NULL AND NOT l[0].x IS NULL THEN l[0].x.y END"),
        ("`a b`.`c d`", "CASE WHEN NOT `a b` IS NULL THEN `a b`.`c d` END"),
    ],
)
def test_fields_are_guarded_for_the_engine(text, guarded):
    assert parse.written(fields.guarded(parse.tree(text))) == guarded


SELECTS = {
    "select a from source": ("source",),
    "select * from source s join nations n using (k)": ("source", "nations"),
    "with x as (select * from source), y as (select * from x) select * from y": ("source",),
    "with x as (select * from x) select * from x": ("x",),
    "select a from t union all select a from u": ("t", "u"),
    "select a from t where exists (select 1 from u where u.k = t.k)": ("t", "u"),
    "select a, row_number() over (partition by b order by c desc) as n from t": ("t",),
    "select c from t lateral view explode(b) x as c": ("t",),
    "select a from t order by a limit 3": ("t",),
    "select a, sum(b) as s from t group by rollup(a) having sum(b) > 1": ("t",),
    "select a from (select a from t) x cross join u": ("t", "u"),
}
REFUSED_SELECTS = {
    "select a from csv.`/etc/passwd`": "is not an input",
    "select a from db.t": "is not an input",
    "select * from range(10)": "not on the list",
    "select a from t limit 3": "LIMIT without ORDER BY",
    "select /*+ BROADCAST(t) */ a from t": "hints",
    "insert into x select 1": "exactly one SELECT",
    "create table x as select 1": "exactly one SELECT",
    "show tables": "exactly one SELECT",
    "set x = 1": "exactly one SELECT",
    "select 1; select 2": "one statement",
    "select transform(a) using 'cat' from t": "not allowed",
    "select a into x from t": "not allowed",
    "select a from t tablesample (10 percent)": "sample",
    "select current_user() from t": "who runs",
    "select rand() from t": "re-run",
    "select _mesh_row from t": "reserved",
    "select * from t where a = :b": "placeholders",
    "select * from t version as of 1": "not allowed",
}


@pytest.mark.parametrize(("text", "tables"), SELECTS.items())
def test_accepted_queries(text, tables):
    found = select(text)
    assert found.tables == tables
    assert select(found.sql) == found


@pytest.mark.parametrize(("text", "reason"), REFUSED_SELECTS.items())
def test_refused_queries(text, reason):
    with pytest.raises(ValueError, match=reason):
        select(text)


def test_a_query_is_pointed_at_views_and_keeps_its_names():
    query = select("with x as (select s.k from source as s) select x.k, n.name from x join n on x.k = n.k")
    assert query.over({"source": "v1", "n": "v2"}) == (
        "WITH x AS (SELECT s.k FROM v1 AS s) SELECT x.k, n.name FROM x JOIN v2 AS n ON x.k = n.k"
    )


def test_a_model_field_reads_text_and_reports_the_reason():
    field = TypeAdapter(Expression)
    assert field.validate_python("a + 1") == expression("a + 1")
    assert field.dump_python(expression("a+1"), mode="json") == "a + 1"
    assert field.json_schema() == {"type": "string", "minLength": 1}
    with pytest.raises(ValidationError, match="re-run"):
        field.validate_python("rand()")
    with pytest.raises(ValidationError, match="in quotes"):
        field.validate_python(7)


PIECES = [*"ab1'\"`()[]<>,.;:*+-/\\${}@?| \n", "select ", "case ", "from ", "sum(", "date ", "0x", "é"]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_no_text_brings_anything_but_a_reason(text):
    try:
        found = expression(text)
    except ValueError:
        return
    assert expression(found.sql).sql == found.sql
