"""What upkeep deletes beside writers and readers, killed at any moment.

The scenarios that lean on a guard of the commit protocol are in `campaign/guarded.py`.
"""

from __future__ import annotations

import json
import os
import shutil
from importlib import import_module
from pathlib import Path

import pytest

from mesh_etl.errors import PlanError, PublishError, RunError
from mesh_etl.publish import publish
from mesh_etl.storage import LocalStorage
from mesh_etl.tables import checkpoint
from mesh_etl.tables.versions import numbered
from mesh_etl.upkeep.commit import committed, following
from mesh_etl.upkeep.expire import expire
from mesh_etl.upkeep.orphans import orphans
from mesh_etl.upkeep.verify import verify
from tests.fault.campaign.guarded import AT_ONCE, DAY, replaced

PIPELINE = import_module("mesh_etl.pipeline")
EXPIRE = import_module("mesh_etl.upkeep.expire")


def stored(shop):
    """The table's files below data/, by path below the root."""
    root = Path(shop.ledger.layout.root)
    return {str(path.relative_to(root)) for path in (root / "data").rglob("*") if path.is_file()}


def named(shop, version=None):
    snapshot = shop.ledger.snapshot(version)
    return {file.path for one in snapshot.partitions.values() for file in one.files}


# What goes, and what stays


def test_only_the_files_of_the_head_and_of_versions_that_are_kept_stay(shop):
    versions = replaced(shop, 4)
    found = expire(shop.job, shop.world(), AT_ONCE, keep_last=2)
    assert found.versions == (1, 2)
    assert found.files == 6
    assert stored(shop) == named(shop, 3) | named(shop, 4)
    assert shop.rows(3) == versions[2]
    shop.assert_converged(versions[3])


def test_a_second_expire_changes_nothing(shop):
    replaced(shop)
    assert expire(shop.job, shop.world(), AT_ONCE).versions == (1, 2)
    seqs = shop.ledger.seqs()
    again = expire(shop.job, shop.world(), AT_ONCE)
    assert (again.versions, again.files, again.version) == ((), 0, None)
    assert shop.ledger.seqs() == seqs


def test_a_dry_run_says_what_would_go_and_leaves_all_as_it_is(shop):
    versions = replaced(shop)
    before = stored(shop)
    told = expire(shop.job, shop.world(), AT_ONCE, dry_run=True)
    assert stored(shop) == before
    assert [shop.rows(seq) for seq in (1, 2, 3)] == versions
    done = expire(shop.job, shop.world(), AT_ONCE)
    assert (told.versions, told.files, told.bytes) == (done.versions, done.files, done.bytes)


def test_files_that_an_append_carried_on_stay_and_their_older_copies_go(shop):
    rows = shop.deliver("a.csv", months=("m01", "m02"))
    shop.run()
    rows += shop.deliver("b.csv", months=("m02", "m03"), only=True)
    shop.run()
    expire(shop.job, shop.world(), AT_ONCE)
    shop.assert_converged(sorted(rows))
    assert stored(shop) == named(shop)
    rows += shop.deliver("c.csv", months=("m01",), only=True)
    shop.run()
    shop.assert_converged(sorted(rows))


def test_no_folder_is_left_of_a_transaction_whose_files_are_gone(shop):
    replaced(shop)
    expire(shop.job, shop.world(), AT_ONCE)
    root = Path(shop.ledger.layout.root)
    assert len(list((root / "data").iterdir())) == 1


def test_what_a_run_that_died_has_left_goes(shop):
    rows = shop.deliver("a.csv")
    shop.run()
    shop.deliver("b.csv", only=True)
    dead = [shop.stage(), shop.stage()]
    root = Path(shop.ledger.layout.root)
    for name in ("quarantine", "metrics", "_spill"):
        (root / name / dead[0].txn).mkdir(parents=True, exist_ok=True)
        (root / name / dead[0].txn / "left").write_text("x")
    (root / "_ledger" / f".{'a' * 32}").write_text("{")
    (root / "data" / "README").write_text("not ours")
    left = shop.leftovers()
    told = orphans(shop.job, shop.world(), AT_ONCE, dry_run=True)
    assert shop.leftovers() == left
    done = orphans(shop.job, shop.world(), AT_ONCE)
    assert (told.fenced, told.files, told.bytes) == (done.fenced, done.files, done.bytes)
    assert set(done.fenced) == {one.txn for one in dead}
    assert done.foreign == ("data/README",)
    assert shop.leftovers() == {"data/README"}
    shop.assert_converged(rows)
    again = orphans(shop.job, shop.world(), AT_ONCE)
    assert (again.fenced, again.files, again.version) == ((), 0, None)


def test_what_is_younger_than_the_limit_stays(shop):
    shop.deliver("a.csv")
    shop.run()
    shop.deliver("b.csv", only=True)
    slow = shop.stage()
    found = orphans(shop.job, shop.world(), DAY)
    assert (found.fenced, found.files, found.version) == ((), 0, None)
    assert publish(slow, shop.world()).outcome == "published"


def test_a_run_that_was_barred_begins_anew(shop, monkeypatch):
    rows = shop.deliver("a.csv")
    shop.run()
    rows += shop.deliver("b.csv", only=True)
    execute = PIPELINE.execute

    def overtaken(*args):
        staged = execute(*args)
        monkeypatch.setattr(PIPELINE, "execute", execute)
        orphans(shop.job, shop.world(), AT_ONCE)
        return staged

    monkeypatch.setattr(PIPELINE, "execute", overtaken)
    assert shop.run().outcome == "published"
    shop.assert_converged(sorted(rows))


class Killed(BaseException):
    """The process ends here: nothing may handle it."""


def killed_at(monkeypatch, step, work):
    """The work, ended after this many changes of the storage, or before the next; True when it has come to its end."""
    count = 0

    def stepped(name):
        original = getattr(LocalStorage, name)

        def call(*args):
            nonlocal count
            if count == step - 1:
                raise Killed
            count += 2
            result = original(*args)
            if count == step:
                raise Killed
            return result

        return call

    with monkeypatch.context() as patched:
        for name in ("create", "remove"):
            patched.setattr(LocalStorage, name, stepped(name))
        try:
            work()
        except Killed:
            return False
    return True


@pytest.mark.parametrize("work", [expire, orphans], ids=lambda one: one.__name__)
def test_killed_at_any_step_the_next_call_ends_the_work(shops, monkeypatch, tmp_path, work):
    shop = shops("shop")
    versions = replaced(shop)
    shop.deliver("x.csv", months=("m01", "m02"), only=True)
    shop.stage()
    shutil.copytree(shop.root, tmp_path / "before")
    step, ended = 1, False
    while not ended:
        shutil.rmtree(shop.root)
        shutil.copytree(tmp_path / "before", shop.root)
        ended = killed_at(monkeypatch, step, lambda: work(shop.job, shop.world(), AT_ONCE))
        assert shop.rows() == versions[2]
        places, _ = shop.catalogued()
        assert sorted(row for month, place in places.items() for row in shop.rows_at(place, month)) == versions[2]
        work(shop.job, shop.world(), AT_ONCE)
        again = work(shop.job, shop.world(), AT_ONCE)
        assert (again.files, again.version) == (0, None)
        shop.assert_converged(versions[2])
        step += 1
    assert step > 6


def test_an_expired_version_cannot_be_named_and_a_tagged_one_stays(shop):
    versions = replaced(shop)
    job, world = shop.job, shop.world()
    committed(job, shop.ledger, world, lambda head: following(head, "tag", tags={"good": 1}))
    assert expire(job, world, AT_ONCE).versions == (2,)
    assert shop.rows(1) == versions[0]
    assert numbered(shop.ledger.state(), "good", "shop.sales", "here") == 1
    with pytest.raises(PlanError) as caught:
        numbered(shop.ledger.state(), 2, "shop.sales", "here")
    assert caught.value.code == "VERSION_EXPIRED"


def test_a_tag_that_comes_first_saves_its_version(shop, monkeypatch):
    replaced(shop)
    job, world = shop.job, shop.world()
    append = type(shop.ledger).append

    def overtaken(ledger, entry):
        monkeypatch.undo()
        committed(job, shop.ledger, world, lambda head: following(head, "tag", tags={"good": 1}))
        return append(ledger, entry)

    monkeypatch.setattr(type(shop.ledger), "append", overtaken)
    assert expire(job, world, AT_ONCE).versions == (2,)


def test_an_append_that_comes_between_keeps_its_files(shop, monkeypatch):
    rows = shop.deliver("a.csv", months=("m01", "m02"))
    shop.run()
    rows += shop.deliver("b.csv", months=("m02",), only=True)
    shop.run()
    rows += shop.deliver("c.csv", months=("m01",), only=True)
    slow = shop.stage()
    original = EXPIRE.present

    def overtaken(*args):
        publish(slow, shop.world())
        return original(*args)

    monkeypatch.setattr(EXPIRE, "present", overtaken)
    expire(shop.job, shop.world(), AT_ONCE)
    shop.assert_converged(sorted(rows))


def test_a_clock_that_ran_behind_does_not_make_a_version_old(shop):
    replaced(shop, 2)
    path = Path(shop.ledger.layout.entry(2))
    entry = json.loads(path.read_text())
    path.write_text(json.dumps({**entry, "committed_at": "2001-01-01T00:00:00.000+00:00"}))
    assert expire(shop.job, shop.world(), DAY).versions == ()
    os.utime(path, (0, 0))
    assert expire(shop.job, shop.world(), DAY).versions == ()  # no commit is older than the one before it


@pytest.mark.parametrize("work", [expire, orphans], ids=lambda one: one.__name__)
def test_nothing_is_deleted_by_a_ledger_that_is_not_whole(shop, work):
    replaced(shop)
    lost = Path(shop.ledger.layout.entry(2))
    lost.rename(shop.root / "lost")
    before = stored(shop)
    with pytest.raises(PlanError) as caught:
        work(shop.job, shop.world(), AT_ONCE)
    assert caught.value.code == "LEDGER_MISSING"
    assert stored(shop) == before


@pytest.mark.parametrize("work", [expire, orphans], ids=lambda one: one.__name__)
def test_nothing_is_deleted_by_a_ledger_whose_end_is_lost(shop, work):
    """What the catalogue records tells that there was more."""
    replaced(shop)
    Path(shop.ledger.layout.entry(3)).rename(shop.root / "lost")
    shutil.rmtree(Path(shop.ledger.layout.checkpoints()), ignore_errors=True)
    before = stored(shop)
    with pytest.raises(PublishError) as caught:
        work(shop.job, shop.world(), AT_ONCE)
    assert caught.value.code == "LEDGER_BEHIND"
    assert shop.ledger.seqs() == [1, 2]
    assert stored(shop) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may remove everything")
def test_files_that_cannot_be_removed_are_told(shop):
    replaced(shop, 2)
    folder = Path(shop.ledger.layout.root) / shop.ledger.snapshot(1).partitions["m01",].folder
    folder.chmod(0o500)
    with pytest.raises(RunError) as caught:
        expire(shop.job, shop.world(), AT_ONCE)
    folder.chmod(0o700)
    assert caught.value.code in ("FILES_STAY", "PERMISSION_DENIED")


# What is looked at


def damaged(shop, **options):
    found = verify(shop.job, shop.world(), **options)
    return [fault.code for fault in found.damage], [fault.code for fault in found.behind], found.exit_code


def a_file(shop, version=None):
    return Path(shop.ledger.layout.root) / sorted(named(shop, version))[0]


def test_a_whole_table_is_well(shop):
    replaced(shop)
    found = verify(shop.job, shop.world(), checksums=True)
    assert (found.versions, found.files, found.summed, found.unsummed, found.exit_code) == (3, 9, 9, 0, 0)
    expire(shop.job, shop.world(), AT_ONCE)
    found = verify(shop.job, shop.world(), checksums=True)
    assert (found.versions, found.files, found.exit_code) == (2, 3, 0)


def test_a_lost_file_is_told_with_the_way_back(shop):
    replaced(shop)
    a_file(shop).unlink()
    found = verify(shop.job, shop.world(), repair=True)
    (fault,) = found.damage
    assert fault.code == "FILE_LOST"
    assert "month=m01" in fault.where
    assert "version 3" in fault.problem
    assert "rollback shop.sales --to 2" in fault.fix
    assert found.exit_code == 4


def test_a_file_of_an_older_version_that_is_lost_does_not_ask_for_a_rollback(shop):
    replaced(shop)
    a_file(shop, 1).unlink()
    (fault,) = verify(shop.job, shop.world()).damage
    assert "rollback" not in fault.fix


def test_flipped_bits_are_found_by_the_checksum(shop):
    replaced(shop, 1)
    path = a_file(shop)
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    path.write_bytes(content)
    assert damaged(shop) == ([], [], 0)
    assert damaged(shop, checksums=True) == (["FILE_CHANGED"], [], 4)


def test_other_content_is_found_without_it(shop):
    replaced(shop, 1)
    path = a_file(shop)
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    assert damaged(shop)[0] == ["FILE_SIZE"]
    path.write_bytes(b"x" * len(content))
    assert damaged(shop)[0] == ["FILE_DAMAGED"]


def test_a_ledger_with_a_gap_or_a_damaged_entry_is_told(shop):
    replaced(shop)
    layout = shop.ledger.layout
    whole = Path(layout.entry(2)).read_text()
    Path(layout.entry(2)).unlink()
    assert damaged(shop) == (["LEDGER_MISSING"], [], 4)
    Path(layout.entry(2)).write_text(whole[:100])
    assert damaged(shop) == (["LEDGER_UNREADABLE"], [], 4)
    Path(layout.entry(2)).write_text(Path(layout.entry(3)).read_text())
    assert damaged(shop) == (["LEDGER_UNREADABLE"], [], 4)
    Path(layout.entry(2)).write_text(whole)
    for path in Path(layout.path("_ledger", "contracts")).iterdir():
        path.unlink()
    assert damaged(shop) == (["LEDGER_MISSING"], [], 4)


def test_what_others_did_to_the_catalogue_is_told_and_repaired(shop):
    versions = replaced(shop)
    glue = shop.world().client("glue")
    place = {"DatabaseName": "shop", "TableName": "sales"}
    storage = glue.get_partition(**place, PartitionValues=["m01"])["Partition"]["StorageDescriptor"]
    glue.delete_partition(**place, PartitionValues=["m02"])
    glue.create_partition(**place, PartitionInput={"Values": ["m99"], "StorageDescriptor": storage})
    assert damaged(shop) == ([], ["CATALOG_BEHIND"], 5)
    found = verify(shop.job, shop.world(), repair=True)
    assert (found.exit_code, found.behind) == (0, [])
    assert {"add 1 partition", "delete 1 partition"} <= set(found.repaired)
    shop.assert_converged(versions[2])


def test_a_wrong_checkpoint_is_told_and_removed(shop, monkeypatch):
    monkeypatch.setattr("mesh_etl.tables.checkpoint.EVERY", 1)
    versions = replaced(shop)
    layout, storage = shop.ledger.layout, shop.ledger.storage
    assert checkpoint.seqs(layout, storage) == [1, 2, 3]
    assert damaged(shop) == ([], [], 0)
    state = checkpoint.read(layout, storage, 3)
    state.partitions.popitem()
    Path(layout.checkpoint(3)).unlink()
    checkpoint.write(layout, storage, state)
    codes, behind, code = damaged(shop)
    assert (codes, behind[0], code) == ([], "CHECKPOINT_WRONG", 5)
    found = verify(shop.job, shop.world(), repair=True)
    assert (found.exit_code, found.repaired[0]) == (0, "removed wrong checkpoints: 3")
    shop.assert_converged(versions[2])


def test_lost_states_are_a_warning(shop):
    replaced(shop, 1)
    shutil.rmtree(Path(shop.ledger.layout.root) / "metrics")
    found = verify(shop.job, shop.world())
    assert [fault.code for fault in found.warnings] == ["STATES_LOST"]
    assert found.exit_code == 0


def test_without_a_table_there_is_nothing_to_do(shop):
    shop.deliver("a.csv")
    assert expire(shop.job, shop.world(), AT_ONCE).versions == ()
    assert orphans(shop.job, shop.world(), AT_ONCE).files == 0
    assert verify(shop.job, shop.world()).exit_code == 0
