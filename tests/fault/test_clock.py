"""A clock that jumps, back or ahead, by a day or by ten years: nothing is lost, and nothing goes that readers need."""

from __future__ import annotations

import datetime
from contextlib import contextmanager

import pyarrow.dataset  # noqa: F401 - before the clock is wrong: it looks at the size of datetime's types
import pytest

from mesh_etl.errors import PublishError
from mesh_etl.publish import publish
from mesh_etl.quarantine.expire import expire as forget
from mesh_etl.upkeep.compact import compact
from mesh_etl.upkeep.expire import expire
from mesh_etl.upkeep.orphans import orphans
from mesh_etl.upkeep.rollback import rollback
from mesh_etl.upkeep.tag import tag
from mesh_etl.upkeep.verify import verify
from tests.fault.campaign.guarded import DAY, replaced

YEARS = datetime.timedelta(days=3653)
WEEK = 7 * DAY
JUMPS = pytest.mark.parametrize("jump", [-YEARS, -DAY, DAY, YEARS], ids=lambda one: f"{one.days}d")
TRUE = datetime.datetime


@pytest.fixture
def clock(monkeypatch):
    """The clock of this process is wrong by so much, in the block; that of the disk is right."""

    @contextmanager
    def wrong(by):
        class Kind(type):
            def __instancecheck__(cls, one):
                return isinstance(one, TRUE)

        class Wrong(TRUE, metaclass=Kind):
            @classmethod
            def now(cls, tz=None):
                return TRUE.now(tz) + by

        with monkeypatch.context() as patched:
            patched.setattr(datetime, "datetime", Wrong)
            yield

    return wrong


@JUMPS
@pytest.mark.parametrize("mode", ["append", "{type: merge, keys: [id]}"], ids=["append", "merge"])
def test_rows_come_once_whatever_the_time(shop, clock, jump, mode):
    shop.use(mode)
    rows = shop.deliver("a.csv")
    shop.run()
    rows += shop.deliver("b.csv", months=("m01", "m02"))
    with clock(jump):
        assert shop.run().outcome == "published"
        assert shop.run().outcome == "nothing new"
        compact(shop.job, shop.engine, shop.world())
        tag(shop.job, shop.world(), "good")
    rows += shop.deliver("c.csv", months=("m01", "m02"))
    shop.run()
    assert shop.run().outcome == "nothing new"
    compact(shop.job, shop.engine, shop.world())
    shop.assert_converged(sorted(rows))
    assert verify(shop.job, shop.world()).exit_code == 0


@JUMPS
def test_what_was_committed_under_another_clock_is_not_old_at_once(shop, clock, jump):
    versions = replaced(shop, 1)
    with clock(jump):
        versions += replaced(shop, 1)
    versions += replaced(shop, 1)
    assert expire(shop.job, shop.world(), WEEK).versions == ()
    assert [shop.rows(seq) for seq in (1, 2, 3)] == versions


@JUMPS
def test_what_readers_are_shown_stays_whatever_the_time_of_the_upkeep(shop, clock, jump):
    versions = replaced(shop)
    tag(shop.job, shop.world(), "good", "1")
    with clock(jump):
        gone = expire(shop.job, shop.world(), WEEK).versions
        orphans(shop.job, shop.world(), WEEK)
        forget(shop.job, shop.world())
    assert gone == ((2,) if jump == YEARS else ())  # it says that it is ten years later, and nobody knows better
    assert shop.rows(1) == versions[0]
    shop.assert_converged(versions[2])
    assert verify(shop.job, shop.world()).exit_code == 0


@JUMPS
def test_a_slow_writer_whose_files_seem_old_begins_anew(shop, clock, jump):
    rows = shop.deliver("a.csv")
    shop.run()
    rows += shop.deliver("b.csv")
    slow = shop.stage()
    with clock(jump):
        found = orphans(shop.job, shop.world(), WEEK)
    if jump == YEARS:
        assert found.fenced == (slow.txn,)
        with pytest.raises(PublishError, match="FENCED"):
            publish(slow, shop.world())
        shop.run()
    else:
        assert found.fenced == ()
        publish(slow, shop.world())
    shop.assert_converged(sorted(rows))
    assert shop.leftovers() == set()


@JUMPS
def test_a_writer_with_another_clock_is_spared_as_others_are(shop, clock, jump):
    """What counts is when the storage was written to, not what the transaction is called."""
    rows = shop.deliver("a.csv")
    shop.run()
    rows += shop.deliver("b.csv")
    with clock(jump):
        slow = shop.stage()
    assert orphans(shop.job, shop.world(), DAY / 2).fenced == ()
    publish(slow, shop.world())
    shop.assert_converged(sorted(rows))


@JUMPS
def test_a_rollback_goes_by_versions_and_not_by_time(shop, clock, jump):
    versions = replaced(shop, 2)
    with clock(jump):
        rollback(shop.job, shop.world(), "1")
    shop.assert_converged(versions[0])
    rollback(shop.job, shop.world(), "2")
    shop.assert_converged(versions[1])
