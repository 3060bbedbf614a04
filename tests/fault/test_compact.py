"""Compaction beside writers, killed at any moment, with lost replies: no row is lost or doubled, no writer waits."""

from __future__ import annotations

import dataclasses
import shutil
import signal
from importlib import import_module
from pathlib import Path

import pytest

from mesh_etl.errors import PublishError, RunError
from mesh_etl.plan.build import ledger_of
from mesh_etl.publish import publish
from mesh_etl.storage import LocalStorage, OutcomeUnknown
from mesh_etl.upkeep.compact import compact

HERE = Path(__file__).parent
COMPACT = import_module("mesh_etl.upkeep.compact")
MERGE = import_module("mesh_etl.kernels.compact.merge")
MONTHS = ("m01", "m02", "m03")


def grown(shop, commits=3):
    """A table of so many small files in each of three months; returns its rows."""
    rows = []
    for number in range(commits):
        rows += shop.deliver(f"{number}.csv", 2, MONTHS)
        shop.run()
    return sorted(rows)


def compacted(shop):
    return compact(shop.job, shop.engine, shop.world())


def during(monkeypatch, what):
    """The rival acts when the new files are written and before anything is committed."""
    real = COMPACT._merged

    def merged(*args):
        found = real(*args)
        what()
        return found

    monkeypatch.setattr(COMPACT, "_merged", merged)


def test_rows_that_are_added_meanwhile_stay_and_the_files_before_them_come_together(shop, monkeypatch):
    rows = grown(shop)

    def add():
        rows.extend(shop.deliver("new.csv", 1, MONTHS[:2]))
        shop.run()

    during(monkeypatch, add)
    found = compacted(shop)
    assert (found.outcome, found.gave_up) == ("compacted", 0)
    assert [one.files_before for one in found.rewrites] == [4, 4, 3]
    assert [one.files_after for one in found.rewrites] == [2, 2, 1]
    assert shop.leftovers() == set()
    shop.assert_converged(sorted(rows))


def test_partitions_that_are_replaced_meanwhile_are_given_up_and_the_others_are_not(shop, monkeypatch):
    rows = grown(shop)

    def replace():
        shop.use("replace_partitions")
        new = shop.deliver("new.csv", 1, MONTHS[:1], only=True)
        shop.run()
        rows[:] = [row for row in rows if row[1] != MONTHS[0]] + new

    during(monkeypatch, replace)
    found = compacted(shop)
    assert (found.outcome, found.gave_up, len(found.rewrites)) == ("compacted", 1, 2)
    assert shop.leftovers() == set()
    shop.assert_converged(sorted(rows))


def test_it_gives_up_when_all_is_replaced_and_leaves_nothing(shop, monkeypatch):
    grown(shop)
    rows = []

    def replace():
        shop.use("replace")
        rows[:] = shop.deliver("new.csv", 1, MONTHS, only=True)
        shop.run()

    during(monkeypatch, replace)
    found = compacted(shop)
    assert (found.outcome, found.version, found.gave_up) == ("gave up", None, 3)
    assert shop.leftovers() == set()
    shop.assert_converged(sorted(rows))


def test_another_compaction_that_was_faster(shop, monkeypatch):
    rows = grown(shop)
    first = []

    def rival():
        monkeypatch.undo()
        first.append(compacted(shop))

    during(monkeypatch, rival)
    assert compacted(shop).outcome == "gave up"
    assert first[0].outcome == "compacted"
    assert shop.leftovers() == set()
    shop.assert_converged(rows)


@pytest.mark.parametrize("mode", ["append", "replace", "replace_partitions"])
def test_no_writer_has_to_give_way(shop, mode):
    rows = grown(shop)
    shop.use(mode)
    new = shop.deliver("new.csv", 1, MONTHS[:1], only=True)
    staged = shop.stage()
    assert compacted(shop).outcome == "compacted"
    assert publish(staged, shop.world()).outcome == "published"
    kept = {"append": rows, "replace": [], "replace_partitions": [row for row in rows if row[1] != MONTHS[0]]}[mode]
    assert shop.leftovers() == set()
    shop.assert_converged(sorted(kept + new))


class Rival(LocalStorage):
    """A storage in which somebody else commits right before an entry is created, so often."""

    def __init__(self, act, times):
        self.act, self.times = act, times

    def create(self, path, content):
        if "/_ledger/0" in path and b'"operation":"compact"' in content and self.times:
            self.times -= 1
            self.act()
        return super().create(path, content)


def with_storage(shop, monkeypatch, storage):
    ledger = dataclasses.replace(shop.ledger, storage=storage)
    monkeypatch.setattr(COMPACT, "ledger_of", lambda *_: ledger)


def test_races_that_are_lost_are_run_again(shop, monkeypatch):
    rows = grown(shop)

    def add():
        rows.extend(shop.deliver(f"{len(rows)}.csv", 1, MONTHS[:1]))
        shop.run()

    with_storage(shop, monkeypatch, Rival(add, 3))
    assert compacted(shop).version == 7
    assert shop.leftovers() == set()
    shop.assert_converged(sorted(rows))


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("losses", [1, -1])
def test_lost_replies(shop, monkeypatch, applied, losses):
    rows = grown(shop)

    class Mute(LocalStorage):
        left = losses

        def create(self, path, content):
            if "/_ledger/0" not in path or not Mute.left:
                return super().create(path, content)
            Mute.left -= 1
            if applied:
                super().create(path, content)
            raise OutcomeUnknown

    with_storage(shop, monkeypatch, Mute())
    if losses == 1:
        assert compacted(shop).outcome == "compacted"
    else:
        with pytest.raises(PublishError) as caught:
            compacted(shop)
        assert caught.value.code == "COMMIT_UNKNOWN"
        assert shop.rows() == rows  # the files are there, should the entry be
    monkeypatch.undo()
    compacted(shop)
    shop.assert_converged(rows)


def test_rows_that_would_change_are_never_committed(shop, monkeypatch):
    rows = grown(shop)
    real = MERGE.written
    monkeypatch.setattr(MERGE, "written", lambda style, tables: real(style, (one.slice(1) for one in tables)))
    with pytest.raises(RunError) as caught:
        compacted(shop)
    assert caught.value.code == "COMPACTION_DIFFERS"
    assert shop.leftovers() == set()
    shop.assert_converged(rows)


def test_a_catalogue_that_is_out_of_reach_after_the_commit_costs_no_file(shop, monkeypatch):
    rows = grown(shop)
    commit = import_module("mesh_etl.upkeep.commit")
    real = commit.recover

    def fails(job, contract, ledger, world, **asked):
        if ledger.snapshot().entry.operation == "compact":
            raise PublishError(commit.Fault("CATALOG_FAILED", "no answer", "glue"), retryable=True)
        return real(job, contract, ledger, world, **asked)

    monkeypatch.setattr(commit, "recover", fails)
    with pytest.raises(PublishError):
        compacted(shop)
    monkeypatch.undo()
    assert shop.rows() == rows
    assert shop.ledger.snapshot().entry.operation == "compact"
    assert compacted(shop).outcome == "nothing to do"
    shop.run()
    shop.assert_converged(rows)


def test_a_kill_at_any_step_leaves_the_rows_and_the_next_compaction_converges(shop, mortal, tmp_path):
    rows = grown(shop, 2)
    before = shutil.copytree(shop.root, tmp_path / "before")
    total, step = 1, 0
    while step < total:
        shutil.rmtree(shop.root)
        shutil.copytree(before, shop.root)
        shop.ledger = ledger_of(shop.job, shop.job.product)  # what the old one remembers is of another table
        exit_code, steps = mortal(shop.root, step, "compact")
        if step == 0:
            assert exit_code == 0
            total = len(steps) + 1
            assert {"before link", "after link", "after BatchUpdatePartition", "after UpdateTable"} <= set(steps)
        else:
            assert exit_code == -signal.SIGKILL, step
            assert shop.rows() == rows
            places, _ = shop.catalogued()
            assert sorted(row for month, place in places.items() for row in shop.rows_at(place, month)) == rows
            compacted(shop)
            shop.run()
        shop.assert_converged(rows)
        assert all(len(one.files) == 1 for one in shop.ledger.snapshot().partitions.values())
        step += 1
