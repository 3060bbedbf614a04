"""A small governed project on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

MESH = """\
name: demo
warehouse: warehouse
accounts:
  governance: {id: "111111111111"}
  customer: {id: "222222222222"}
  marketing: {id: "333333333333"}
governance: {account: governance}
domains:
  customer:
    owner: customer-team
    account: customer
    personas:
      engineer: {role: customer-engineer, rights: [describe, select, insert, alter], runs_jobs: true}
consumers:
  marketing: {account: marketing, principals: {analyst: analyst, intern: intern}}
tags:
  sensitivity: {values: [public, internal, personal], default: personal}
access:
  - {to: marketing.intern, tagged: {sensitivity: [public]}}
"""

CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: customer-customers
name: Customers
version: 1.0.0
status: active
domain: customer
schema:
  - name: customers
    logicalType: object
    properties:
      - {name: id, logicalType: integer, primaryKey: true, required: true, classification: internal}
      - {name: region, logicalType: string, classification: public}
      - {name: email, logicalType: string, classification: personal}
roles:
  - role: campaigns
    access: read
    customProperties:
      - {property: principals, value: [marketing.analyst]}
      - {property: rows, value: "region = 'EU'"}
      - {property: hideClassified, value: [personal]}
"""

JOB = """\
product: customer.customers
contract: contract.yaml
source: {type: csv, path: data/*.csv}
target: {format: parquet, mode: {type: replace}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Its root: the product customer.customers, an engineer of the domain, an analyst and an intern of marketing."""
    home = tmp_path / "configs/customer/customers"
    home.mkdir(parents=True)
    (home / "contract.yaml").write_text(CONTRACT)
    (home / "job.yaml").write_text(JOB)
    (tmp_path / "configs/mesh.yaml").write_text(MESH)
    (tmp_path / "configs/env").mkdir()
    (tmp_path / "configs/env/local.yaml").write_text("world: {type: local}\n")
    return tmp_path
