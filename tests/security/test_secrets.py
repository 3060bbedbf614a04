"""What is secret or personal stands where it was put, in the table and in what was refused, and nowhere else.

Each seed is looked for in what every command says, for people and for machines, and in every file of the project.
"""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import PurePath

import pytest

from mesh_etl import worlds
from mesh_etl.cli import main
from mesh_etl.config import Project

CELL, LOWEST, REFUSED = "zz-cell@example.org", "aa-lowest-cell", "zz-refused-cell"
VALUE, COMMENT, EXAMPLE = "zz-value-of-the-environment", "zz-comment", "zz-example"
ASKED, REASON = "zz-constant-of-a-question", "zz-reason"
SEEDS = (CELL, LOWEST, REFUSED, VALUE, COMMENT, EXAMPLE, ASKED, REASON)
FILES = {
    "configs/mesh.yaml": f"""\
# {COMMENT}
name: shop
warehouse: table
accounts: {{governance: {{id: "111111111111"}}, sales: {{id: "222222222222"}}, marketing: {{id: "444444444444"}}}}
governance: {{account: governance}}
domains:
  sales:
    owner: sales-team
    account: sales
    personas: {{engineer: {{role: engineer, rights: [describe, select, insert, delete, alter], runs_jobs: true}}}}
consumers:
  marketing: {{account: marketing, principals: {{analyst: analyst, caller: caller, stranger: stranger}}}}
tags: {{sensitivity: {{values: [public, personal], default: personal}}}}
""",
    "configs/env/local.yaml": f"world: {{type: local, home: .mesh}}\nvalues: {{password: {VALUE}, file: in.csv}}\n",
    "configs/sales/orders/contract.yaml": f"""\
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {{name: id, logicalType: integer, required: true, classification: public}}
      - {{name: email, logicalType: string, classification: personal, examples: [{EXAMPLE}]}}
roles:
  - role: some
    customProperties: [{{property: principals, value: [marketing.analyst]}}, {{property: columns, value: [id]}}]
  - role: callers
    customProperties: [{{property: columns, value: [id, email]}}]
""",
    "configs/sales/orders/job.yaml": 'product: sales.orders\nsource: {type: csv, path: "${file}"}\n'
    "target: {mode: append}\nchecks: {max_rejected: 50%}\n",
    "in.csv": f"id,email\n1,{CELL}\n2,{LOWEST}\n3,\n{REFUSED},x\n",
}
SAYING = (
    ("validate",), ("plan", "sales.orders"), ("show", "sales.orders"), ("history", "sales.orders"),
    ("verify", "sales.orders"), ("find", "orders"), ("find", EXAMPLE[:4]), ("lineage", "sales.orders"), ("events",),
    ("contract", "explain", "sales.orders"), ("contract", "diff", "sales.orders"), ("contract", "policies"),
    ("quarantine", "stats", "sales.orders"), ("quarantine", "show", "sales.orders"),
    ("govern", "plan"), ("govern", "verify"), ("govern", "history"), ("access", "matrix"), ("access", "findings"),
    ("access", "explain", "--principal", "marketing.stranger", "--product", "sales.orders", "--column", "email"),
    ("query", f"select id from sales.orders where cast(id as varchar) = '{ASKED}'", "--as", "marketing.analyst"),
    ("query", f"select id from sales.orders where id = '{ASKED}'", "--as", "marketing.analyst"),
    ("query", f"select email from sales.orders where email = '{ASKED}'", "--as", "marketing.analyst"),
    ("query", f"select id from sales.orders where email = '{ASKED}'", "--as", "marketing.stranger"),
    ("query", f"select '{ASKED}' from sales.orders where (", "--as", "marketing.analyst"),
    ("requests", "audit"), ("requests", "list"),
)  # fmt: skip


def said(root, *words):
    """What the command says on both streams, whatever comes of it."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit):
        main([*words, "--root", str(root)])
    assert "INTERNAL" not in err.getvalue()
    return out.getvalue() + err.getvalue()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A governed product with data, a request, and what was said on the way."""
    root = tmp_path_factory.mktemp("shop")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    told = said(root, "govern", "apply", "--allow-dangerous") + said(root, "run", "sales.orders")
    told += said(root, "govern", "apply", "--allow-dangerous")
    for json_too in ((), ("--json",)):
        for words in SAYING:
            told += said(root, *words, *json_too)
    said(root, "request", "sales.orders", "--role", "callers", "--for", "marketing.caller", "--reason", REASON)
    (request,) = json.loads(said(root, "requests", "list", "--json"))
    told += said(root, "approve", request["request"], "--by", "sales-team") + said(root, "events", "--json")
    return root, told


@pytest.mark.parametrize("seed", SEEDS)
def test_no_command_says_it(shop, seed):
    assert seed not in shop[1]


@pytest.mark.parametrize(
    ("seed", "places"),
    [
        (CELL, {"in.csv", "table/sales/orders/data"}),
        (LOWEST, {"in.csv", "table/sales/orders/data"}),
        (REFUSED, {"in.csv", "table/sales/orders/quarantine"}),
        (VALUE, {"configs/env/local.yaml"}),
        (COMMENT, {"configs/mesh.yaml"}),
        (EXAMPLE, {"configs/sales/orders/contract.yaml"}),
        (ASKED, set()),
        (REASON, {"table/_governance/requests"}),
    ],
)
def test_no_other_file_holds_it(shop, seed, places):
    root = shop[0]
    files = [path for path in root.rglob("*") if path.is_file()]
    assert root / ".mesh" / "aws.sqlite" in files
    holding = {str(path.relative_to(root)) for path in files if seed.encode() in path.read_bytes()}
    elsewhere = [name for name in holding if not any(PurePath(name).is_relative_to(place) for place in places)]
    assert elsewhere == []
    assert bool(holding) == bool(places)  # else the seed would prove nothing


def test_an_administrator_by_accident_is_named_and_reads_nothing(shop):
    root = shop[0]
    project = Project.open(root)
    world = worlds.open(project.env, root)
    lake = world.client("lakeformation", project.identity("governance"))
    settings = lake.get_data_lake_settings()["DataLakeSettings"]
    admins = [*settings["DataLakeAdmins"], {"DataLakePrincipalIdentifier": "arn:aws:iam::444444444444:role/stranger"}]
    lake.put_data_lake_settings(DataLakeSettings={**settings, "DataLakeAdmins": admins})
    assert "UNEXPECTED_ADMIN" in said(root, "access", "findings", "--live")
    assert "ACCESS_DENIED" in said(root, "query", "select * from sales.orders", "--as", "marketing.stranger")
