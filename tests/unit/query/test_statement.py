from __future__ import annotations

import pytest

from mesh_etl.errors import PlanError
from mesh_etl.query.statement import Statement, TableName

PRODUCTS = ("sales.orders", "sales.lineitems", "customer.customers")


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("select 1", []),
        ("select * from sales.orders", ["sales.orders"]),
        ('SELECT * FROM "Sales"."ORDERS" o', ["sales.orders"]),
        ("from sales.orders select count(*)", ["sales.orders"]),
        ("with a as (select * from sales.orders) select * from a join sales.lineitems l on true", None),
        ("select * from sales.orders union all select * from sales.orders;", ["sales.orders"]),
        ("select (select max(x) from sales.lineitems) from range(3)", ["sales.lineitems"]),
        ("select * from unnest([1, 2]), generate_series(1, 2)", []),
        ("with recursive x as (select 1 a union all select a + 1 from x where a < 3) from x", []),
        ("with a as (with a as (from sales.orders) from a), b as (from a) select * from a, b", ["sales.orders"]),
    ],
)
def test_what_may_be_asked(sql, tables):
    found = [one.product for one in Statement.parse(sql, PRODUCTS).tables]
    assert sorted(found) == (["sales.lineitems", "sales.orders"] if tables is None else tables)


def test_the_quarantine_is_a_table_beside():
    (table,) = Statement.parse("select * from sales.orders__quarantine", PRODUCTS).tables
    assert table == TableName("sales.orders", quarantine=True)
    assert table.view == ("sales", "orders__quarantine")


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("", "QUERY_INVALID"),
        ("select 1; select 2", "QUERY_INVALID"),
        ("select 'x", "QUERY_INVALID"),
        ("select from where (", "QUERY_INVALID"),
        ("copy sales.orders to 'x.csv'", "QUERY_REFUSED"),
        ("attach 'x.db'", "QUERY_REFUSED"),
        ("pragma version", "QUERY_REFUSED"),
        ("set threads = 1", "QUERY_REFUSED"),
        ("create table x as select 1", "QUERY_REFUSED"),
        ("install httpfs", "QUERY_REFUSED"),
        ("with x as (insert into sales.orders values (1) returning *) select * from x", "QUERY_REFUSED"),
        ("select * from read_csv('x.csv')", "QUERY_REFUSED"),
        ("select * from read_parquet(['x'])", "QUERY_REFUSED"),
        ("select * from read_text('x')", "QUERY_REFUSED"),
        ("select * from glob('*')", "QUERY_REFUSED"),
        ("select * from duckdb_settings()", "QUERY_REFUSED"),
        ("select (select count(*) from query('select 1'))", "QUERY_REFUSED"),
        ("select * from 'x.parquet'", "UNKNOWN_TABLE"),
        ("select * from information_schema.tables", "UNKNOWN_TABLE"),
        ("select * from other.sales.orders", "UNKNOWN_TABLE"),
        ("with orders as (select 1) select * from main.orders", "UNKNOWN_TABLE"),
        # What a WITH clause defines holds for its own query alone; elsewhere the name is DuckDB's, or a file's.
        ("select (with duckdb_views as (select 1 a) from duckdb_views), * from duckdb_views", "UNKNOWN_TABLE"),
        ('select (with "x.parquet" as (select 1 a) from "x.parquet"), * from "x.parquet"', "UNKNOWN_TABLE"),
        ("with duckdb_views as (from duckdb_views) from duckdb_views", "UNKNOWN_TABLE"),
        ("with recursive sqlite_master as (from sqlite_master) from sqlite_master", "UNKNOWN_TABLE"),
        ("with recursive x as (select a from x union all select 1) from x", "UNKNOWN_TABLE"),
        ("with a as (from duckdb_views), duckdb_views as (select 1) from a", "UNKNOWN_TABLE"),
    ],
)
def test_what_may_not_be_asked(sql, code):
    with pytest.raises(PlanError) as error:
        Statement.parse(sql, PRODUCTS)
    assert error.value.code == code


@pytest.mark.parametrize(("name", "meant"), [("sales.order", "sales.orders"), ("orders", "sales.orders")])
def test_a_wrong_name_comes_with_the_right_one(name, meant):
    with pytest.raises(PlanError) as error:
        Statement.parse(f"select * from {name}", PRODUCTS)
    assert error.value.faults[0].fix == f"did you mean '{meant}'?"


def test_faults_hold_no_literal():
    with pytest.raises(PlanError) as error:
        Statement.parse("select * from sales.ordrs where name = 'Somebody' and (", PRODUCTS)
    assert "Somebody" not in str(error.value)
