"""A job reads of another domain's product what the grants of the mesh show to the role that it runs as."""

from __future__ import annotations

import pytest

from mesh_etl import worlds
from mesh_etl.config import Project, load
from mesh_etl.config.suppression import today
from mesh_etl.errors import PlanError
from mesh_etl.govern.apply import apply
from mesh_etl.govern.audit import Audit
from mesh_etl.pipeline import run_job
from mesh_etl.storage import LOCAL_STORAGE

MESH = """\
name: shop
warehouse: table
accounts:
  governance: {id: "111111111111"}
  sales: {id: "222222222222"}
  finance: {id: "333333333333"}
governance: {account: governance}
domains:
  sales:
    owner: sales-team
    account: sales
    personas: {engineer: {role: sales-engineer, rights: [describe, select, insert, delete, alter], runs_jobs: true}}
  finance:
    owner: finance-team
    account: finance
    personas: {engineer: {role: finance-engineer, rights: [describe, select, insert, delete, alter], runs_jobs: true}}
"""
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {name}
version: 1.0.0
status: active
schema:
  - name: {name}
    properties:
{columns}
roles: [{roles}]
"""
ROWS = "id,region,email,amount\n1,EUROPE,a@x,5\n2,ASIA,b@x,7\n3,EUROPE,c@x,1\n4,,d@x,2\n"
ORDERS = ("id integer", "region string", "email string", "amount integer")
NARROW = "id, region, amount"


class Shop:
    """A mesh of two domains; `finance.totals` reads what `sales.orders` shows it."""

    def __init__(self, root, engine):
        self.root, self.engine = root, engine
        self.put("configs/mesh.yaml", MESH)
        self.put("configs/env/local.yaml", "world: {type: local, home: .mesh}\nvalues: {}\n")
        self.put("in/1.csv", ROWS)

    def put(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def define(self, product, columns, job, *roles):
        domain, _, name = product.partition(".")
        lines = (one.split() for one in columns)
        stated = "\n".join(f"      - {{name: {column}, logicalType: {kind}}}" for column, kind in lines)
        text = CONTRACT.format(name=name, columns=stated, roles=", ".join(roles))
        self.put(f"configs/{domain}/{name}/contract.yaml", text)
        self.put(f"configs/{domain}/{name}/job.yaml", f"product: {product}\n{job}\n")

    def orders(self, *roles, target="{mode: append}"):
        self.define("sales.orders", ORDERS, f'source: {{type: csv, path: "in/*.csv"}}\ntarget: {target}', *roles)

    def totals(self, columns, source="", target="{mode: replace}", steps=""):
        job = f"source: {{type: table, product: sales.orders{source}}}\ntarget: {target}{steps}"
        self.define("finance.totals", columns, job)

    def govern(self):
        project = Project.open(self.root)
        apply(project, worlds.open(project.env, project.root), "test", dangerous=True)

    def run(self, product):
        job = load(product, self.root)
        return run_job(job, self.engine, worlds.open(job.project.env, job.project.root))

    def attempts(self):
        kept = Audit(Project.open(self.root).governance_store, LOCAL_STORAGE)
        return [(one.who, one.verdict, one.code, one.products, one.by) for one in kept.since(today())]


def role(name, columns="", rows=""):
    terms = ["{property: principals, value: [finance.engineer]}"]
    terms += [f"{{property: columns, value: [{columns}]}}"] if columns else []
    terms += [f'{{property: rows, value: "{rows}"}}'] if rows else []
    return f"{{role: {name}, access: read, customProperties: [{', '.join(terms)}]}}"


@pytest.fixture
def shop(tmp_path, engine):
    return Shop(tmp_path, engine)


def test_columns_and_rows_that_are_not_shown_are_not_there(shop, table_rows):
    shop.orders(role("europe", NARROW, "region = 'EUROPE'"))
    shop.totals(("id integer", "region string", "amount integer"))
    shop.govern()
    shop.run("sales.orders")
    report = shop.run("finance.totals")
    assert table_rows(report) == [[1, "EUROPE", 5], [3, "EUROPE", 1]]
    assert report.entry.counts.read == 2
    assert shop.attempts()[-1] == ("finance.engineer", "allowed", "", ("sales.orders",), "finance.totals")


def test_transforms_see_no_more(shop, table_rows):
    shop.orders(role("europe", "id, amount", "region = 'EUROPE' or region is null"))
    step = "\ntransforms: [{type: derive, columns: {double: amount * 2}}, {type: select, columns: [id, double]}]"
    shop.totals(("id integer", "double integer"), steps=step)
    shop.govern()
    shop.run("sales.orders")
    assert table_rows(shop.run("finance.totals")) == [[1, 10], [3, 2], [4, 4]]


def test_several_roles_add_up(shop, table_rows):
    shop.orders(role("europe", "id, amount", "region = 'EUROPE'"), role("asia", "id, region", "region = 'ASIA'"))
    shop.totals(("id integer", "region string", "amount integer"))
    shop.govern()
    shop.run("sales.orders")
    assert table_rows(shop.run("finance.totals")) == [[1, None, 5], [2, "ASIA", None], [3, None, 1]]


def test_the_folder_of_a_partition_tells_nothing(shop, table_rows):
    shop.orders(
        role("ids", "id, amount", "region = 'ASIA'"), target="{mode: append, partition_by: ['truncate(4, region)']}"
    )
    shop.totals(("id integer", "amount integer"))
    shop.govern()
    shop.run("sales.orders")
    assert table_rows(shop.run("finance.totals")) == [[2, 7]]


def test_a_column_that_is_named_and_not_shown_is_refused_before_anything_is_read(shop):
    shop.orders(role("some", NARROW))
    shop.totals(("id integer", "email string"), ", columns: [id, email]")
    shop.govern()
    shop.run("sales.orders")
    with pytest.raises(PlanError, match=r"finance\.engineer may not read email of sales\.orders") as raised:
        shop.run("finance.totals")
    assert raised.value.code == "ACCESS_DENIED"
    assert shop.attempts()[-1][1:3] == ("denied", "ACCESS_DENIED")


def test_nothing_is_read_without_a_grant(shop):
    shop.orders()
    shop.totals(("id integer",))
    shop.govern()
    shop.run("sales.orders")
    with pytest.raises(
        PlanError, match=r"may not read sales\.orders: nothing gives finance\.engineer a right"
    ) as raised:
        shop.run("finance.totals")
    assert raised.value.code == "ACCESS_DENIED"


def test_more_rights_are_other_work(shop, table_rows):
    shop.orders(role("europe", NARROW, "region = 'EUROPE'"))
    shop.totals(("id integer", "region string", "amount integer"))
    shop.govern()
    shop.run("sales.orders")
    assert len(table_rows(shop.run("finance.totals"))) == 2
    assert shop.run("finance.totals").outcome == "done before"
    shop.orders(role("europe", NARROW, "region in ('EUROPE', 'ASIA')"))
    shop.govern()
    assert len(table_rows(shop.run("finance.totals"))) == 3


KEYED = """\
apiVersion: v3.1.0
kind: DataContract
id: totals
version: 1.0.0
status: active
schema:
  - name: totals
    properties:
      - name: id
        logicalType: integer
        relationships: [{to: sales.orders#orders.id, customProperties: [{property: severity, value: warning}]}]
"""


@pytest.mark.parametrize(
    ("roles", "missing"),
    [
        ((), r"may not read sales\.orders: nothing gives finance\.engineer a right"),
        ((role("amounts", "amount"),), r"may not look up id in all rows of sales\.orders"),
        ((role("europe", "id", "region = 'EUROPE'"),), r"may not look up id in all rows of sales\.orders"),
        ((role("ids", "id"),), ""),
    ],
    ids=["nothing", "another column", "some rows", "the column"],
)
def test_foreign_keys_are_looked_up_where_that_is_granted(shop, roles, missing):
    shop.orders(*roles)
    shop.define("finance.totals", ("id integer",), "source: {type: csv, path: guesses.csv}\ntarget: {mode: replace}")
    shop.put("configs/finance/totals/contract.yaml", KEYED)
    shop.put("guesses.csv", "id\n1\n77\n")
    shop.govern()
    shop.run("sales.orders")
    if not missing:
        assert shop.run("finance.totals").entry.counts.good == 2
        assert shop.attempts()[-1] == ("finance.engineer", "allowed", "", ("sales.orders",), "finance.totals")
        return
    with pytest.raises(PlanError, match=missing) as raised:
        shop.run("finance.totals")
    assert raised.value.code == "ACCESS_DENIED"
    assert shop.attempts()[-1][1:3] == ("denied", "ACCESS_DENIED")


def test_a_domain_reads_its_own(shop, table_rows):
    shop.orders()
    source = "source: {type: table, product: sales.orders}\ntarget: {mode: replace}"
    shop.define("sales.copy", ORDERS, source)
    shop.govern()
    shop.run("sales.orders")
    assert len(table_rows(shop.run("sales.copy"))) == 4
    assert shop.attempts() == []
