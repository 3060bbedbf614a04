"""Requests in a storage whose replies get lost, and between processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from mesh_etl.errors import PlanError
from mesh_etl.govern.requests import Asked, Step
from mesh_etl.govern.requests.store import Requests
from mesh_etl.storage import LOCAL_STORAGE, OutcomeUnknown

ASKED = Asked("sales.orders", "444444444444", "marketing", "reader")


@dataclass
class Deaf:
    """A storage that does what it is told, and whose first replies do not arrive."""

    losses: int
    asked: list = field(default_factory=list)

    def create(self, path, content):
        done = LOCAL_STORAGE.create(path, content)
        self.asked.append(path)
        if len(self.asked) <= self.losses:
            raise OutcomeUnknown
        return done

    def __getattr__(self, name):
        return getattr(LOCAL_STORAGE, name)


def step(kind, clock, by="sales-team"):
    return Step(kind, by, clock())


def test_a_lost_reply_is_no_other_decision(tmp_path, clock):
    found = Requests(str(tmp_path), LOCAL_STORAGE).add(ASKED, step("asked", clock))
    deaf = Requests(str(tmp_path), Deaf(1))
    assert deaf.append(found, step("approved", clock)).steps[-1].kind == "approved"
    assert len(deaf.one(found.id).steps) == 2


def test_a_storage_that_never_answers_is_told(tmp_path, clock):
    found = Requests(str(tmp_path), LOCAL_STORAGE).add(ASKED, step("asked", clock))
    with pytest.raises(PlanError, match="whether it was written is not known"):
        Requests(str(tmp_path), Deaf(99)).append(found, step("approved", clock))


def test_of_many_at_once_one_decides(tmp_path, clock):
    kept = Requests(str(tmp_path), LOCAL_STORAGE)
    found = kept.add(ASKED, step("asked", clock))

    def decide(number):
        return kept.append(found, step("approved" if number % 2 else "denied", clock, f"owner {number}"))

    with ThreadPoolExecutor(8) as pool:
        tried = [pool.submit(decide, number) for number in range(8)]
    lost = [one.exception() for one in tried if one.exception()]
    assert [one.code for one in lost] == ["REQUEST_DECIDED"] * 7
    (won,) = (one.result() for one in tried if not one.exception())
    assert kept.one(found.id) == won


def test_ids_are_not_to_be_guessed(tmp_path, clock):
    kept = Requests(str(tmp_path), LOCAL_STORAGE)
    ids = {kept.add(ASKED, step("asked", clock)).id for _ in range(20)}
    assert len(ids) == 20
    assert set(kept.ids()) == ids
    assert all(len(one) == 10 for one in ids)
