"""A small product of its own: visits of a shop, of which two columns are personal."""

from __future__ import annotations

import pytest

from mesh_etl import notebook

CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: shop.visits
version: 1.0.0
status: active
domain: shop
team: {name: web-team}
schema:
  - name: visits
    properties:
      - {name: visit_id, logicalType: integer, physicalType: int, primaryKey: true, classification: internal}
      - {name: email, logicalType: string, required: true, classification: personal}
      - {name: page, logicalType: string, required: true, classification: public}
"""
JOB = """\
# The visits of the shop.
product: shop.visits
source: {type: csv, path: visits.csv}  # delivered at noon
target:
  mode: replace
"""
ROWS = "visit_id,email,page\n1,ada@example.com,/start\n2,bo@example.com,/shop\n3,,/shop\nx,eva@example.com,/start\n"


@pytest.fixture
def root(tmp_path):
    """The folder of a project with the product `shop.visits`."""
    files = {
        "configs/mesh.yaml": "name: m\nwarehouse: warehouse\ndomains: {shop: {owner: web-team}}\n",
        "configs/env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {}\n",
        "configs/shop/visits/contract.yaml": CONTRACT,
        "configs/shop/visits/job.yaml": JOB,
        "visits.csv": ROWS,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def visits(root):
    """The product, opened."""
    return notebook.open("shop.visits", root)
