"""A governed mesh in a folder as people use it: by its files, by the commands, and by the clients of other people."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from mesh_etl import embedded_aws
from mesh_etl.cli import main

ACCOUNTS = {
    "governance": "1" * 12, "sales": "2" * 12, "customer": "3" * 12, "marketing": "4" * 12, "partner": "5" * 12,
}  # fmt: skip
FILES = {
    "configs/mesh.yaml": """\
name: shop
warehouse: table
accounts:
  governance: {id: "111111111111"}
  sales: {id: "222222222222"}
  customer: {id: "333333333333"}
  marketing: {id: "444444444444"}
  partner: {id: "555555555555"}
governance: {account: governance}
domains:
  sales:
    owner: sales-team
    account: sales
    personas: {engineer: {role: sales-engineer, rights: [describe, select, insert, delete, alter], runs_jobs: true}}
  customer:
    owner: customer-team
    account: customer
    personas: {engineer: {role: customer-engineer, rights: [describe, select, insert, alter], runs_jobs: true}}
consumers:
  marketing:
    account: marketing
    principals: {analyst: marketing-analyst, caller: marketing-caller}
  partner:
    account: partner
    principals: {reader: partner-reader, auditor: partner-auditor}
tags:
  sensitivity: {values: [public, personal], default: personal}
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
roles:
  - role: europe
    access: read
    customProperties:
      - {property: principals, value: [marketing.analyst]}
      - {property: rows, value: "region = 'EUROPE'"}
      - {property: columns, value: [id, region]}
  - role: regions
    access: read
    customProperties: [{property: columns, value: [id, region]}]
""",
    "configs/sales/orders/job.yaml": """\
product: sales.orders
source: {type: csv, path: in.csv}
target: {mode: append}
""",
    "in.csv": "id,region,email\n1,EUROPE,a@x\n2,ASIA,b@x\n3,EUROPE,c@x\n",
}
BEHIND = 5  # the exit code where the accounts do not say what they should
ROWS = "select * from sales.orders order by id"


@dataclass(frozen=True)
class Shop:
    """The mesh in a folder."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> Shop:
        """The files are in the folder; nothing is applied or run."""
        for name, text in FILES.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return cls(root)

    def said(self, *words: str, code: int = 0) -> str:
        """What a command says on stdout, or on stderr where it is to fail with this code."""
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
            main([*words, "--root", str(self.root), "--no-color"])
        assert int(end.value.code or 0) == code, out.getvalue() + err.getvalue()
        told = {0: out.getvalue(), BEHIND: out.getvalue() + err.getvalue()}
        return told.get(code, err.getvalue())

    def told(self, *words: str, code: int = 0):
        """What a command says in JSON."""
        return json.loads(self.said(*words, "--json", code=code))

    def apply(self, *words: str):
        """The changes that were made, by what they say."""
        return [one["what"] for one in self.told("govern", "apply", *words)["changes"]]

    def drift(self):
        """The changes that the accounts need, by what they say; the exit code tells whether there are any."""
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
            main(["govern", "verify", "--json", "--root", str(self.root)])
        told = json.loads(out.getvalue())
        found = [one["what"] for one in told["changes"]]
        found += [f"{product}: {line}" for product, lines in told["entries"].items() for line in lines]
        assert int(end.value.code or 0) == (5 if found else 0), err.getvalue()
        return found

    def rows(self, who: str, sql: str = ROWS):
        """What somebody gets to see."""
        return self.told("query", sql, "--as", who)

    def denied(self, who: str, sql: str = ROWS) -> str:
        """Why somebody gets to see nothing."""
        error = self.said("query", sql, "--as", who, code=3)
        assert "ACCESS_DENIED" in error
        return error

    def asked(self, *words: str) -> str:
        """The id of a new request."""
        return self.told("request", *words)["request"]

    def edit(self, name: str, old: str, new: str) -> None:
        """A file of the mesh says something else."""
        path = self.root / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def client(self, service: str, account: str, role: str = "mesh-governor"):
        """A client as somebody else would have it, beside the mesh."""
        return embedded_aws.client(service, self.root / ".mesh", "eu-west-1", ACCOUNTS[account], role)
