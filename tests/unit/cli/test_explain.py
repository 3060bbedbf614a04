"""`mesh-etl contract explain`: how rules are answered and what that costs, before there is any data."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from mesh_etl.checks.base import Source
from mesh_etl.cli.contract.explain import WAYS

CUSTOMERS = """\
apiVersion: v3.1.0
kind: DataContract
id: {name}
version: 1.0.0
status: active
schema: [{{name: customers, properties: [{{name: id, physicalType: bigint, primaryKey: true}}]}}]
"""
ORDERS = """\
apiVersion: v3.1.0
kind: DataContract
id: {name}
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {{name: id, physicalType: bigint, primaryKey: true}}
      - {{name: line, physicalType: int, required: true}}
      - {{name: customer, physicalType: int, relationships: [{{id: fk, to: "shop.customers#customers.id"}}]}}
      - name: price
        physicalType: double
        quality:
          - {{name: mean, type: sql, query: "select avg({{property}}) from {{object}}", mustBeLessThan: 9}}
          - {{name: top, type: sql, query: "select max({{property}}) from {{object}}", mustBe: 9, severity: info}}
          - name: kinds
            type: sql
            query: select count(distinct line) from {{object}}
            mustBe: 1
            dimension: accuracy
          - {{name: plain, type: sql, query: "select max(line) from {{object}}", mustBe: 1, schedule: "0 5 * * *"}}
    quality:
      - {{name: lines, metric: duplicateValues, arguments: {{properties: [id, line]}}, mustBe: 0}}
      - {{name: prose, type: text, description: Orders are real.}}
"""
CSV = "{type: csv, path: no-such-folder/*.csv}"


@pytest.fixture
def orders(product):
    product("customers", "{type: csv, path: customers.csv}", contract=CUSTOMERS)
    return product("orders", CSV, contract=ORDERS)


def test_every_way_has_words():
    assert set(WAYS) == set(get_args(Source))


def test_without_any_data(mesh, orders):
    said = mesh("contract", "explain", "shop.orders")
    assert said.code == 0, said.err
    lines = {" ".join(line.split()) for line in said.out.splitlines()}
    assert "lines duplicates of (id, line) = 0; implied by primary_key fails the run keys" in lines
    assert "top (SELECT MAX(price) FROM staged) = 9 is told (info) scan" in lines
    assert "kinds (SELECT COUNT(DISTINCT line) FROM staged) = 1 fails the run (accuracy) scan" in lines
    assert "hashes kept of (id)" in lines
    assert "shuffles at most 1, in queries that group or join" in lines
    assert "not executed fk (shop.customers has no table yet)" in lines
    assert any(line.startswith("note plain: its schedule") for line in lines)


MEASURED = """\
apiVersion: v3.1.0
kind: DataContract
id: {name}
version: 1.0.0
status: active
schema:
  - name: visits
    properties:
      - {{name: id, physicalType: bigint, quality: [{{name: few, metric: nullValues, mustBeLessThan: 2}}]}}
    quality: [{{name: some, metric: rowCount, mustBeGreaterThan: 0}}]
"""


@pytest.mark.parametrize(("mode", "later"), [("append", ("states", "ledger")), ("replace", ("counts", "counts"))])
def test_rows_that_stay_are_counted_by_what_earlier_commits_kept(mesh, product, project, mode, later):
    job = product("visits", "{type: csv, path: 'in/*.csv'}", contract=MEASURED) / "job.yaml"
    job.write_text(job.read_text().replace("replace", mode))
    (project / "in").mkdir()

    def ways(*words):
        facts = json.loads(mesh(*words, "shop.visits", "--json").out)
        told = facts["rules"] if "rules" in facts else facts["products"][0]["rules"]
        found = {one["rule"]: one["source"] for one in told}
        return found["few"], found["some"]

    (project / "in/a.csv").write_text("id\n1\n")
    assert ways("contract", "explain") == ways("run") == ("counts", "counts")
    (project / "in/b.csv").write_text("id\n2\n")
    assert ways("contract", "explain") == ways("run") == later


def test_the_version_that_a_foreign_key_is_looked_up_in(mesh, orders, project):
    (project / "customers.csv").write_text("id\n1\n")
    assert mesh("run", "shop.customers").code == 0
    facts = json.loads(mesh("contract", "explain", "shop.orders", "--json").out)
    ways = {one["rule"]: (one["source"], one["against"], one["implied_by"]) for one in facts["rules"]}
    assert ways["fk"] == ("reference", "shop.customers@1", "")
    assert ways["lines"] == ("keys", "", "primary_key")
    assert facts["cost"] == {
        "in_the_write": 4,
        "through_engine": False,
        "keys": [["id"]],
        "plain_queries": 1,
        "scans": 2,
        "scanning": 3,
        "shuffles": 1,
        "foreign_keys": 1,
        "tables": ["shop.customers@1"],
    }
    assert [(one["rule"], one["where"]) for one in facts["not_executed"]] == [
        ("prose", "configs/shop/orders/contract.yaml:25:9")
    ]


def test_validate_finds_what_leads_nowhere_and_queries_that_are_refused(mesh, orders):
    contract = orders / "contract.yaml"
    text = contract.read_text()
    contract.write_text(text.replace("customers.id", "customers.idd"))
    said = mesh("validate")
    assert said.code == 2
    assert (
        "contract.yaml:11:74: shop.customers stores no column 'idd'; did you mean 'id'? [DANGLING_REFERENCE]"
        in said.err
    )
    contract.write_text(text.replace("avg(", "rand("))
    said = mesh("validate")
    assert (said.code, said.err.count("RULE_SQL")) == (2, 1)
