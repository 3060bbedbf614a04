"""The demo mesh at scale 0.01: exact accounting of what was spoiled, few files, a true catalogue, a run that is a no-op."""

from __future__ import annotations

import json
import shutil
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from generate import generate

HERE = Path(__file__).parents[2]
PRODUCTS = ("customer.customers", "sales.orders", "sales.lineitems", "sales.revenue_by_nation")
RULES = {  # the kind of a spoiled row → the rule of the contract, or the parser's code, that refuses it
    "customer.customers": {
        "missing_key": "customer_key.required",
        "bad_number": "DECIMAL_SYNTAX",
        "too_many_fields": "FIELD_COUNT",
        "too_few_fields": "FIELD_COUNT",
    },
}
FILES = {"customer.customers": "customer.csv", "sales.orders": "orders.csv", "sales.lineitems": "lineitem.csv"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory, mesh):
    root = tmp_path_factory.mktemp("demo")
    shutil.copytree(HERE / "configs", root / "configs")
    assert generate(root / ".mesh/raw", 0.01, 17)
    opened = mesh(root)
    opened.reports = {product: opened.run(product) for product in PRODUCTS}
    return opened
