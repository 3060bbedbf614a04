"""Kill -9 at every step of the commit protocol: whatever is seen afterwards is whole, and the next run converges."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from mesh_etl.plan.build import ledger_of

MONTHS = tuple(f"m{number:02}" for number in range(1, 13))
HERE = Path(__file__).parent


def assert_whole(shop, states):
    """Every reader sees one of the states: through the ledger the whole table, through the catalogue each partition."""
    assert shop.rows() in states
    partitions = {month: [[row for row in state if row[1] == month] for state in states] for _, month in states[-1]}
    places, seq = shop.catalogued()
    for month, place in places.items():
        assert shop.rows_at(place, month) in partitions[month]
    head = shop.ledger.seqs()[-1]
    assert seq <= head
    if seq == head == 2:  # the record comes last, when everything else is true
        assert sorted(row for month, place in places.items() for row in shop.rows_at(place, month)) == states[-1]


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_a_kill_at_any_step_leaves_a_whole_table_and_the_next_run_converges(shops, mortal, tmp_path, mode):
    shop = shops("shop", mode)
    old = shop.deliver("a.csv")
    shop.run()
    new = shop.deliver("b.csv", 1, MONTHS[:4] if mode == "append" else MONTHS, only=mode == "replace")
    states = [old, sorted(old + new) if mode == "append" else new]

    before = shutil.copytree(shop.root, tmp_path / "before")
    total, step, published = 1, 0, set()
    while step < total:
        shutil.rmtree(shop.root)
        shutil.copytree(before, shop.root)  # inputs are known by path and time: both are as they were
        shop.ledger = ledger_of(shop.job, "shop.sales")  # one that has not seen what is gone by now
        exit_code, steps = mortal(shop.root, step)
        if step == 0:
            assert exit_code == 0
            total = len(steps) + 1
            assert {
                "before link",
                "after link",
                "after BatchUpdatePartition",
                "after remove",
                "after UpdateTable",
            } <= set(steps)
            assert ("after carry" in steps) == (mode == "append")
            shop.assert_converged(states[1])
        else:
            assert exit_code == -signal.SIGKILL, step
            assert_whole(shop, states)
            published.add(shop.rows() == states[1])
            report = shop.run()
            assert report.outcome in ("published", "done before", "nothing new")
            shop.assert_converged(states[1])
            assert shop.ledger.seqs() == [1, 2], "the work was committed twice"
        step += 1
    assert total > 6
    assert published == {True, False}, "kills before and after the commit"


def test_a_kill_during_the_first_run_leaves_no_table_or_all_of_it(shops, mortal):
    total, step = 1, 0
    while step < total:
        shop = shops(f"step-{step}", "replace")
        rows = shop.deliver("a.csv", rows=1)
        exit_code, steps = mortal(shop.root, step)
        if step == 0:
            assert exit_code == 0
            total = len(steps) + 1
        else:
            assert exit_code == -signal.SIGKILL
            assert shop.rows() in ([], rows)
        shop.run()
        shop.assert_converged(rows)
        assert shop.ledger.seqs() == [1]
        step += 1
    assert total > 6
