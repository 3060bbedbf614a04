"""What the modes decide about commits that came before and in between."""

from __future__ import annotations

import pytest

from mesh_etl.modes import Append, Replace, ReplacePartitions
from mesh_etl.modes.replay import Replay
from mesh_etl.tables.entry import ContractRef, Counts, DataFile, Entry, Partition


def rival(*values, cleared=False, idem_key="rival", seq=1, operation="append"):
    files = (DataFile(path="f", rows=1, bytes=1),)
    return Entry(
        seq=seq,
        base_seq=seq - 1,
        txn=f"t{seq}",
        idem_key=idem_key,
        product="d.it",
        operation=operation,
        committed_at="",
        code_version="1",
        engine="embedded",
        contract=ContractRef(id="it", version="1.0.0", sha256="0", summary={}),
        columns=(),
        counts=Counts(read=0, good=0, quarantined=0, deduplicated=0, filtered=0),
        cleared=cleared,
        partitions=tuple(Partition(values=one, folder="", files=files) for one in values),
    )


SAME, OTHER, CLEARED = rival(("a",)), rival(("b",)), rival(cleared=True)


@pytest.mark.parametrize(
    ("mode", "same", "other", "cleared"),
    [
        (Append(), "restage", "none", "restage"),
        (Replace(), "conflict", "conflict", "conflict"),
        (ReplacePartitions(), "conflict", "none", "conflict"),
    ],
)
def test_what_a_rival_commit_means(mode, same, other, cleared):
    touched = {("a",), ("c",)}
    assert [mode.rivalry(touched, one) for one in (SAME, OTHER, CLEARED)] == [same, other, cleared]


def test_a_rival_in_a_table_without_partitions_always_touches_the_same():
    assert Append().rivalry({()}, rival(())) == "restage"
    assert ReplacePartitions().rivalry({()}, rival(())) == "conflict"


def test_a_run_that_made_no_rows_meets_nobody_but_a_clearing_rival():
    assert ReplacePartitions().rivalry(set(), OTHER) == "none"
    assert ReplacePartitions().rivalry(set(), CLEARED) == "conflict"


@pytest.mark.parametrize(("mode", "found"), [(Append(), 1), (Replace(), None), (ReplacePartitions(), None)])
def test_earlier_work_that_others_have_built_upon_counts_for_append_alone(mode, found):
    history = [rival(idem_key="mine", seq=1), rival(idem_key="later", seq=2)]
    done = mode.done(history, "mine")
    assert (done and done.seq) == found
    assert mode.done(history, "later").seq == 2
    assert mode.done([], "mine") is None


def test_upkeep_of_the_quarantine_changes_nothing_but_for_a_replay():
    expired = rival(operation="expire", seq=2, idem_key="mine")
    modes = (Append(), Replace(), ReplacePartitions(), Replay(of=Append()))
    assert [mode.rivalry({("a",)}, expired) for mode in modes] == ["none", "none", "none", "conflict"]
    for mode in modes[:3]:
        assert mode.done([rival(idem_key="mine"), expired], "mine").seq == 1


def test_what_stays_of_the_table():
    assert [(mode.clears, mode.carries, mode.incremental) for mode in (Append, Replace, ReplacePartitions)] == [
        (False, True, True), (True, False, False), (False, False, False)
    ]  # fmt: skip
