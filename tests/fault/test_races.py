"""Two writers, lost replies, crashes between commit and catalogue: what each kind of meeting comes to.

The scenarios that lean on a guard of the commit protocol are in `campaign/guarded.py`.
"""

from __future__ import annotations

import errno
from importlib import import_module

import pytest

from mesh_etl.errors import PublishError, RunError
from mesh_etl.publish import publish
from tests.fault.campaign.guarded import (
    Mute,
    a_lost_reply_is_no_failure,
    an_unknown_outcome_removes_nothing,
    loses,
    with_storage,
)

STORAGE = import_module("mesh_etl.storage.local")


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("losses", [1, 19])
def test_a_reply_is_asked_for_until_it_is_definite(shop, losses, applied):
    a_lost_reply_is_no_failure(shop, losses, applied)


def test_an_unknown_outcome_that_never_was_is_made_up_for(shop):
    an_unknown_outcome_removes_nothing(shop, applied=False)


def test_replacements_of_other_partitions_both_hold(shop):
    shop.use("replace_partitions")
    old = shop.deliver("a.csv", months=("m01", "m02", "m03"), only=True)
    shop.run()
    first = shop.deliver("b.csv", months=("m01",), only=True)
    one = shop.stage()
    second = shop.deliver("c.csv", months=("m02", "m04"), only=True)
    two = shop.stage()
    shop.deliver("d.csv", months=("m04", "m05"), only=True)
    overlapping = shop.stage()
    publish(one, shop.world())
    publish(two, shop.world())
    loses(shop, overlapping)
    shop.assert_converged(sorted([row for row in old if row[1] == "m03"] + first + second))


@pytest.mark.parametrize(
    ("mode", "key", "holds"), [("append", 1, 1), ("replace_partitions", 1, 1), ("replace_partitions", 2, 2)]
)
def test_keys_that_could_repeat_in_rows_that_came_meanwhile_are_looked_at_again(shop, mode, key, holds):
    shop.use(mode)
    contract = shop.root / "configs/shop/sales/contract.yaml"
    text = contract.read_text().replace("required: true", "required: true, primaryKey: true", key)
    contract.write_text(text)
    first = shop.deliver("a.csv", months=("m01",), only=True)
    one = shop.stage()
    second = shop.deliver("b.csv", months=("m02",), only=True)
    two = shop.stage()
    publish(one, shop.world())
    if key == 1:
        loses(shop, two)
        shop.run()
    else:
        publish(two, shop.world())
    shop.assert_converged(sorted(first + second))


def test_inputs_that_a_replacement_has_dropped_can_be_appended_again(shop):
    old = shop.deliver("a.csv")
    shop.run()
    kept = (shop.root / "in/a.csv").rename(shop.root / "a.csv")
    shop.use("replace")
    new = shop.deliver("b.csv")
    shop.run()
    assert shop.rows() == new
    kept.rename(shop.root / "in/a.csv")
    shop.use("append")
    shop.run()
    shop.assert_converged(sorted(old + new))


@pytest.mark.parametrize("applied", [True, False])
def test_without_the_contract_nothing_is_committed(shop, applied):
    rows = shop.deliver("a.csv")
    staged = shop.stage()
    with pytest.raises(RunError) as caught:
        publish(with_storage(staged, Mute(-1, applied, "/contracts/")), shop.world())
    assert caught.value.code == "STORAGE_FAILED"
    assert shop.ledger.seqs() == []
    assert [path.partition("/contracts/")[0] for path in shop.leftovers()] == ["_ledger"] * applied
    assert shop.run().outcome == "published"
    assert shop.leftovers() == set()
    shop.assert_converged(rows)


@pytest.mark.parametrize("failures", [1, 100])
def test_an_entry_that_may_not_outlive_a_crash_is_unknown(shop, monkeypatch, failures):
    rows = shop.deliver("a.csv")
    staged, left, sync = shop.stage(), [failures], STORAGE._sync_folder

    def fails(folder):
        left[0] -= folder.name == "_ledger"
        if left[0] >= 0 and folder.name == "_ledger":
            raise OSError(errno.EIO, "input/output error")
        sync(folder)

    monkeypatch.setattr(STORAGE, "_sync_folder", fails)
    if failures == 1:
        assert publish(staged, shop.world()).outcome == "published"
    else:
        with pytest.raises(PublishError) as caught:
            publish(staged, shop.world())
        assert caught.value.code == "COMMIT_UNKNOWN"
        left[0] = 0
        assert shop.rows() == rows
        shop.run()
    shop.assert_converged(rows)
