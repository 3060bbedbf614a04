"""A mesh of two domains, whose products need no data, and views over them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_etl.config import Project

MESH = """\
name: demo
warehouse: .mesh/warehouse
accounts:
  governance: {id: "111111111111"}
  sales: {id: "222222222222"}
  customer: {id: "333333333333"}
  marketing: {id: "444444444444"}
consumers: {marketing: {account: marketing, principals: {analyst: marketing-analyst}}}
governance: {account: governance}
tags: {sensitivity: {values: [public, personal], default: personal}}
domains:
  sales:
    owner: sales-team
    description: What was ordered.
    account: sales
    personas: {engineer: {role: sales-engineer, rights: [select, describe, alter, insert], runs_jobs: true}}
  customer:
    owner: customer-team
    description: Who buys.
    account: customer
    personas: {engineer: {role: customer-engineer, rights: [select, describe, alter, insert], runs_jobs: true}}
"""
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {id}
version: 1.0.0
status: active
schema:
  - name: {name}
    properties:
{columns}
"""
COLUMNS = {
    "sales.orders": [
        "{name: order_key, logicalType: integer, primaryKey: true, primaryKeyPosition: 1, required: true}",
        "{name: customer_key, logicalType: integer}",
        '{name: total, logicalType: number, physicalType: "decimal(12,2)"}',
        "{name: items, logicalType: integer}",
        "{name: ordered_at, logicalType: timestamp}",
    ],
    "customer.customers": [
        "{name: customer_key, logicalType: integer, primaryKey: true, primaryKeyPosition: 1, required: true}",
        "{name: name, logicalType: string, classification: personal}",
        "{name: nation, logicalType: string}",
    ],
}


class Files:
    """The files of a project that is made step by step."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.put("configs/mesh.yaml", MESH)
        self.put("configs/env/local.yaml", "world: {type: local, home: .mesh}\nvalues: {}\n")
        for product, columns in COLUMNS.items():
            self.job(product, columns)

    def put(self, path: str, text: str) -> None:
        """The file holds the text."""
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text, encoding="utf-8")

    def job(self, product: str, columns: list[str], steps: str = "", source: str = "", inputs: str = "") -> None:
        """A product with these columns, from a file or another product."""
        where = f"configs/{product.replace('.', '/')}"
        read = source or f"{{type: csv, path: in/{product}.csv}}"
        more = (f"inputs:\n{inputs}" if inputs else "") + (f"transforms:\n{steps}" if steps else "")
        self.put(f"{where}/job.yaml", f"product: {product}\nsource: {read}\n{more}target: {{mode: replace}}\n")
        self.contract(product, columns)

    def view(self, product: str, sql: str, columns: list[str], more: str = "definer: engineer\n") -> None:
        """A view with these columns."""
        where = f"configs/{product.replace('.', '/')}"
        indented = "\n".join(f"  {line}" for line in sql.splitlines())
        self.put(f"{where}/view.yaml", f"product: {product}\n{more}sql: |\n{indented}\n")
        self.contract(product, columns)

    def contract(self, product: str, columns: list[str]) -> None:
        """The contract of a product."""
        listed = "\n".join(f"      - {column}" for column in columns)
        text = CONTRACT.format(id=product.replace(".", "-"), name=product.partition(".")[2], columns=listed)
        self.put(f"configs/{product.replace('.', '/')}/contract.yaml", text)

    def role(self, product: str, who: str) -> None:
        """Somebody may read the product."""
        path = self.root / f"configs/{product.replace('.', '/')}/contract.yaml"
        role = f"  - role: reader\n    customProperties: [{{property: principals, value: [{who}]}}]\n"
        path.write_text(path.read_text(encoding="utf-8") + "roles:\n" + role, encoding="utf-8")

    def open(self) -> Project:
        """The project as the files say now."""
        return Project.open(self.root)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A project with `sales.orders` and `customer.customers`."""
    return Files(tmp_path)


@pytest.fixture
def place() -> Callable[[str], tuple[str, str]]:
    """Where the central catalogue has a product."""
    return lambda product: (f"demo_{product.partition('.')[0]}", product.partition(".")[2])
