"""What the guards of the commit protocol are for: scenarios that assert.

They hold as things are; `guards.py` says which of them lean on which guard.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest

from mesh_etl.errors import Fault, PublishError, RunError
from mesh_etl.publish import publish
from mesh_etl.storage import LocalStorage, OutcomeUnknown
from mesh_etl.upkeep.commit import committed
from mesh_etl.upkeep.compact import compact
from mesh_etl.upkeep.expire import expire
from mesh_etl.upkeep.orphans import orphans

AT_ONCE = datetime.timedelta(0)
DAY = datetime.timedelta(days=1)
PLACE = {"DatabaseName": "shop", "TableName": "sales"}
COMMIT = import_module("mesh_etl.publish.commit")
COMPACT = import_module("mesh_etl.upkeep.compact")
EXPIRE = import_module("mesh_etl.upkeep.expire")
ORPHANS = import_module("mesh_etl.upkeep.orphans")


@contextmanager
def first(owner: Any, name: str, act: Callable[[], object]) -> Iterator[None]:
    """`act` happens in front of each call of the function in the block."""
    original = getattr(owner, name)
    setattr(owner, name, lambda *args: (act(), original(*args))[1])
    try:
        yield
    finally:
        setattr(owner, name, original)


def replaced(shop, times=3):
    """A table that was replaced so often; returns the rows of each version."""
    shop.use("replace")
    found = []
    for number in range(times):
        found.append(shop.deliver(f"{number}.csv", 1, ("m01", "m02", "m03"), only=True))
        shop.run()
    return found


def loses(shop, staged, code="CONFLICT"):
    """The staged run is refused as worth a retry, and leaves nothing behind."""
    with pytest.raises(PublishError) as caught:
        publish(staged, shop.world())
    assert caught.value.code == code
    assert caught.value.retryable
    assert shop.leftovers() == set()


def commits_without_publishing(shop, staged):
    """The process dies between the commit and the catalogue."""
    COMMIT.commit(staged)


def with_storage(staged, storage):
    ledger = dataclasses.replace(staged.plan.ledger, storage=storage)
    return dataclasses.replace(staged, plan=dataclasses.replace(staged.plan, ledger=ledger))


class Mute(LocalStorage):
    """A storage whose answers to `create` get lost on the way, after or before the write has happened.

    `about` is a part of the paths that it is about: those of entries, or of the contracts beside them.
    """

    def __init__(self, losses, applied, about="/_ledger/0"):
        self.losses, self.applied, self.about = losses, applied, about

    def create(self, path, content):
        if self.losses == 0 or self.about not in path:
            return super().create(path, content)
        self.losses -= 1
        if self.applied:
            super().create(path, content)
        raise OutcomeUnknown


# Scenarios


def both_appends_are_there(shop):
    rows = shop.deliver("a.csv")
    shop.run()
    rows += shop.deliver("b.csv", only=True)
    one = shop.stage()
    rows += shop.deliver("c.csv", months=("m03", "m04", "m13"), only=True)
    two = shop.stage()
    assert publish(one, shop.world()).outcome == publish(two, shop.world()).outcome == "published"
    shop.assert_converged(sorted(rows))
    assert shop.leftovers() == set()


def appends_of_the_same_file_add_it_once(shop):
    rows = shop.deliver("a.csv")
    one = shop.stage()
    rows += shop.deliver("b.csv")
    both = shop.stage()
    publish(one, shop.world())
    loses(shop, both)
    shop.run()
    shop.assert_converged(sorted(rows))


def a_replace_does_not_bury_an_append(shop):
    rows = shop.deliver("a.csv")
    shop.run()
    shop.use("replace")
    replacing = shop.stage()
    shop.use("append")
    rows += shop.deliver("b.csv")
    shop.run()
    loses(shop, replacing)
    shop.assert_converged(sorted(rows))


def an_append_does_not_join_a_table_of_another_contract(shop):
    shop.deliver("a.csv")
    shop.run()
    shop.deliver("b.csv", only=True)
    appending = shop.stage()
    shop.use("replace")
    contract = shop.root / "configs/shop/sales/contract.yaml"
    written = contract.read_text()
    contract.write_text(written.replace("decimal(9,2)", "decimal(12,2)").replace("1.0.0", "2.0.0"))
    rows = shop.deliver("c.csv", only=True)
    shop.run()
    loses(shop, appending)
    shop.assert_converged(rows)


def the_same_work_is_done_once(shop):
    rows = shop.deliver("a.csv")
    twins = [shop.stage(), shop.stage()]
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda staged: publish(staged, shop.world()), twins))
    assert sorted(report.outcome for report in reports) == ["done before", "published"]
    assert shop.ledger.seqs() == [1]
    assert shop.leftovers() == set()
    shop.assert_converged(rows)


def a_lost_reply_is_no_failure(shop, losses=3, applied=True):
    rows = shop.deliver("a.csv")
    report = publish(with_storage(shop.stage(), Mute(losses, applied)), shop.world())
    assert report.outcome == "published"
    assert shop.ledger.seqs() == [1]
    shop.assert_converged(rows)


def an_unknown_outcome_removes_nothing(shop, applied=True):
    rows = shop.deliver("a.csv")
    staged = shop.stage()
    with pytest.raises(PublishError) as caught:
        publish(with_storage(staged, Mute(-1, applied)), shop.world())
    assert caught.value.code == "COMMIT_UNKNOWN"
    assert shop.rows() == (rows if applied else [])
    assert shop.run().outcome == ("nothing new" if applied else "published")
    shop.assert_converged(rows)


def whoever_comes_next_publishes_the_whole_head(shop):
    shop.use("replace_partitions")
    first = shop.deliver("a.csv", months=("m01", "m02"), only=True)
    one = shop.stage()
    second = shop.deliver("b.csv", months=("m03",), only=True)
    two = shop.stage()
    commits_without_publishing(shop, one)
    assert publish(two, shop.world()).outcome == "published"
    shop.assert_converged(sorted(first + second))


def a_run_that_fails_publishes_what_was_committed_before(shop):
    rows = shop.deliver("a.csv")
    shop.run()
    rows += shop.deliver("b.csv")
    commits_without_publishing(shop, shop.stage())
    (shop.root / "in/c.csv").write_text("id,month,amount\nnot a number,m01,1.00\n")
    with pytest.raises(RunError):
        shop.run()
    shop.assert_converged(sorted(rows))


def a_run_that_loses_publishes_the_winner(shop):
    shop.use("replace")
    shop.deliver("a.csv")
    shop.run()
    shop.deliver("b.csv", only=True)
    losing = shop.stage()
    rows = shop.deliver("c.csv", only=True)
    commits_without_publishing(shop, shop.stage())
    loses(shop, losing)
    shop.assert_converged(rows)


def what_others_undo_meanwhile_is_done_again(shop):
    rows = shop.deliver("a.csv")
    staged, world = shop.stage(), shop.world()
    rival, done = shop.world().client("glue"), []

    def undo(**_):
        if not done:
            done.append(rival.delete_partition(DatabaseName="shop", TableName="sales", PartitionValues=["m05"]))

    world.client("glue").meta.events.register("after-call.glue.BatchCreatePartition", undo)
    publish(staged, world)
    assert done
    shop.assert_converged(rows)


def what_was_replaced_just_now_stays(shop):
    versions = replaced(shop)
    found = expire(shop.job, shop.world(), DAY)
    assert (found.versions, found.files, found.version) == ((), 0, None)
    assert [shop.rows(seq) for seq in (1, 2, 3)] == versions


def points_at(shop, month, folder):
    """Somebody points a partition of the catalogue at a folder of the table."""
    glue = shop.world().client("glue")
    storage = glue.get_partition(**PLACE, PartitionValues=[month])["Partition"]["StorageDescriptor"]
    storage["Location"] = f"file://{shop.ledger.layout.root}/{folder}/"
    partition = {"Values": [month], "StorageDescriptor": storage}
    glue.update_partition(**PLACE, PartitionValueList=[month], PartitionInput=partition)


def what_the_catalogue_shows_does_not_expire(shop):
    versions = replaced(shop)
    old = shop.ledger.snapshot(1).partitions["m01",].folder
    with first(EXPIRE, "present", lambda: points_at(shop, "m01", old)):  # after the catalogue was rolled forward
        found = expire(shop.job, shop.world(), AT_ONCE)
    places, _ = shop.catalogued()
    assert shop.rows_at(places["m01"], "m01") == [row for row in versions[0] if row[1] == "m01"]
    assert found.held == 1


def what_the_catalogue_shows_is_no_orphan(shop):
    shop.deliver("a.csv")
    shop.run()
    rows = shop.deliver("b.csv", months=("m01",), only=True)
    folder = shop.stage().partitions[0].folder
    with first(ORPHANS, "_named_by_nobody", lambda: points_at(shop, "m01", folder)):
        found = orphans(shop.job, shop.world(), AT_ONCE)
    places, _ = shop.catalogued()
    assert shop.rows_at(places["m01"], "m01") == rows
    assert found.held == 1


def a_slow_writer_is_barred(shop):
    rows = shop.deliver("a.csv")
    shop.run()
    new = shop.deliver("b.csv", only=True)
    slow = shop.stage()
    found = orphans(shop.job, shop.world(), AT_ONCE)
    assert found.fenced == (slow.txn,)
    with pytest.raises(PublishError) as caught:
        publish(slow, shop.world())
    assert (caught.value.code, caught.value.retryable) == ("FENCED", True)
    shop.assert_converged(rows)
    shop.run()
    shop.assert_converged(sorted(rows + new))
    assert shop.leftovers() == set()


def a_slow_compaction_is_barred(shop):
    rows = []
    for name in ("a.csv", "b.csv", "c.csv"):
        rows += shop.deliver(name, months=("m01",))
        shop.run()
    with (
        first(COMPACT, "committed", lambda: orphans(shop.job, shop.world(), AT_ONCE)),
        pytest.raises(PublishError) as caught,
    ):
        compact(shop.job, shop.engine, shop.world())
    assert (caught.value.code, caught.value.retryable) == ("FENCED", True)
    shop.assert_converged(sorted(rows))


def what_is_committed_while_another_publishes_is_published_too(shop):
    shop.use("replace_partitions")
    rows = shop.deliver("a.csv", months=("m01", "m02"), only=True)
    one = shop.stage()
    rows += shop.deliver("b.csv", months=("m03",), only=True)
    two, world, done = shop.stage(), shop.world(), []

    def overtake(**_):
        if not done:
            done.append(COMMIT.commit(two))  # and its process dies

    world.client("glue").meta.events.register("after-call.glue.BatchCreatePartition", overtake)
    publish(one, world)
    assert done
    shop.assert_converged(sorted(rows))


def upkeep_that_fails_publishes_what_others_committed(shop):
    shop.deliver("a.csv")
    shop.run()
    shop.use("replace")
    rows = shop.deliver("b.csv", only=True)
    staged = shop.stage()

    def overtaken(head):
        COMMIT.commit(staged)
        raise PublishError(Fault("CONFLICT", "others come first again and again"), retryable=True)

    with pytest.raises(PublishError):
        committed(shop.job, shop.ledger, shop.world(), overtaken)
    shop.assert_converged(rows)
