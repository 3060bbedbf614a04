"""What a view registers for Spark gives on every engine the rows that DuckDB reads from it here."""

from __future__ import annotations

import datetime
import decimal

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from mesh_etl.contract.types import Field, parse
from mesh_etl.views.canonical import canonical, qualified
from mesh_etl.views.dialects import written
from mesh_etl.views.statement import Statement

ORDERS = {
    "order_key": "bigint",
    "customer_key": "bigint",
    "total": "decimal(12,2)",
    "items": "int",
    "ordered_at": "timestamp",
    "day": "date",
}
CUSTOMERS = {"customer_key": "bigint", "name": "string", "nation": "string", "score": "double"}
AT = datetime.datetime(2024, 2, 29, 23, 30, tzinfo=datetime.UTC)
ORDER_ROWS = [
    (1, 10, decimal.Decimal("5.50"), 3, AT, datetime.date(2024, 2, 29)),
    (2, 10, decimal.Decimal("-4.45"), 7, None, datetime.date(2023, 12, 31)),
    (3, 11, None, -7, AT, None),
    (4, None, decimal.Decimal("0.01"), None, AT, datetime.date(1970, 1, 1)),
]
CUSTOMER_ROWS = [(10, "Größe 日本 😀", "FRANCE", 1.5), (11, "Bob", None, -0.0), (12, "  padded ", "PERU", None)]
VIEWS = {  # each SELECT with the columns that its contract promises
    "aggregates": (
        "select c.nation, count(*) as n, count(distinct o.customer_key) as who, sum(o.total) as total, "
        "max(o.items) as most from sales.orders o left join customer.customers c "
        "on o.customer_key = c.customer_key group by c.nation",
        {"nation": "string", "n": "bigint", "who": "bigint", "total": "decimal(22,2)", "most": "int"},
    ),
    "digests": (
        "select customer_key, sha2(name, 256) as s, md5(name) as m from customer.customers",
        {"customer_key": "bigint", "s": "string", "m": "string"},
    ),
    "quotients": (
        "select order_key, items / 2 as half, items % 4 as left_over, total * 3 as thrice from sales.orders",
        {"order_key": "bigint", "half": "double", "left_over": "int", "thrice": "decimal(24,2)"},
    ),
    "texts": (
        "select customer_key, lower(trim(name)) as u, substring(name, 1, 3) as s, length(name) as l, "
        "coalesce(nation, 'none') as nation, concat('<', name, '>') as c from customer.customers where name like '%o%' "
        "or name like 'Gr%'",
        {"customer_key": "bigint", "u": "string", "s": "string", "l": "bigint", "nation": "string", "c": "string"},
    ),
    "dates": (
        "select order_key, cast(ordered_at as date) as at, year(day) as y, month(day) as m, "
        "date_add(day, 1) as next, case when day >= date '2024-01-01' then 'new' else 'old' end as age "
        "from sales.orders",
        {"order_key": "bigint", "at": "date", "y": "int", "m": "int", "next": "date", "age": "string"},
    ),
    "windows": (
        "select order_key, row_number() over (partition by customer_key order by order_key desc) as place, "
        "sum(items) over (partition by customer_key) as together from sales.orders",
        {"order_key": "bigint", "place": "int", "together": "bigint"},
    ),
    "unions": (
        "with both as (select order_key as k from sales.orders union all select customer_key from customer.customers) "
        "select k, count(*) as n from both where k is not null group by k having count(*) > 0",
        {"k": "bigint", "n": "bigint"},
    ),
    "exists": (
        "select nation from customer.customers c where exists "
        "(select 1 from sales.orders o where o.customer_key = c.customer_key and o.items > 0)",
        {"nation": "string"},
    ),
}


def fields(types):
    return tuple(Field(name, parse(kind)) for name, kind in types.items())


@pytest.fixture(scope="module")
def sql_of():
    """The canonical SQL of a view over both tables."""
    schemas = {"sales.orders": fields(ORDERS), "customer.customers": fields(CUSTOMERS)}

    def make(name):
        text, columns = VIEWS[name]
        return canonical(qualified(Statement.parse(text).sql, schemas, {}), fields(columns))

    return make


@pytest.mark.parametrize("name", VIEWS)
def test_spark_and_duckdb_read_the_same(engine, sql_of, name):
    session = engine.session()
    tables = {"orders": (ORDERS, ORDER_ROWS), "customers": (CUSTOMERS, CUSTOMER_ROWS)}
    for table, (types, rows) in tables.items():
        ddl = ", ".join(f"{column} {kind}" for column, kind in types.items())
        session.createDataFrame(rows, ddl).createOrReplaceTempView(f"view_sql_{table}")

    sql = written(sql_of(name), "spark", lambda product: ("", f"view_sql_{product.partition('.')[2]}"))
    found = [tuple(row) for row in session.sql(sql.replace("``.", "")).collect()]
    assert sorted(map(repr, found)) == sorted(map(repr, by_duckdb(sql_of(name))))


def by_duckdb(sql):
    with duckdb.connect(":memory:") as database:
        database.execute("SET TimeZone = 'UTC'")
        for place, types, rows in (
            ("sales.orders", ORDERS, ORDER_ROWS),
            ("customer.customers", CUSTOMERS, CUSTOMER_ROWS),
        ):
            columns = ", ".join(
                f"{name} {'timestamptz' if kind == 'timestamp' else kind}" for name, kind in types.items()
            )
            database.execute(f"CREATE SCHEMA {place.partition('.')[0]}")
            database.execute(f"CREATE TABLE {place} ({columns})")
            database.executemany(f"INSERT INTO {place} VALUES ({', '.join('?' * len(types))})", rows)
        return database.sql(written(sql, "duckdb", lambda product: tuple(product.split(".")))).fetchall()


@pytest.mark.parametrize("name", VIEWS)
def test_athena_can_parse_what_it_is_told(sql_of, name):
    """Each output of the text that is registered for Athena has the type that the contract promises."""
    text = written(sql_of(name), "athena", lambda product: tuple(product.split(".")))
    (node,) = sqlglot.parse(text, read="trino")
    assert node.sql(dialect="trino") == text
    assert [one.alias for one in node.selects] == list(VIEWS[name][1])
    for one, kind in zip(node.selects, VIEWS[name][1].values(), strict=True):
        wanted = exp.DataType.build(kind, dialect="spark").sql(dialect="trino")
        assert isinstance(one.this, exp.Cast)
        assert one.this.to.sql(dialect="trino") == wanted
