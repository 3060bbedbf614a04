from __future__ import annotations

import json

import pytest

from mesh_etl.lineage import Column, Lineage, personal_columns
from mesh_etl.lineage.openlineage import dataset

CUSTOMERS = "{type: table, product: customer.customers}"


def made_of(files, product, column):
    uses = Lineage.of(files.open()).traced(product).columns[column]
    return sorted((str(use.column), use.kind, use.hidden) for use in uses)


@pytest.mark.parametrize(
    ("steps", "column", "want"),
    [
        ("", "name", [("customer.customers.name", "identity", False)]),
        ("  - {type: rename, columns: {name: x}}\n", "x", [("customer.customers.name", "identity", False)]),
        (
            "  - {type: rename, columns: {name: nation, nation: name}}\n", "name",
            [("customer.customers.nation", "identity", False)],
        ),
        (
            '  - {type: derive, columns: {x: "concat(name, nation)"}}\n', "x",
            [(f"customer.customers.{name}", "transformation", False) for name in ("name", "nation")],
        ),
        ('  - {type: derive, columns: {x: "cast(name as string)"}}\n', "x",
         [("customer.customers.name", "identity", False)]),
        ("  - {type: mask, columns: [name], method: {type: redact}}\n", "name",
         [("customer.customers.name", "transformation", True)]),
        ('  - {type: aggregate, group_by: [nation], columns: {x: "count(distinct name)"}}\n', "x",
         [("customer.customers.name", "aggregation", True)]),
        ('  - {type: aggregate, group_by: [nation], columns: {x: "max(name)"}}\n', "x",
         [("customer.customers.name", "aggregation", False)]),
        ('  - {type: aggregate, columns: {x: "count(*)"}}\n', "x", []),
        ("  - {type: join, with: orders, on: [customer_key], matches: many, columns: [total]}\n", "total",
         [("sales.orders.total", "identity", False)]),
        ("  - {type: join, with: orders, on: [customer_key], matches: many}\n", "items",
         [("sales.orders.items", "identity", False)]),
        ("  - {type: cast, columns: {customer_key: string}}\n", "customer_key",
         [("customer.customers.customer_key", "identity", False)]),
        ('  - {type: sql, query: "select upper(name) as x from source"}\n', "x",
         [("customer.customers.name", "transformation", False)]),
        ('  - {type: sql, query: "with a as (select * from source) select a.name, o.total from a join orders o using '
         '(customer_key) union all select nation, 0 from source"}\n', "name",
         [("customer.customers.name", "identity", False), ("customer.customers.nation", "identity", False)]),
    ],
)  # fmt: skip
def test_each_step_is_followed(files, steps, column, want):
    inputs = "  orders: {type: table, product: sales.orders}\n"
    files.job("sales.made", [f"{{name: {column}, logicalType: string}}"], steps, CUSTOMERS, inputs)
    assert made_of(files, "sales.made", column) == want


def test_a_view_is_followed_through_the_products_it_reads(files):
    columns = ["{name: nation, logicalType: string}", "{name: total, logicalType: number}"]
    sql = (
        "select c.nation, sum(cast(o.total as double)) as total from sales.orders o "
        "join customer.customers c on o.customer_key = c.customer_key where c.name is not null group by c.nation"
    )
    files.view("sales.by_nation", sql, columns)
    lineage = Lineage.of(files.open())
    traced = lineage.traced("sales.by_nation")
    assert [str(use.column) for use in traced.columns["total"]] == ["sales.orders.total"]
    assert (Column("customer.customers", "name"), "filter") in traced.decided
    assert (Column("sales.orders", "customer_key"), "join") in traced.decided
    assert (Column("customer.customers", "nation"), "group_by") in traced.decided
    ((used, _),) = lineage.used_by[Column("sales.orders", "total")]
    assert str(used) == "sales.by_nation.total"
    assert [str(use.column) for use in lineage.traced("sales.orders").columns["total"]] == ["sales.orders/source.total"]


def test_what_only_code_knows_is_not_told(files):
    step = '  - {type: python, function: "a.b:c"}\n'
    files.job("sales.made", ["{name: name, logicalType: string}"], step, CUSTOMERS)
    traced = Lineage.of(files.open()).traced("sales.made")
    assert traced.columns["name"] == frozenset()
    assert "python" in traced.untold


@pytest.mark.parametrize(
    ("expression", "column", "warns"),
    [
        ("name", "{name: x, logicalType: string}", True),
        ("name", "{name: x, logicalType: string, classification: personal}", False),
        ("name", "{name: x, logicalType: string, classification: public}", True),
        ("left(name, 1)", "{name: x, logicalType: string}", True),
        ("left(name, 1)", "{name: x, logicalType: string, classification: public}", False),
        ("sha2(name, 256)", "{name: x, logicalType: string}", True),
        ("max(name)", "{name: x, logicalType: string}", True),
        ("count(name)", "{name: x, logicalType: integer}", False),
        ("nation", "{name: x, logicalType: string}", False),
    ],
)
def test_personal_data_does_not_lose_its_name(files, expression, column, warns):
    files.view("sales.v", f"select {expression} as x from customer.customers", [column])
    found = personal_columns(Lineage.of(files.open()))
    assert [fault.code for fault in found] == (["LINEAGE_PERSONAL"] if warns else [])
    assert all("customer.customers.name" in fault.problem for fault in found)


def test_masked_by_the_job_it_shows_nothing(files):
    steps = "  - {type: mask, columns: [name], method: {type: redact}}\n"
    files.job("sales.made", ["{name: name, logicalType: string}"], steps, CUSTOMERS)
    assert personal_columns(Lineage.of(files.open())) == []


def test_openlineage_is_told_in_its_own_form(files):
    files.view("sales.v", "select name as x from customer.customers", ["{name: x, logicalType: string}"])
    found = dataset(Lineage.of(files.open()).traced("sales.v"), "demo")
    (field,) = found["facets"]["columnLineage"]["fields"]["x"]["inputFields"]
    assert (field["namespace"], field["name"], field["field"]) == ("demo", "customer.customers", "name")
    assert field["transformations"][0] == {"type": "DIRECT", "subtype": "IDENTITY", "description": "", "masking": False}
    assert json.loads(json.dumps(found)) == found
