"""A rollback makes an earlier version the table again, or changes nothing, whoever else is at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_etl.errors import PlanError, PublishError
from mesh_etl.plan.build import ledger_of
from mesh_etl.publish import publish
from mesh_etl.quarantine.expire import expire as forget
from mesh_etl.tables.ledger import Ledger
from mesh_etl.tables.versions import numbered
from mesh_etl.upkeep.rollback import rollback
from mesh_etl.upkeep.tag import tag, untag

BROKEN = "id,month,amount\n0,m01,much\n"


@pytest.fixture
def filled(shop):
    """Three deliveries, each a version; the third has a refused row."""
    path = shop.root / "configs/shop/sales/job.yaml"
    path.write_text(path.read_text().replace("max_rejected: 0", "max_rejected: 50%"))
    shop.deliveries = [shop.deliver("1.csv", rows=4, months=("m01", "m02"))]
    shop.run()
    shop.deliveries.append(shop.deliver("2.csv", months=("m01", "new")))
    shop.run()
    shop.deliveries.append(shop.deliver("3.csv", months=("m01", "m02", "last")))
    with (shop.root / "in/3.csv").open("a") as file:
        file.write(BROKEN.partition("\n")[2])
    shop.run()
    return shop


def rolled_back(shop, to, **options):
    return rollback(shop.job, shop.world(), to, **options)


def rows(shop, *versions):
    return sorted(row for version in versions for row in shop.deliveries[version - 1])


def first_call(monkeypatch, of, before):
    """`before` happens in front of the next append to a ledger, once."""
    append, done = of.append, []

    def wrapped(self, entry):
        if not done:
            done.append(True)
            before()
        return append(self, entry)

    monkeypatch.setattr(of, "append", wrapped)


def test_rows_inputs_and_refused_rows_are_those_of_the_version(filled):
    found = rolled_back(filled, "1")
    assert (found.version, found.undone, found.inputs, found.refused) == (4, (2, 3), 2, 0)
    assert (found.rows_before, found.rows) == (len(rows(filled, 1, 2, 3)), len(rows(filled, 1)))
    filled.assert_converged(rows(filled, 1))
    assert filled.ledger.snapshot().refused == 0
    assert filled.rows(3) == rows(filled, 1, 2, 3)


def test_what_was_undone_is_read_again_once(filled):
    rolled_back(filled, "1")
    report = filled.run()
    assert (report.outcome, report.entry.counts.read) == ("published", len(rows(filled, 2, 3)) + 1)
    filled.assert_converged(rows(filled, 1, 2, 3))
    assert filled.ledger.snapshot().refused == 1
    assert filled.run().outcome == "nothing new"


def test_a_bad_delivery_is_mended_and_read_instead(filled):
    rolled_back(filled, "2")
    mended = filled.deliver("3.csv", months=("m03",))
    filled.run()
    filled.assert_converged(sorted(rows(filled, 1, 2) + mended))


def test_a_rollback_can_be_rolled_back(filled):
    rolled_back(filled, "1")
    rolled_back(filled, "3")
    filled.assert_converged(rows(filled, 1, 2, 3))
    assert filled.ledger.snapshot().refused == 1
    assert filled.run().outcome == "nothing new"


def test_a_second_rollback_to_the_same_version_changes_nothing(filled):
    rolled_back(filled, "2")
    again = rolled_back(filled, "2")
    assert (again.version, again.undone) == (None, ())
    assert rolled_back(filled, "4").version is None
    assert filled.ledger.seqs()[-1] == 4


def test_a_dry_run_changes_nothing(filled):
    found = rolled_back(filled, "1", dry_run=True)
    assert (found.version, found.undone, found.inputs) == (None, (2, 3), 2)
    assert filled.ledger.seqs() == [1, 2, 3]
    assert filled.rows() == rows(filled, 1, 2, 3)


def test_a_commit_that_comes_between_is_not_undone_unseen(filled, monkeypatch):
    filled.deliveries.append(filled.deliver("4.csv", months=("m01",)))
    first_call(monkeypatch, Ledger, filled.run)
    with pytest.raises(PublishError) as raised:
        rolled_back(filled, "1")
    assert (raised.value.code, raised.value.retryable) == ("CONFLICT", True)
    filled.assert_converged(rows(filled, 1, 2, 3, 4))


def test_upkeep_that_comes_between_does_not_matter(filled, monkeypatch):
    first_call(monkeypatch, Ledger, lambda: tag(filled.job, filled.world(), "gold", "3"))
    assert rolled_back(filled, "1").version == 5
    filled.assert_converged(rows(filled, 1))
    assert filled.ledger.state().tags == {"gold": 3}


def test_an_append_that_was_staged_before_adds_to_the_version(filled):
    filled.deliveries.append(filled.deliver("4.csv", months=("m01",)))
    staged = filled.stage()
    rolled_back(filled, "1")
    publish(staged, filled.world())
    filled.assert_converged(rows(filled, 1, 4))
    filled.run()
    filled.assert_converged(rows(filled, 1, 2, 3, 4))


@pytest.mark.parametrize("mode", ["replace", "replace_partitions"])
def test_what_would_replace_rows_and_was_staged_before_gives_way(filled, mode):
    path = filled.root / "configs/shop/sales/job.yaml"
    path.write_text(path.read_text().replace("mode: append", f"mode: {mode}"))
    staged = filled.stage()
    rolled_back(filled, "1")
    with pytest.raises(PublishError) as raised:
        publish(staged, filled.world())
    assert raised.value.code == "CONFLICT"
    filled.assert_converged(rows(filled, 1))


def test_a_replace_that_was_undone_runs_again_and_one_that_is_back_does_not(shop):
    shop.use("replace")
    first = shop.deliver("1.csv", months=("m01", "m02"))
    shop.run()
    second = shop.deliver("2.csv", months=("m01",), only=True)
    shop.run()
    rolled_back(shop, "1")
    shop.assert_converged(first)
    assert shop.run().outcome == "published"
    shop.assert_converged(second)
    rolled_back(shop, "2")
    assert shop.run().outcome == "done before"


def test_a_version_whose_files_are_gone_is_refused(filled):
    head = filled.ledger.snapshot()
    standing = {file.path for one in head.partitions.values() for file in one.files}
    gone = next(
        file.path for one in filled.ledger.snapshot(1).partitions.values() for file in one.files
        if file.path not in standing
    )  # fmt: skip
    Path(filled.ledger.layout.path(gone)).unlink()
    with pytest.raises(PlanError) as raised:
        rolled_back(filled, "1")
    assert raised.value.code == "FILES_GONE"
    filled.assert_converged(rows(filled, 1, 2, 3))


def test_refused_rows_that_were_expired_stay_gone(filled):
    forget(filled.job, filled.world(), everything=True)
    rolled_back(filled, "3")
    assert filled.ledger.snapshot().refused == 0


def test_refused_rows_that_are_lost_have_to_be_accepted(filled):
    rolled_back(filled, "2")
    forget(filled.job, filled.world(), everything=True)  # they had left the quarantine, so that no commit says it
    with pytest.raises(PlanError, match="refused-rows"):
        rolled_back(filled, "3")
    rolled_back(filled, "3", accept=["refused-rows"])
    filled.assert_converged(rows(filled, 1, 2, 3))
    assert filled.ledger.snapshot().refused == 0


def test_a_contract_that_breaks_readers_has_to_be_accepted(filled):
    path = filled.root / "configs/shop/sales/contract.yaml"
    path.write_text(
        path.read_text().replace("version: 1.0.0", "version: 1.1.0") + "      - {name: more, logicalType: string}\n"
    )
    (filled.root / "in/4.csv").write_text("id,month,amount,more\n9,m01,1.00,x\n")
    filled.run()
    with pytest.raises(PlanError) as raised:
        rolled_back(filled, "3")
    assert {fault.code for fault in raised.value.faults} == {"NOT_ACCEPTED"}
    assert "more" in str(raised.value)
    assert rolled_back(filled, "3", accept=["contract"]).version == 5
    filled.assert_converged(rows(filled, 1, 2, 3))
    assert [name for name, _ in filled.ledger.snapshot().entry.columns] == ["id", "month", "amount"]


def test_tags_move_only_when_they_are_taken_away(filled):
    job, world = filled.job, filled.world()
    assert tag(job, world, "gold", "2").commit == 4
    assert tag(job, world, "gold", "2").commit is None
    assert tag(job, world, "also", "gold").version == 2
    with pytest.raises(PlanError, match="TAG_TAKEN"):
        tag(job, world, "gold", "3")
    assert tag(job, world, "newest").version == 3
    assert untag(job, world, "gold").version is None
    with pytest.raises(PlanError, match="UNKNOWN_TAG"):
        untag(job, world, "gold")
    assert ledger_of(job, job.product).state().tags == {"also": 2, "newest": 3}
    assert filled.ledger.snapshot().data.seq == 3


@pytest.mark.parametrize(("name", "code"), [("0", "UNKNOWN_VERSION"), ("4", "UNKNOWN_VERSION"), ("x", "UNKNOWN_TAG")])
def test_a_version_that_does_not_exist_is_told(filled, name, code):
    with pytest.raises(PlanError, match=code):
        rolled_back(filled, name)


@pytest.mark.parametrize("name", ["", "7", "-x", "a b", "é", "x" * 101, "a/b", "a\n"])
def test_a_name_that_could_be_something_else_is_no_tag(filled, name):
    with pytest.raises(PlanError, match="BAD_TAG"):
        tag(filled.job, filled.world(), name)


def test_an_expired_version_cannot_be_asked_for(filled):
    state = filled.ledger.state().copy()
    state.expired.add(1)
    with pytest.raises(PlanError, match="has expired; the oldest that can be read is 2"):
        numbered(state, "1", "shop.sales", "query")
