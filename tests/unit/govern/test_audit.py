"""What was read, and what somebody has tried to read: kept before anything is answered."""

from __future__ import annotations

import datetime

import pytest

from mesh_etl.errors import RunError
from mesh_etl.govern.audit import Attempt, Audit
from mesh_etl.storage import LOCAL_STORAGE, OutcomeUnknown

AT = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)


def attempt(at=AT, code=""):
    return Attempt("marketing.analyst", at, ("sales.orders",), ("id",), code, statement="0" * 64)


def test_attempts_come_back_in_their_order(tmp_path):
    audit = Audit(str(tmp_path), LOCAL_STORAGE)
    days = [AT - datetime.timedelta(days=number) for number in (3, 0, 1)]
    for day in days:
        audit.add(attempt(day, "ACCESS_DENIED"))
    assert [one.at for one in audit.since(AT.date() - datetime.timedelta(days=3))] == sorted(days)
    assert [one.at for one in audit.since(AT.date())] == [AT]
    (one,) = audit.since(AT.date())
    assert (one.verdict, one) == ("denied", attempt(code="ACCESS_DENIED"))


def test_two_at_the_same_moment_are_two(tmp_path):
    audit = Audit(str(tmp_path), LOCAL_STORAGE)
    audit.add(attempt())
    audit.add(attempt())
    assert len(list(audit.since(AT.date()))) == 2


class Silent:
    """A storage that never answers."""

    def create(self, path, content):
        raise OutcomeUnknown


def test_what_cannot_be_written_down_is_an_error(tmp_path):
    with pytest.raises(RunError) as raised:
        Audit(str(tmp_path), Silent()).add(attempt())
    assert raised.value.code == "AUDIT_UNWRITTEN"
    assert raised.value.retryable
