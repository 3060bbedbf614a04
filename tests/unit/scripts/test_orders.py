"""The orders of the contract benchmark have the faults that it counts on, however they are cut."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest


@pytest.fixture
def orders(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[3] / "scripts/benchmarks"))
    import orders

    yield orders
    for name in ("orders", "contestants", "project", "measure", "lineitem_columns"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("chunk", [1_000, 7_777])
def test_as_many_rows_are_faulty_as_it_says(orders, monkeypatch, chunk):
    monkeypatch.setattr(orders, "CHUNK", chunk)
    rows = 20_000
    table = pa.Table.from_batches(orders._batches(rows))
    assert table.num_rows == rows
    good = pc.and_(
        pc.and_(
            pc.is_in(table["country"], pa.array(orders.COUNTRIES)), pc.is_in(table["status"], pa.array(orders.STATUSES))
        ),
        pc.match_substring(table["email"], "@"),
    )
    assert rows - pc.sum(good).as_py() == orders.refused(rows) > 0
    assert pc.sum(pc.less(table["amount"], 0)).as_py() > 0
    assert rows - pc.count_distinct(table["order_id"]).as_py() == 2
    assert table["customer_id"].null_count == 10
