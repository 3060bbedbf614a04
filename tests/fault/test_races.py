"""Two writers, lost replies, crashes between commit and catalogue; and proof that each guard is what makes these hold.

A scenario is a function that asserts; one test runs it as things are. `GUARDS` says what each scenario leans on:
another test runs it with that guard taken out, and there it has to fail.
"""

from __future__ import annotations

import dataclasses
import errno
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest

from mesh_etl.errors import MeshError, PublishError, RunError
from mesh_etl.modes import Append, Mode
from mesh_etl.publish import publish
from mesh_etl.publish.catalog.difference import compare, read
from mesh_etl.storage import LocalStorage, OutcomeUnknown
from mesh_etl.tables.ledger import Ledger

PIPELINE = import_module("mesh_etl.pipeline")
COMMIT = import_module("mesh_etl.publish.commit")
PUBLISH = import_module("mesh_etl.publish.publish")
RECOVER = import_module("mesh_etl.publish.recover")
STORAGE = import_module("mesh_etl.storage.local")
REGISTER = import_module("mesh_etl.publish.catalog.register")


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


SCENARIOS = [
    both_appends_are_there,
    appends_of_the_same_file_add_it_once,
    a_replace_does_not_bury_an_append,
    an_append_does_not_join_a_table_of_another_contract,
    the_same_work_is_done_once,
    a_lost_reply_is_no_failure,
    an_unknown_outcome_removes_nothing,
    whoever_comes_next_publishes_the_whole_head,
    a_run_that_fails_publishes_what_was_committed_before,
    a_run_that_loses_publishes_the_winner,
    what_others_undo_meanwhile_is_done_again,
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.__name__)
def test_it_holds(shop, scenario):
    scenario(shop)


# The same without its guard


def no_conflicts(monkeypatch):
    monkeypatch.setattr(Mode, "rivalry", lambda *_: "none")
    monkeypatch.setattr("mesh_etl.modes.replace.Replace.rivalry", lambda *_: "none")


def no_identity_of_work(monkeypatch):
    monkeypatch.setattr(Append, "done", lambda *_: None)


def inputs_are_not_compared(monkeypatch):
    monkeypatch.setattr(COMMIT, "_read_already", lambda *_: False)


def contracts_are_not_compared(monkeypatch):
    monkeypatch.setattr(COMMIT, "_other_shape", lambda *_: False)


def unknown_means_failed(monkeypatch):
    append = Ledger.append

    def definite(self, entry):
        try:
            return append(self, entry)
        except OutcomeUnknown as lost:
            raise PublishError from lost

    monkeypatch.setattr(Ledger, "append", definite)


def no_second_question(monkeypatch):
    monkeypatch.setattr("mesh_etl.tables.ledger._ATTEMPTS", 1)


def only_my_changes_are_published(monkeypatch):
    whole = RECOVER.desired

    def mine(job, contract, ledger, snapshot, world):
        changed = {one.values: one for one in snapshot.entry.partitions}
        return whole(job, contract, ledger, dataclasses.replace(snapshot, partitions=changed), world)

    monkeypatch.setattr(RECOVER, "desired", mine)


def the_catalogue_is_not_read_again(monkeypatch):
    def once(glue, desired):
        found = read(glue, desired)
        gap = compare(found, desired)
        if gap:
            REGISTER._close(glue, desired, found, gap)
            REGISTER._record(glue, desired, read(glue, desired).table)
        return gap

    monkeypatch.setattr(RECOVER, "register", once)


def nothing_is_published_on_entry(monkeypatch):
    monkeypatch.setattr(PIPELINE, "recover", lambda *_: None)


def nothing_is_published_on_the_way_out(monkeypatch):
    monkeypatch.setattr(PUBLISH, "recover", lambda *_: None)


GUARDS = [
    (no_conflicts, a_replace_does_not_bury_an_append),
    (no_identity_of_work, the_same_work_is_done_once),
    (inputs_are_not_compared, appends_of_the_same_file_add_it_once),
    (contracts_are_not_compared, an_append_does_not_join_a_table_of_another_contract),
    (unknown_means_failed, an_unknown_outcome_removes_nothing),
    (no_second_question, a_lost_reply_is_no_failure),
    (only_my_changes_are_published, whoever_comes_next_publishes_the_whole_head),
    (the_catalogue_is_not_read_again, what_others_undo_meanwhile_is_done_again),
    (nothing_is_published_on_entry, a_run_that_fails_publishes_what_was_committed_before),
    (nothing_is_published_on_the_way_out, a_run_that_loses_publishes_the_winner),
]


@pytest.mark.parametrize(("removed", "scenario"), GUARDS, ids=lambda one: one.__name__)
def test_it_does_not_hold_without_its_guard(shop, monkeypatch, removed, scenario):
    removed(monkeypatch)
    with pytest.raises((AssertionError, MeshError, pytest.fail.Exception, OSError)):
        scenario(shop)


# The other sides of the same coin


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
