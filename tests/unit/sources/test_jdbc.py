"""What a database source is refused for when it is read from a job, and what it becomes when it is planned."""

from __future__ import annotations

import pickle
import sqlite3
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mesh_etl.contract.types import Field, Simple, parse
from mesh_etl.errors import PlanError, RunError
from mesh_etl.sources import Jdbc, SourceContext
from mesh_etl.sources.databases import Access, Address
from mesh_etl.sources.databases.opening import session_with
from mesh_etl.sources.databases.parts import digits_of, predicates, scale_of
from mesh_etl.sources.databases.statement import predicate, query

URL = "jdbc:postgresql://db.example.org/shop"


@pytest.fixture
def context(tmp_path):
    schema = (Field("id", parse("bigint")),)
    return SourceContext(tmp_path, schema, frozenset(), frozenset(), lambda *loc: ".".join(map(str, loc)), None, {})


@pytest.mark.parametrize(
    ("url", "written"),
    [
        (URL, "jdbc:postgresql://db.example.org:5432/shop"),
        ("jdbc:mysql://10.0.0.1:3307/shop", "jdbc:mysql://10.0.0.1:3307/shop"),
        ("jdbc:mariadb://[::1]/shop", "jdbc:mariadb://[::1]:3306/shop"),
    ],
)
def test_a_url_names_a_database(url, written):
    assert str(Address.parse(url)) == written


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("postgresql://h/d", "is no database"),
        ("jdbc:postgresql://h", "is no database"),
        ("jdbc:postgresql://h/", "is no database"),
        ("jdbc:postgresql://h/a/b", "is no database"),
        ("jdbc:postgresql://h:0/d", "no port"),
        ("jdbc:postgresql://h:70000/d", "no port"),
        ("jdbc:oracle://h/d", "known: mariadb, mysql, postgresql"),
        ("jdbc:postgresql://h/d?ssl=true", "has parameters"),
        ("jdbc:postgresql://h/d;x=y", "has parameters"),
        ("jdbc:postgresql://h/d?password=hunter2", "has parameters"),
        ("jdbc:postgresql://me:hunter2@h/d", "holds a user"),
        ("jdbc:postgresql://hunter2@h/d", "holds a user"),
        ("jdbc:postgresql://h o/d", "is no database"),
        ("jdbc:postgresql://h/d\n", "is no database"),
    ],
)
def test_a_url_that_names_none_is_not_repeated(url, problem):
    with pytest.raises(ValueError, match=problem) as raised:
        Address.parse(url)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({}, "state either table or query"),
        ({"table": "t", "query": "SELECT 1"}, "state either table or query"),
        ({"table": 't"x'}, "pattern"),
        ({"table": "a.b.c"}, "pattern"),
        ({"table": "t\\"}, "pattern"),
        ({"table": "t", "where": "a = 1; DROP TABLE t"}, "where one statement is expected"),
        ({"query": "DELETE FROM t"}, "query is no SELECT"),
        ({"table": "t", "password": "hunter2"}, "password"),
        ({"table": "t", "tls_ca": "ca.pem"}, "tls: verify alone"),
        ({"table": "t", "partition": {"column": "id", "parts": 0}}, "greater than or equal to 1"),
        ({"table": "t", "drift": "evolve"}, "'fail' or 'ignore'"),
        ({"table": "t", "timezone": "Mars"}, "is no time zone"),
    ],
)
def test_a_source_that_cannot_work_is_refused(keys, problem):
    with pytest.raises(ValidationError, match=problem):
        Jdbc(url=URL, user="me", **keys)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a = 1 -- and more", "a = 1"),
        ("a /* ) */ BETWEEN 1 AND 2", "a BETWEEN 1 AND 2"),
        ("name <> 'x''; DROP TABLE t'", "name <> 'x''; DROP TABLE t'"),
        ("j ->> 'a' = 'b' AND NOT done", "j ->> 'a' = 'b' AND NOT done"),
    ],
)
def test_a_predicate_is_written_anew(text, written):
    assert predicate(text, "postgresql") == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 = 1) OR (1 = 1",
        "a = 1) UNION SELECT 1",
        "a = 1; SELECT 2",
        "SELECT 1",
        "DROP TABLE t",
        "SET x = 1",
        "a IN (SELECT b FROM t)",
        "EXISTS (SELECT 1)",
        "count(*) > 1",
        "row_number() OVER () = 1",
        "a = ?",
        "a AS b",
        "a = 'open",
        "(" * 5000 + "a" + ")" * 5000,
        "a = 1 OR " * 4000 + "b",
    ],
)
@pytest.mark.parametrize("scheme", ["postgresql", "mariadb"])
def test_what_is_no_predicate_is_refused(text, scheme):
    with pytest.raises(ValueError, match=r"is |holds |looks |one statement"):
        predicate(text, scheme)


@pytest.mark.parametrize("text", ["SELECT 1;", "WITH x AS (SELECT 1 AS a) SELECT a FROM x -- end"])
def test_a_query_stays_as_it_is(text):
    assert query(text, "postgresql") == text.rstrip(";")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1; SELECT 2",
        "SELECT * INTO x FROM t",
        "SELECT * FROM t FOR UPDATE",
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        "INSERT INTO t SELECT 1",
        "CALL f()",
        "EXPLAIN ANALYZE SELECT 1",
        "COPY t TO STDOUT",
        "SELECT /*! 1 */ 2",
        "SELECT $1",
    ],
)
def test_what_is_no_query_is_refused(text):
    with pytest.raises(ValueError, match=r"is |holds |changes |one statement"):
        query(text, "postgresql")


@given(
    st.lists(st.none() | st.integers(-(2**40), 2**40)),
    st.integers(-(2**41), 2**41),
    st.integers(-(2**41), 2**41),
    st.integers(1, 20),
)
def test_every_row_is_in_exactly_one_part(values, lower, upper, parts):
    scale = scale_of(Simple("bigint"), zoned=False)
    found = Counter()
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (id, v)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(values)))
        conditions = predicates("v", scale, lower, upper, parts)
        for condition in conditions:
            found.update(row[0] for row in connection.execute(f"SELECT id FROM t WHERE {condition}"))
    connection.close()
    assert found == Counter(range(len(values)))
    assert len(conditions) <= parts


def test_literals_are_exact():
    date = scale_of(Simple("date"), zoned=False)
    assert date.literal(date.number("2024-02-29")) == "DATE '2024-02-29'"
    moment = scale_of(Simple("timestamp"), zoned=True)
    assert (
        moment.literal(moment.number("2024-01-01 01:00:00.000001+01:00"))
        == "TIMESTAMPTZ '2024-01-01 00:00:00.000001+00'"
    )
    number = scale_of("number", zoned=False, digits=digits_of("0.5", "1"))
    assert (number.number("0.5"), number.literal(5001)) == (5000, "0.5001")
    assert scale_of("text", zoned=False) is None
    for scale, text in ((date, "infinity"), (moment, "infinity"), (number, "NaN"), (number, "Infinity"), (number, "x")):
        with pytest.raises(ValueError, match=r"."):
            scale.number(text)


def test_a_plan_needs_no_database(context):
    source = Jdbc(
        url=URL,
        table="sales.orders",
        user="me",
        password={"secret": "env:SHOP"},
        partition={"column": "id", "parts": 3},
    )
    opened = source.open(context)
    assert opened.files == ()
    assert opened.secrets == ("env:SHOP",)
    (fetch,) = pickle.loads(pickle.dumps(opened.fetches))
    assert fetch.relation.table == ("sales", "orders")
    assert (fetch.access.password, fetch.partition.parts) == ("env:SHOP", 3)


def test_bounds_may_be_numbers(context):
    part = {"column": "id", "parts": 3, "lower": 1, "upper": 9.5}
    (fetch,) = Jdbc(url=URL, table="t", user="me", partition=part).open(context).fetches
    assert (fetch.partition.lower, fetch.partition.upper) == ("1", "9.5")


def test_a_missing_driver_is_named(context, monkeypatch):
    monkeypatch.setattr("mesh_etl.sources.databases.opening.find_spec", lambda _: None)
    with pytest.raises(PlanError) as raised:
        Jdbc(url="jdbc:mariadb://h/d", table="t", user="me").open(context)
    assert raised.value.code == "PACKAGE_MISSING"
    assert "pip install 'mesh_etl[mysql]'" in str(raised.value)
    access = Access(Address.parse("jdbc:postgresql://h/d"), "me", None, 1, 1, "prefer")
    with pytest.raises(RunError, match=r"mesh_etl\[postgresql\]"):
        session_with(access, None)
