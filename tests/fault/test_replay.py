"""Replays and removals that are killed, race, or find a full disk: a row is in the table or in the quarantine, once."""

from __future__ import annotations

import errno
import shutil
import signal
import stat
from importlib import import_module
from pathlib import Path

import pytest

from mesh_etl.errors import MeshError, PublishError
from mesh_etl.plan.build import ledger_of
from mesh_etl.quarantine.expire import expire
from mesh_etl.quarantine.rows import Choice, rows
from mesh_etl.tables.quarantine import standing

REPLAY = import_module("mesh_etl.quarantine.replay")
SETTLE = import_module("mesh_etl.quarantine.settle")
HERE = Path(__file__).parent
BAD = "".join(f"00{id_},m{id_ % 3 + 1:02},1.00\n" for id_ in range(901, 910)) + "x,m01,1.00\n"
MENDED = sorted((id_, f"m{id_ % 3 + 1:02}") for id_ in range(901, 910))


def refused(shop):
    """The raw text of the rows in the quarantine."""
    ledger = shop.ledger
    return sorted(row.raw for row in rows(ledger, standing(ledger.entries())))


def strays(shop):
    """Files of rows that no version of the table refers to."""
    return {path for path in shop.leftovers() if not path.startswith("metrics/")}


def spoiled(shop):
    """A table with refused rows, nearly all of which a change of the job lets pass; returns the rows of the table."""
    job = shop.root / "configs/shop/sales/job.yaml"
    job.write_text(job.read_text().replace("max_rejected: 0", "max_rejected: 90%"))
    good = shop.deliver("a.csv")
    delivery = shop.root / "in/a.csv"
    delivery.write_text(delivery.read_text() + BAD)
    shop.run()
    job.write_text(job.read_text().replace('path: "in/*.csv"', 'path: "in/*.csv", numbers: {leading_zeros: true}'))
    return good


def replay(shop, **options):
    return REPLAY.replay(shop.job, shop.engine, shop.world(), Choice(), **options)


def assert_replayed(shop, good):
    shop.assert_converged(sorted(good + MENDED))
    assert refused(shop) == ["x,m01,1.00"]
    entry = shop.ledger.snapshot().entry
    assert (entry.operation, entry.counts.read, entry.counts.good, entry.counts.quarantined) == ("replay", 10, 9, 1)


def test_a_kill_at_any_step_of_a_replay(shops, mortal, tmp_path):
    shop = shops("shop", "replace")
    good = spoiled(shop)
    before = shutil.copytree(shop.root, tmp_path / "before")
    states = [(good, 10), (sorted(good + MENDED), 1)]
    total, step, seen = 1, 0, set()
    while step < total:
        shutil.rmtree(shop.root)
        shutil.copytree(before, shop.root)
        shop.ledger = ledger_of(shop.job, "shop.sales")  # one that has not seen what is gone by now
        exit_code, steps = mortal(shop.root, step, "replay")
        if step == 0:
            assert exit_code == 0
            total = len(steps) + 1
            assert {"before link", "after link", "after carry", "after UpdateTable"} <= set(steps)
        else:
            assert exit_code == -signal.SIGKILL, step
            state = (shop.rows(), len(refused(shop)))
            assert state in states, "a row is in both, or in neither"
            seen.add(states.index(state))
        replay(shop)
        assert_replayed(shop, good)
        assert shop.ledger.seqs() == [1, 2], "the rows were moved twice"
        step += 1
    assert seen == {0, 1}, "kills before and after the commit"


def test_a_kill_at_any_step_of_a_removal(shop, mortal, tmp_path):
    good = spoiled(shop)
    replay(shop)
    before = shutil.copytree(shop.root, tmp_path / "before")
    total, step = 1, 0
    while step < total:
        shutil.rmtree(shop.root)
        shutil.copytree(before, shop.root)
        shop.ledger = ledger_of(shop.job, "shop.sales")  # one that has not seen what is gone by now
        exit_code, steps = mortal(shop.root, step, "expire")
        total = len(steps) + 1 if step == 0 else total
        assert exit_code == (0 if step == 0 else -signal.SIGKILL)
        expire(shop.job, shop.world(), everything=True)
        shop.run()
        shop.assert_converged(sorted(good + MENDED))
        assert refused(shop) == []
        assert list((Path(shop.ledger.layout.root) / "quarantine").rglob("*.parquet")) == []
        assert shop.ledger.seqs() == [1, 2, 3]
        step += 1
    assert total > 4


def meanwhile(monkeypatch, rival):
    """The rival commits when the replay has staged its rows; once."""
    execute = REPLAY.execute

    def late(*given):
        monkeypatch.setattr(REPLAY, "execute", execute)
        staged = execute(*given)
        rival()
        return staged

    monkeypatch.setattr(REPLAY, "execute", late)


def test_of_two_replays_one_wins(shop, monkeypatch):
    good = spoiled(shop)
    meanwhile(monkeypatch, lambda: replay(shop))
    with pytest.raises(PublishError) as caught:
        replay(shop)
    assert (caught.value.code, caught.value.retryable) == ("CONFLICT", True)
    assert_replayed(shop, good)
    assert strays(shop) == set()


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_a_run_wins_against_a_replay_that_commits_later(shops, monkeypatch, mode):
    shop = shops("shop", mode)
    good = spoiled(shop)
    rows_ = shop.deliver("b.csv", 1, only=mode == "replace")
    meanwhile(monkeypatch, shop.run)
    with pytest.raises(PublishError) as caught:
        replay(shop)
    assert caught.value.code == "CONFLICT"
    shop.assert_converged(sorted(good + rows_) if mode == "append" else rows_)
    assert len(refused(shop)) == (10 if mode == "append" else 0)
    assert strays(shop) == set()


def test_a_replay_wins_against_a_replace_that_commits_later(shops):
    shop = shops("shop", "replace")
    good = spoiled(shop)
    shop.deliver("b.csv", only=True)
    staged = shop.stage()
    replay(shop)
    with pytest.raises(PublishError) as caught:
        import_module("mesh_etl.publish").publish(staged, shop.world())
    assert caught.value.code == "CONFLICT"
    assert_replayed(shop, good)


def test_an_append_that_commits_after_a_replay_adds_to_it(shop):
    good = spoiled(shop)
    fresh = shop.deliver("b.csv")
    staged = shop.stage()
    replay(shop)
    import_module("mesh_etl.publish").publish(staged, shop.world())
    shop.assert_converged(sorted(good + MENDED + fresh))
    assert refused(shop) == ["x,m01,1.00"]


@pytest.mark.parametrize("mode", ["append", "replace", "replace_partitions"])
def test_a_run_during_which_refused_rows_expire_is_not_made_anew(shops, mode):
    shop = shops("shop", mode)
    good = spoiled(shop)
    fresh = shop.deliver("b.csv", only=mode != "append")
    contract = shop.root / "configs/shop/sales/contract.yaml"
    contract.write_text(contract.read_text().replace("1.0.0", "1.0.1"))
    staged = shop.stage()
    expire(shop.job, shop.world(), everything=True)
    import_module("mesh_etl.publish").publish(staged, shop.world())
    shop.assert_converged(sorted(good + fresh) if mode == "append" else fresh)
    assert [entry.operation for entry in shop.ledger.entries()][1:] == ["expire", mode]


def test_a_replay_during_which_its_rows_expire_brings_none_back(shop, monkeypatch):
    good = spoiled(shop)
    meanwhile(monkeypatch, lambda: expire(shop.job, shop.world(), everything=True))
    with pytest.raises(MeshError) as caught:
        replay(shop)
    assert caught.value.code == "QUARANTINE_UNREADABLE"
    shop.assert_converged(good)
    assert (refused(shop), strays(shop)) == ([], set())


def test_a_disk_that_fills_up_while_the_quarantine_is_settled(shop, monkeypatch):
    good = spoiled(shop)

    def full(*_):
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as broken:
        broken.setattr(SETTLE, "_written", full)
        with pytest.raises(MeshError) as caught:
            replay(shop)
    assert caught.value.code == "DISK_FULL"
    assert (shop.rows(), len(refused(shop)), strays(shop)) == (good, 10, set())
    replay(shop)
    assert_replayed(shop, good)


def test_refused_rows_are_their_owners_alone(shop):
    spoiled(shop)
    replay(shop)
    root = Path(shop.ledger.layout.root) / "quarantine"
    files = [path for path in root.rglob("*") if path.is_file()]
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    assert len(files) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
