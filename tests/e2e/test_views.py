"""Views, lineage and discovery as their users have them, over a small mesh of two domains."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pytest

from mesh_etl import worlds
from mesh_etl.cli import main
from tests.unit.views.conftest import MESH, Files

ORDERS = """\
order_key,customer_key,total,items,ordered_at
1,10,5.50,2,2026-01-01T10:00:00Z
2,10,4.50,1,2026-01-02T10:00:00Z
3,11,1.00,1,2026-01-03T10:00:00Z
"""
CUSTOMERS = "customer_key,name,nation\n10,Ada,FRANCE\n11,Bob,PERU\n"
SQL = """\
select c.nation, c.name, count(*) as orders, sum(o.total) as total
from sales.orders o join customer.customers c on o.customer_key = c.customer_key
group by c.nation, c.name"""
COLUMNS = [
    "{name: nation, logicalType: string, description: Where the customer lives.}",
    "{name: name, logicalType: string, classification: personal}",
    "{name: orders, logicalType: integer}",
    '{name: total, logicalType: number, physicalType: "decimal(18,2)"}',
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A mesh whose two tables have rows, and a view over them."""
    files = Files(tmp_path_factory.mktemp("shop"))
    files.put("in/sales.orders.csv", ORDERS)
    files.put("in/customer.customers.csv", CUSTOMERS)
    files.view("sales.by_customer", SQL, COLUMNS)
    files.view("sales.plain", "select nation from sales.by_customer", COLUMNS[:1], more="")
    files.view("sales.french", "select nation, name from customer.customers where nation = 'FRANCE'", COLUMNS[:2])
    files.role("customer.customers", "sales.engineer")
    files.role("sales.french", "marketing.analyst")
    for words in (("govern", "apply", "--allow-dangerous"), ("run", "--all")):
        code, _, err = said(files, *words)
        assert code == 0, err
    return files


def said(files, *words):
    """How a command ended, and what it printed."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        main([*words, "--root", str(files.root), "--no-color"])
    return int(end.value.code or 0), out.getvalue(), err.getvalue()


def test_a_view_is_read_like_a_table(shop):
    code, out, err = said(shop, "query", "select * from sales.by_customer order by name", "--json")
    assert code == 0, err
    assert json.loads(out) == [
        {"nation": "FRANCE", "name": "Ada", "orders": 2, "total": "10.00"},
        {"nation": "PERU", "name": "Bob", "orders": 1, "total": "1.00"},
    ]


def test_a_view_and_a_table_are_joined(shop):
    sql = "select count(*) as n from sales.by_customer v join customer.customers c using (name), sales.plain"
    code, out, err = said(shop, "query", sql, "--json")
    assert (code, json.loads(out)) == (0, [{"n": 4}]), err


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("select * from sales.by_custmer", "UNKNOWN_TABLE"),
        ("select * from sales.by_customer__quarantine", "QUERY_REFUSED"),
        ("select * from sales.by_customer at (version => 1)", "QUERY_REFUSED"),
        ('select * from _mesh_behind."sales.engineer customer.customers"', "UNKNOWN_TABLE"),
        ("select phone from sales.by_customer", "QUERY_INVALID"),
    ],
)
def test_what_is_behind_a_view_stays_there(shop, sql, code):
    ended, out, err = said(shop, "query", sql)
    assert ended == 3
    assert f"[{code}]" in err
    assert out == ""


def test_nobody_reads_a_view_without_a_right_to_it(shop):
    code, out, err = said(shop, "query", "select * from sales.by_customer", "--as", "customer.engineer")
    assert code == 3
    assert "sales.by_customer" in err
    assert "[ACCESS_DENIED]" in err
    assert out == ""


def test_the_right_to_a_view_is_enough(shop):
    code, out, err = said(shop, "query", "select * from sales.french", "--as", "marketing.analyst", "--json")
    assert (code, json.loads(out)) == (0, [{"nation": "FRANCE", "name": "Ada"}]), err
    code, _, err = said(shop, "query", "select * from customer.customers", "--as", "marketing.analyst")
    assert code == 3
    assert "[ACCESS_DENIED]" in err


def test_a_condition_is_not_asked_of_rows_that_the_view_leaves_out(shop):
    sql = "select count(*) as n from sales.french where cast(replace(name, 'Ada', '1') as int) = 1"
    code, out, err = said(shop, "query", sql, "--as", "marketing.analyst", "--json")
    assert (code, json.loads(out)) == (0, [{"n": 1}]), err


def test_a_definer_who_may_not_read_lends_nothing(shop):
    code, _, err = said(shop, "query", "select * from sales.by_customer", "--as", "sales.engineer")
    assert code == 0, err
    contract = shop.root / "configs/customer/customers/contract.yaml"
    before = contract.read_text()
    contract.write_text(before.partition("roles:")[0])
    assert said(shop, "govern", "apply", "--allow-dangerous")[0] == 0
    code, _, err = said(shop, "query", "select * from sales.french", "--as", "marketing.analyst")
    contract.write_text(before)
    assert said(shop, "govern", "apply", "--allow-dangerous")[0] == 0
    assert code == 3
    assert "with the rights of sales.engineer, who may not read all of it" in err


def test_validate_and_plan_know_views(shop):
    code, out, err = said(shop, "validate")
    assert code == 0, err
    assert "2 jobs, 3 views, 5 contracts: valid" in out
    code, out, _ = said(shop, "plan", "sales.by_customer", "--json")
    told = json.loads(out)
    assert told["sources"] == ["sales.orders", "customer.customers"]
    assert told["definer"] == "sales.engineer"
    code, _, err = said(shop, "run", "sales.by_customer")
    assert code == 2
    assert "[IS_A_VIEW]" in err


def test_columns_are_followed(shop):
    code, out, _ = said(shop, "lineage", "sales.by_customer.total")
    assert code == 0
    assert "← sales.orders.total  aggregated\n    ← sales.orders/source.total" in out
    code, out, _ = said(shop, "lineage", "customer.customers.nation", "--down", "--json")
    used = [one["column"] for one in json.loads(out)["columns"][0]["used_in"]]
    assert used == ["sales.by_customer.nation", "sales.french.nation", "sales.plain.nation"]
    code, _, err = said(shop, "lineage", "sales.by_customer.totl")
    assert code == 2
    assert "did you mean 'total'?" in err


def test_products_are_found_with_what_helps_to_choose(shop):
    code, out, _ = said(shop, "find", "nation", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["all_words"] is True
    by_name = {one["product"]: one for one in told["products"]}
    assert set(by_name) == {"customer.customers", "sales.by_customer", "sales.french", "sales.plain"}
    assert by_name["customer.customers"]["table"]["rows"] == 2
    assert by_name["customer.customers"]["table"]["quality"] == by_name["sales.by_customer"]["table"]["quality"]
    code, out, _ = said(shop, "find", "customer", "--compare")
    assert code == 0
    assert "customer-team" in out
    assert "sales-team" in out
    assert "Ada" not in out
    code, out, _ = said(shop, "find", "nation", "--as", "marketing.analyst")
    assert "marketing.analyst may not read it" in out
    assert "marketing.analyst may read all of it" in out
    code, out, _ = said(shop, "find", "nation", "--as", "marketing.analyst", "--live", "--json")
    assert [one["product"] for one in json.loads(out)["products"]] == ["sales.french"]


def test_a_view_is_shown_like_a_product(shop):
    code, out, err = said(shop, "show", "sales.by_customer")
    assert code == 0, err
    assert "of sales.orders, customer.customers, with the rights of sales.engineer" in out
    assert "Where the customer lives." in out
    told = json.loads(said(shop, "show", "sales.by_customer", "--json")[1])
    assert (told["kind"], told["owner"]) == ("view", "sales-team")
    assert told["columns"][1] == {
        "name": "name", "type": "string", "required": False, "classification": "personal", "description": "",
    }  # fmt: skip
    assert json.loads(said(shop, "schema", "view")[1])["properties"]["definer"]


@pytest.mark.parametrize("words", [("history",), ("verify",), ("contract", "diff"), ("contract", "explain")])
def test_what_a_view_does_not_have_says_what_it_is(shop, words):
    code, _, err = said(shop, *words, "sales.by_customer")
    assert code == 2
    assert "[IS_A_VIEW]" in err


def test_an_entry_says_what_the_contract_says(shop):
    project = shop.open()
    glue = worlds.open(project.env, project.root).client("glue", project.identity("governance"))
    found = glue.get_table(DatabaseName="demo_sales", Name="by_customer")["Table"]
    comments = {one["Name"]: one.get("Comment") for one in found["StorageDescriptor"]["Columns"]}
    assert (comments["nation"], comments["name"]) == ("Where the customer lives.", None)


def test_a_part_of_a_view_cannot_be_asked_for(shop):
    asked = ("request", "sales.french", "--for", "sales.engineer", "--reason", "to look")
    code, _, err = said(shop, *asked, "--columns", "nation")
    assert code == 3
    assert "say --role reader [VIEW_IS_WHOLE]" in err
    code, out, err = said(shop, *asked, "--role", "reader", "--json")
    assert code == 0, err
    assert json.loads(out)["role"] == "reader"


def test_the_matrix_tells_of_a_views_guarded_columns(shop):
    code, out, err = said(shop, "access", "matrix", "--json")
    assert code == 0, err
    squares = {(one["principal"], one["product"]): one for one in json.loads(out)}
    assert squares["marketing.analyst", "sales.french"]["guarded"] == ["name"]


def test_a_broken_contract_elsewhere_keeps_nobody_from_reading(shop):
    """What nobody can tell the end of is not shown, and nothing else is kept back."""
    contract = shop.root / "configs/sales/orders/contract.yaml"
    before = contract.read_text()
    contract.write_text(before.replace("kind: DataContract", "kind: Agreement"))
    try:
        french = said(shop, "query", "select * from sales.french", "--as", "marketing.analyst", "--json")
        orders = said(shop, "query", "select * from sales.orders", "--as", "sales.engineer")
        behind = said(shop, "query", "select * from sales.by_customer", "--as", "sales.engineer")
    finally:
        contract.write_text(before)
    assert (french[0], json.loads(french[1])) == (0, [{"nation": "FRANCE", "name": "Ada"}]), french[2]
    for code, out, err in (orders, behind):
        assert (code, out) == (2, "")
        assert "configs/sales/orders/contract.yaml:2:7" in err


@pytest.fixture
def files(tmp_path):
    """A mesh of two tables, of which nothing was made yet."""
    return Files(tmp_path)


def test_a_job_cannot_read_a_view(files):
    files.view("sales.by_customer", SQL, COLUMNS)
    files.job("sales.copy", COLUMNS[:1], source="{type: table, product: sales.by_customer, columns: [nation]}")
    for words in (("validate",), ("plan", "sales.copy"), ("run", "sales.copy")):
        code, _, err = said(files, *words)
        assert code in (2, 3), words
        assert "'sales.by_customer' is a view: it has no table that a job could read" in err
        assert "[IS_A_VIEW]" in err


def test_policies_judge_the_contracts_of_views(files):
    files.put("configs/mesh.yaml", MESH + "policies:\n  - {use: columns-described, min_length: 8}\n")
    files.view("sales.by_customer", SQL, COLUMNS)
    for words in (("contract", "policies", "sales.by_customer"), ("validate", "sales.by_customer")):
        code, _, err = said(files, *words)
        assert code == 2, words
        assert "configs/sales/by_customer/contract.yaml:10:9: policy 'columns-described': 'name'" in err
        assert "'nation'" not in err


def test_rules_of_a_views_contract_are_told_to_be_idle(files):
    files.view("sales.plain", "select nation from customer.customers", COLUMNS[:1])
    assert "VIEW_RULES" not in said(files, "validate")[2]
    path = files.root / "configs/sales/plain/contract.yaml"
    path.write_text(path.read_text() + "    quality:\n      - {metric: rowCount, mustBeGreaterThan: 0}\n")
    for words in (("validate",), ("plan", "sales.plain")):
        code, _, err = said(files, *words)
        assert code == 0, err
        assert "[VIEW_RULES]" in err
        assert "configs/sales/plain/contract.yaml:11:" in err


def test_governance_warns_of_what_is_shown_in_a_copy(files):
    """A column without a classification that is made of a personal one."""
    files.view("sales.names", "select name as label from customer.customers", ["{name: label, logicalType: string}"])
    code, _, err = said(files, "govern", "plan")
    assert code == 0, err
    assert "[LINEAGE_PERSONAL]" in err
    assert "[LINEAGE_PERSONAL]" not in said(files, "govern", "plan", "--domain", "customer")[2]
    warned = json.loads(said(files, "govern", "plan", "--product", "sales.names", "--json")[1])["warnings"]
    assert "LINEAGE_PERSONAL" in {one["code"] for one in warned}
