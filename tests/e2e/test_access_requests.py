"""Access as people have it: asked for, approved, used as somebody, taken back, and every attempt written down."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pytest

from mesh_etl.cli import main

SECRET = "hunter2-4711"
FILES = {
    "configs/mesh.yaml": """\
name: shop
warehouse: table
accounts:
  governance: {id: "111111111111"}
  sales: {id: "222222222222"}
  marketing: {id: "444444444444"}
governance: {account: governance}
domains:
  sales:
    owner: sales-team
    account: sales
    personas: {engineer: {role: sales-engineer, rights: [describe, select, insert, delete, alter], runs_jobs: true}}
consumers:
  marketing:
    account: marketing
    principals: {analyst: marketing-analyst, caller: marketing-caller, stranger: marketing-stranger}
tags:
  sensitivity: {values: [public, personal], default: personal}
approvals:
  - {name: counting, to: [marketing], roles: [counting], classifications: [public], days: 30, reason: only counts}
""",
    "configs/env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {}\n",
    "configs/sales/orders/contract.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, required: true, classification: public}
      - {name: region, logicalType: string, classification: public}
      - {name: email, logicalType: string, classification: personal}
      - {name: phone, logicalType: string, classification: personal}
      - {name: day, logicalType: date, classification: personal}
roles:
  - role: europe
    access: read
    customProperties:
      - {property: principals, value: [marketing.analyst]}
      - {property: rows, value: "region = 'EUROPE'"}
      - {property: columns, value: [id, region]}
  - role: callers
    access: read
    customProperties:
      - {property: hide, value: [email, day]}
      - {property: mask, value: {phone: "concat('***', right(phone, 2))"}}
  - role: counting
    access: read
    customProperties: [{property: columns, value: [id]}]
""",
    "configs/sales/orders/job.yaml": """\
product: sales.orders
source: {type: csv, path: in.csv}
target: {mode: append, partition_by: [month(day) as month]}
checks: {max_rejected: 50%}
""",
    "in.csv": (
        "id,region,email,phone,day\n1,EUROPE,a@x,111,2024-01-01\n2,ASIA,hunter2-4711,222,2024-02-01\n"
        f"3,EUROPE,c@x,333,2024-02-01\n{SECRET},,,,\n"
    ),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A governed product with data, of which the analyst of marketing sees a part."""
    root = tmp_path_factory.mktemp("shop")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    said(root, "govern", "apply", "--allow-dangerous")
    said(root, "run", "sales.orders")
    return root


def said(root, *words, code=0):
    """What the command says, of which no cell is a part."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        main([*words, "--root", str(root), "--no-color"])
    assert int(end.value.code or 0) == code, err.getvalue()
    assert SECRET not in out.getvalue() + err.getvalue()
    return err.getvalue() if code else out.getvalue()


def told(root, *words):
    return json.loads(said(root, *words, "--json"))


def asked(root, who, sql):
    return told(root, "query", sql, "--as", who)


def denied(root, who, sql):
    return said(root, "query", sql, "--as", who, code=3)


def test_only_what_is_granted_exists(shop):
    rows = [{"id": 1, "region": "EUROPE"}, {"id": 3, "region": "EUROPE"}]
    assert asked(shop, "marketing.analyst", "select * from sales.orders order by id") == rows
    assert asked(shop, "role/marketing-analyst", "select * from sales.orders at (version => 1) order by 1") == rows
    assert asked(shop, "marketing.analyst", "select count(*) n from sales.orders") == [{"n": 2}]
    assert asked(shop, "marketing.analyst", "with o as (from sales.orders) select max(id) m from o") == [{"m": 3}]
    names = asked(shop, "marketing.analyst", "select column_name n from (describe sales.orders)")
    assert [one["n"] for one in names] == ["id", "region"]
    everything = asked(shop, "sales.engineer", "select count(email) n, count(month) m from sales.orders")
    assert everything == [{"n": 3, "m": 3}]


@pytest.mark.parametrize("column", ["email", "month", "filename", "nothing", "orders.phone", "sales.orders.phone"])
def test_a_hidden_column_is_as_unknown_as_any_other(shop, column):
    error = denied(shop, "marketing.analyst", f"select {column} from sales.orders")
    assert "QUERY_INVALID" in error
    own = column.rpartition(".")[2]
    assert not ({"phone", "email", "day", "month"} - {own}) & set(error.replace('"', " ").split())


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("select * from sales.orders__quarantine", "ACCESS_DENIED"),
        ("select stats(id) from sales.orders", "QUERY_REFUSED"),
        ("select * from read_parquet('table/sales/orders/data/*/*/*.parquet')", "QUERY_REFUSED"),
        ("select * from 'table/sales/orders/data/x.parquet'", "UNKNOWN_TABLE"),
        ("select * from duckdb_views()", "QUERY_REFUSED"),
        ("explain select * from sales.orders", "QUERY_REFUSED"),
        (
            "select (with duckdb_views as (select 1 a) from duckdb_views), * from sales.orders, duckdb_views",
            "UNKNOWN_TABLE",
        ),
        (
            'select (with "/x.parquet" as (select 1 a) from "/x.parquet"), * from sales.orders, "/x.parquet"',
            "UNKNOWN_TABLE",
        ),
    ],
)
def test_there_is_no_way_around(shop, sql, code):
    assert code in denied(shop, "marketing.analyst", sql)


def test_a_stranger_is_told_why(shop):
    error = denied(shop, "marketing.stranger", "select 1 from sales.orders")
    assert "marketing.stranger may not read sales.orders: nothing gives marketing.stranger a right" in error
    assert "mesh-etl request sales.orders --for marketing.stranger" in error


def test_every_attempt_is_written_down_without_what_was_asked_for(shop):
    sql = f"select id from sales.orders where region = '{SECRET}' or id = 4711"
    asked(shop, "marketing.analyst", sql)
    denied(shop, "marketing.stranger", sql)
    last = told(shop, "requests", "audit", "--product", "sales.orders")[-2:]
    assert [(one["who"], one["verdict"], one["code"]) for one in last] == [
        ("marketing.analyst", "allowed", ""),
        ("marketing.stranger", "denied", "ACCESS_DENIED"),
    ]
    assert last[0]["columns"] == ["id", "region"]
    assert last[0]["statement"] == last[1]["statement"]
    shown = said(shop, "requests", "audit", "--denied").splitlines()[-1]
    assert shown.endswith("  denied   marketing.stranger  sales.orders (id, region) by query [ACCESS_DENIED]")
    audit = "".join(path.read_text() for path in (shop / "table/_governance/audit").rglob("*.json"))
    assert SECRET not in audit


def test_from_the_request_to_the_rows_and_back(shop):
    sql = "select * from sales.orders order by id"
    denied(shop, "marketing.caller", sql)
    words = ("request", "sales.orders", "--role", "callers", "--for", "marketing.caller", "--reason", "to call")
    assert "to be decided by sales-team or sales/role/mesh-governor" in said(shop, *words)
    assert "'asked', 'approved', 'denied'" in said(shop, "requests", "list", "--status", "aksed", code=2)
    (request,) = told(shop, "requests", "list", "--status", "asked")
    id_ = request["request"]
    denied(shop, "marketing.caller", sql)
    assert "NOT_AN_APPROVER" in said(shop, "approve", id_, "--by", "marketing.caller", code=3)
    assert "changes made in the accounts" in said(shop, "approve", id_, "--by", "sales-team")
    rows = asked(shop, "marketing.caller", sql)
    assert [(row["id"], row["region"], row["phone"]) for row in rows] == [
        (1, "EUROPE", "***11"), (2, "ASIA", "***22"), (3, "EUROPE", "***33"),
    ]  # fmt: skip
    assert set(rows[0]) == {"id", "region", "phone"}
    assert asked(shop, "marketing.caller", "select phone from sales.orders__callers where id = 1") == [
        {"phone": "***11"}
    ]
    assert "REQUEST_DECIDED" in said(shop, "deny", id_, "--by", "sales-team", "--reason", "late", code=3)
    said(shop, "revoke", id_, "--by", "sales-team", "--reason", "it is over")
    denied(shop, "marketing.caller", sql)
    steps = [step["step"] for step in told(shop, "requests", "show", id_)["steps"]]
    assert steps == ["asked", "approved", "revoked"]
    said(shop, "govern", "apply", "--allow-dangerous")
    assert "nothing to do" in said(shop, "govern", "plan")


def test_a_policy_approves_at_once(shop):
    words = ("request", "sales.orders", "--role", "counting", "--for", "marketing.stranger", "--reason", "to count")
    assert "approved until" in said(shop, *words, "--days", "30")
    assert asked(shop, "marketing.stranger", "select sum(id) s from sales.orders") == [{"s": 6}]


def test_what_was_revoked_shows_nothing_even_before_it_is_taken_out(shop):
    from mesh_etl.config import Project
    from mesh_etl.govern.requests import Desk

    columns = ("--columns", "region", "--days", "5")
    said(shop, "request", "sales.orders", *columns, "--for", "marketing.caller", "--reason", "x")
    (request,) = told(shop, "requests", "list", "--status", "asked")
    said(shop, "approve", request["request"], "--by", "sales-team")
    assert len(asked(shop, "marketing.caller", "from sales.orders")) == 3
    Desk(Project.open(shop)).revoke(request["request"], "sales-team", "at once")  # in no account yet
    denied(shop, "marketing.caller", "from sales.orders")
