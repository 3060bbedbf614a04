"""The guards of the commit protocol, how each is taken out, and the scenarios that do not hold without it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

import pytest

from mesh_etl.errors import Fault, PublishError
from mesh_etl.modes import Mode
from mesh_etl.publish.catalog.difference import compare, read
from mesh_etl.storage import OutcomeUnknown
from tests.fault.campaign import guarded

COMMIT = import_module("mesh_etl.publish.commit")
LEDGER = import_module("mesh_etl.tables.ledger")
LIFETIMES = import_module("mesh_etl.upkeep.lifetimes")
EXPIRE = import_module("mesh_etl.upkeep.expire")
ORPHANS = import_module("mesh_etl.upkeep.orphans")
PIPELINE = import_module("mesh_etl.pipeline")
PUBLISH = import_module("mesh_etl.publish.publish")
RECOVER = import_module("mesh_etl.publish.recover")
REGISTER = import_module("mesh_etl.publish.catalog.register")
UPKEEP = import_module("mesh_etl.upkeep.commit")


class Removal(NamedTuple):
    """A guard, how it is taken out, and the scenarios that hold only with it."""

    guard: str
    take_out: Callable[[pytest.MonkeyPatch], None]
    scenarios: tuple[Callable[[Any], None], ...]


def answers(owner: Any, name: str, answer: Any) -> Callable[[pytest.MonkeyPatch], None]:
    """The function answers the same to whoever asks."""
    return lambda monkeypatch: monkeypatch.setattr(owner, name, lambda *_, **__: answer)


def no_identity_of_work(monkeypatch):
    kinds = [Mode]
    for kind in kinds:
        kinds += kind.__subclasses__()
        if "done" in vars(kind):
            monkeypatch.setattr(kind, "done", lambda *_: None)


def unknown_means_failed(monkeypatch):
    def definite(ask):
        try:
            return ask()
        except OutcomeUnknown:
            raise PublishError(Fault("FAILED", "the storage does not answer")) from None

    monkeypatch.setattr(LEDGER, "_definite", definite)


def only_my_changes_are_published(monkeypatch):
    def mine(ledger):
        head = ledger.snapshot()
        return head and dataclasses.replace(head, partitions={one.values: one for one in head.entry.partitions})

    monkeypatch.setattr(RECOVER, "_head", mine)


def the_catalogue_is_not_read_again(monkeypatch):
    def once(glue, desired, announce):
        found = read(glue, desired)
        gap = compare(found, desired)
        if gap:
            REGISTER._close(glue, desired, found, gap, announce)
            REGISTER._record(glue, desired, read(glue, desired).table, announce)
        return gap

    monkeypatch.setattr(RECOVER, "register", once)


REMOVALS = [
    Removal(
        "conflict check",
        answers(COMMIT, "_conflict", False),
        (
            guarded.a_replace_does_not_bury_an_append,
            guarded.appends_of_the_same_file_add_it_once,
            guarded.an_append_does_not_join_a_table_of_another_contract,
        ),
    ),
    Removal(
        "verify after publish",
        answers(RECOVER, "_settled", True),
        (guarded.what_is_committed_while_another_publishes_is_published_too,),
    ),
    Removal(
        "verify after publish",
        the_catalogue_is_not_read_again,
        (guarded.what_others_undo_meanwhile_is_done_again,),
    ),
    Removal("idempotency key", no_identity_of_work, (guarded.the_same_work_is_done_once,)),
    Removal(
        "unknown is not failed",
        unknown_means_failed,
        (guarded.a_lost_reply_is_no_failure, guarded.an_unknown_outcome_removes_nothing),
    ),
    Removal("fence", answers(COMMIT, "refuse_fenced", None), (guarded.a_slow_writer_is_barred,)),
    Removal("fence", answers(UPKEEP, "refuse_fenced", None), (guarded.a_slow_compaction_is_barred,)),
    Removal(
        "catalog check before delete",
        answers(EXPIRE, "shown", frozenset()),
        (guarded.what_the_catalogue_shows_does_not_expire,),
    ),
    Removal(
        "catalog check before delete",
        answers(ORPHANS, "shown", frozenset()),
        (guarded.what_the_catalogue_shows_is_no_orphan,),
    ),
    Removal("grace", answers(LIFETIMES, "past_grace", True), (guarded.what_was_replaced_just_now_stays,)),
    Removal("publish the head", only_my_changes_are_published, (guarded.whoever_comes_next_publishes_the_whole_head,)),
    Removal(
        "publish on abort", answers(PUBLISH, "_recovered_after", None), (guarded.a_run_that_loses_publishes_the_winner,)
    ),
    Removal(
        "publish on abort",
        answers(UPKEEP, "_recovered_after", None),
        (guarded.upkeep_that_fails_publishes_what_others_committed,),
    ),
    Removal(
        "publish on abort",
        answers(PIPELINE, "recover", None),
        (guarded.a_run_that_fails_publishes_what_was_committed_before,),
    ),
]
