"""The Iceberg table of another domain, read as one that is lent: on each engine, without the rows that were deleted."""

from __future__ import annotations

import pytest

pytest.importorskip("pyiceberg")

from mesh_etl.config import load
from mesh_etl.plan import ledgers
from mesh_etl.tables.iceberg import LentLedger
from tests.engine.deleted_rows import delete_rows
from tests.engine.test_governed_sources import ORDERS, Shop, role

TWICE = "\ntransforms: [{type: derive, replace: {amount: amount * 2}}]"


@pytest.mark.parametrize("steps", ["", TWICE], ids=["kernels", "frames"])
def test_rows_that_another_engine_has_deleted_are_not_there(tmp_path, engine, table_rows, monkeypatch, steps):
    shop = Shop(tmp_path, engine)
    shop.orders(role("all"), target="{mode: append, format: iceberg}")
    shop.totals(ORDERS, steps=steps)
    shop.govern()
    shop.run("sales.orders")
    delete_rows(ledgers.ledger_of(load("sales.orders", tmp_path), "sales.orders"), [1, 3])
    shop.run("sales.orders")  # the central entry follows
    monkeypatch.setattr(ledgers, "_granted", lambda *_: "an ARN")  # as on AWS
    lent = ledgers.ledger_of(load("finance.totals", tmp_path), "sales.orders")
    assert isinstance(lent, LentLedger)
    times = 2 if steps else 1
    assert table_rows(shop.run("finance.totals")) == [[1, "EUROPE", "a@x", 5 * times], [3, "EUROPE", "c@x", times]]
