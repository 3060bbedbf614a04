from __future__ import annotations

import pytest

from mesh_etl.errors import ConfigError
from mesh_etl.views import Views
from mesh_etl.views.dialects import written
from mesh_etl.views.types import type_faults

PLAIN = ["{name: nation, logicalType: string}", "{name: orders, logicalType: integer}"]
SQL = """\
select c.nation, count(*) as orders
from sales.orders o join customer.customers c on o.customer_key = c.customer_key
group by c.nation"""


def faults_of(files, product="sales.by_nation"):
    with pytest.raises(ConfigError) as error:
        Views(files.open()).view(product)
    return error.value.faults


def test_a_view_reads_products_by_their_names(files):
    files.view("sales.by_nation", SQL, PLAIN)
    views = Views(files.open())
    view = views.view("sales.by_nation")
    assert view.reads == view.sources == ("sales.orders", "customer.customers")
    assert view.definer == "sales.engineer"
    assert type_faults(view, views) == []
    assert "COUNT(*) AS `orders`" in view.sql
    assert files.open().products() == ("customer.customers", "sales.orders")


def test_columns_come_in_the_order_and_with_the_types_of_the_contract(files):
    files.view("sales.v", "select items, order_key as id from sales.orders", [
        "{name: id, logicalType: integer}", '{name: items, logicalType: integer, physicalType: int}',
    ])  # fmt: skip
    sql = Views(files.open()).view("sales.v").sql
    assert sql.startswith("SELECT CAST(`result`.`id` AS BIGINT) AS `id`, CAST(`result`.`items` AS INT) AS `items` FROM")


def test_the_sql_may_stand_in_a_file(files):
    files.view("sales.by_nation", SQL, PLAIN)
    files.put("configs/sales/by_nation/view.yaml", "product: sales.by_nation\nsql_file: view.sql\n")
    assert faults_of(files)[0].code == "FILE_MISSING"
    files.put("configs/sales/by_nation/view.sql", SQL)
    assert Views(files.open()).view("sales.by_nation").definer == ""
    files.put("configs/sales/by_nation/view.yaml", "product: sales.by_nation\nsql_file: ../../mesh.sql\n")
    assert faults_of(files)[0].code == "BAD_FORMAT"


@pytest.mark.parametrize(
    ("sql", "code", "says"),
    [
        ("drop table sales.orders", "VIEW_SQL", "exactly one SELECT"),
        ("select 1; select 2", "VIEW_SQL", "one statement"),
        ("select rand() as nation, 1 as orders from sales.orders", "VIEW_SQL", "re-run"),
        ("select current_date() as nation, 1 as orders from sales.orders", "VIEW_SQL", "re-run"),
        ("select nation, 1 as orders from customer.customers limit 3", "VIEW_SQL", "ORDER BY"),
        ("select nation, 1 as orders from customers", "VIEW_SQL", "write <domain>.<product>"),
        ("select nation, 1 as orders from a.customer.customers", "VIEW_SQL", "no product"),
        ("select nation, 1 as orders from read_files('/etc/passwd')", "VIEW_SQL", "reads files"),
        ("select nation, 1 as orders from customer.custmers", "UNKNOWN_PRODUCT", "custmers"),
        ("select natoin as nation, 1 as orders from customer.customers", "VIEW_COLUMN", "did you mean 'nation'?"),
        ("select nation, 1 as ordres from customer.customers", "VIEW_COLUMN", "ordres"),
        ("select nation from customer.customers", "VIEW_COLUMN", "orders"),
        ("select nation, name as nation, 1 as orders from customer.customers", "VIEW_COLUMN", "two columns"),
        (
            "select nation, customer_key as orders from customer.customers, sales.orders",
            "VIEW_COLUMN",
            "of which table",
        ),
        ("select nation, orders from sales.by_nation", "VIEW_CYCLE", "sales.by_nation reads sales.by_nation"),
    ],
)
def test_what_cannot_be_a_view_says_why(files, sql, code, says):
    files.view("sales.by_nation", sql, PLAIN)
    found = faults_of(files)
    assert found[0].code == code
    assert says in str(found[0])
    assert found[0].where.startswith("configs/sales/by_nation/")


def test_two_views_that_read_each_other_are_a_circle(files):
    files.view("sales.a", "select id from customer.b", ["{name: id, logicalType: integer}"], more="")
    files.view("customer.b", "select id from sales.a", ["{name: id, logicalType: integer}"], more="")
    (fault,) = faults_of(files, "sales.a")
    assert "sales.a reads customer.b reads sales.a" in fault.problem


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("definer: enginer\n", "UNKNOWN_PERSONA"),
        ("dialects: [spark]\n", "NO_DEFINER"),
        ("definer: engineer\ndialects: [redshift]\n", "NOT_ALLOWED"),
        ("definer: engineer\ndialects: []\n", "OUT_OF_BOUNDS"),
        ("definer: engineer\nsql_file: a.sql\n", "ONE_STATEMENT"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(files, more, code):
    files.view("sales.by_nation", SQL, PLAIN, more=more)
    assert faults_of(files)[0].code == code


def test_a_product_is_a_table_or_a_view(files):
    files.view("sales.orders", SQL, PLAIN)
    assert "JOB_AND_VIEW" in {fault.code for fault in faults_of(files, "sales.orders")}
    files.view("sales.by_nation", SQL, PLAIN)
    project = files.open()
    with pytest.raises(ConfigError) as error:
        project.job("sales.by_nation")
    assert error.value.code == "IS_A_VIEW"


@pytest.mark.parametrize(
    ("expression", "column", "fits"),
    [
        ("total", '{name: x, logicalType: number, physicalType: "decimal(12,2)"}', True),
        ("sum(total) over ()", '{name: x, logicalType: number, physicalType: "decimal(18,2)"}', True),
        ("total", '{name: x, logicalType: number, physicalType: "decimal(12,1)"}', False),
        ("total", "{name: x, logicalType: number}", False),
        ("items", "{name: x, logicalType: string}", False),
        ("cast(items as string)", "{name: x, logicalType: string}", True),
        ("items", "{name: x, logicalType: integer, physicalType: smallint}", True),
        ("items / 2", "{name: x, logicalType: number}", True),
        ("items / 2", "{name: x, logicalType: integer}", False),
        ("ordered_at", "{name: x, logicalType: timestamp}", True),
        ("ordered_at", "{name: x, logicalType: date}", False),
        ("cast(ordered_at as date)", "{name: x, logicalType: date}", True),
        ("null", "{name: x, logicalType: date}", True),
    ],
)
def test_a_type_that_does_not_fit_is_a_fault(files, expression, column, fits):
    files.view("sales.v", f"select {expression} as x from sales.orders", [column])
    views = Views(files.open())
    found = type_faults(views.view("sales.v"), views)
    assert [fault.code for fault in found] == ([] if fits else ["VIEW_TYPE"])


def test_a_view_over_a_view_reads_the_tables(files):
    files.view("sales.by_nation", SQL, PLAIN)
    files.view("sales.large", "select nation, orders from sales.by_nation where orders > 5", PLAIN)
    views = Views(files.open())
    view = views.view("sales.large")
    assert (view.reads, view.sources) == (("sales.by_nation",), ("sales.orders", "customer.customers"))
    assert type_faults(view, views) == []
    assert "`sales`.`by_nation`" not in view.sql


def test_views_of_two_definers_do_not_read_each_other(files):
    files.view("sales.by_nation", SQL, PLAIN)
    files.view("customer.large", "select nation, orders from sales.by_nation", PLAIN)
    (fault,) = faults_of(files, "customer.large")
    assert fault.code == "VIEW_DEFINERS"


def test_aws_takes_ten_tables_and_no_more(files):
    for number in range(11):
        files.job(f"sales.t{number}", ["{name: id, logicalType: integer}"])
    sql = " union all ".join(f"select id from sales.t{number}" for number in range(11))
    files.view("sales.all", sql, ["{name: id, logicalType: integer}"])
    assert faults_of(files, "sales.all")[0].code == "VIEW_TABLES"
    files.view("sales.all", sql, ["{name: id, logicalType: integer}"], more="")
    assert len(Views(files.open()).view("sales.all").sources) == 11


def test_engines_are_told_the_same_in_their_own_words(files, place):
    columns = [
        "{name: who, logicalType: string}",
        "{name: share, logicalType: number}",
        "{name: at, logicalType: timestamp}",
    ]
    sql = (
        "select sha2(c.name, 256) as who, o.items / 2 as share, o.ordered_at as at "
        "from sales.orders o join customer.customers c using (customer_key)"
    )
    files.view("sales.v", sql, columns)
    view = Views(files.open()).view("sales.v")
    spark, athena = written(view.sql, "spark", place), written(view.sql, "athena", place)
    assert "SHA2(ENCODE(`c`.`name`, 'UTF-8'), 256)" in spark
    assert 'SHA256(TO_UTF8("c"."name"))' in athena
    assert 'CAST("o"."items" AS DOUBLE) / 2' in athena
    assert "TIME ZONE" not in athena
    assert "TRY_CAST" not in athena
    assert '"demo_sales"."orders"' in athena
