from __future__ import annotations

import datetime

import pytest

from mesh_etl.config import Project
from mesh_etl.govern.requests import Desk

MESH = """\
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
    personas:
      engineer: {role: sales-engineer, rights: [describe, select, insert, delete, alter], runs_jobs: true}
      steward: {role: sales-steward, rights: [describe, select]}
consumers:
  marketing:
    account: marketing
    principals: {analyst: marketing-analyst, lead: marketing-lead}
tags:
  sensitivity:
    values: [public, internal, personal]
    default: personal
    assign: [sales.steward]
approvals:
  - {name: short-looks, to: [marketing], roles: [statistics, everything, twice], days: 30, reason: nothing personal}
  - name: single-regions
    to: [marketing.lead]
    when: "request.role == '' && contract.status == 'active'"
    classifications: [public]
    days: 5
    reason: single columns
"""
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, required: true, classification: internal}
      - {name: region, logicalType: string, classification: public}
      - {name: email, logicalType: string, classification: personal}
      - {name: note, logicalType: string}
roles:
  - role: statistics
    access: read
    customProperties: [{property: columns, value: [id, region]}]
  - role: everything
    access: read
  - role: audited
    access: read
    firstLevelApprovers: sales.steward
    secondLevelApprovers: privacy@shop.example, legal
  - role: twice
    access: read
    secondLevelApprovers: legal
    customProperties: [{property: columns, value: [region]}]
"""
JOB = "product: sales.orders\nsource: {type: csv, path: in.csv}\ntarget: {mode: append}\n"


class Clock:
    """A clock that is moved by hand."""

    def __init__(self):
        self.at = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)

    def __call__(self):
        self.at += datetime.timedelta(seconds=1)
        return self.at

    def wait(self, days):
        self.at += datetime.timedelta(days=days)


@pytest.fixture
def project(tmp_path):
    files = {
        "configs/mesh.yaml": MESH,
        "configs/env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {}\n",
        "configs/sales/orders/contract.yaml": CONTRACT,
        "configs/sales/orders/job.yaml": JOB,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Project.open(tmp_path)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk(project, clock):
    return Desk(project, clock)


@pytest.fixture
def asked(desk):
    """Asks for the analyst, and returns the request."""

    def ask(whom="marketing.analyst", reason="to know", **what):
        what.setdefault("days", 90)
        return desk.ask("sales.orders", whom, reason, **what)[0]

    return ask
