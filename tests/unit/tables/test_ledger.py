"""The ledger tells what the table is at each version, and an entry is in it exactly once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_etl.contract.summary import ColumnSummary, Summary
from mesh_etl.errors import PlanError, RunError
from mesh_etl.storage import LocalStorage, OutcomeUnknown
from mesh_etl.tables.entry import ContractRef, Entry, Quarantine, RefusedFile
from mesh_etl.tables.layout import Layout, new_txn


class Shaky(LocalStorage):
    """A storage that loses its answer at the calls numbered here: after it did the work, or before."""

    def __init__(self, after=(), before=(), reads=()):
        self.after, self.before, self.lost_reads, self.calls, self.asked = after, before, reads, 0, 0

    def create(self, path, content):
        self.calls += 1
        if self.calls in self.before:
            raise OutcomeUnknown
        created = super().create(path, content)
        if self.calls in self.after:
            raise OutcomeUnknown
        return created

    def read(self, path):
        self.asked += 1
        if self.asked in self.lost_reads:
            raise OutcomeUnknown
        return super().read(path)


def test_a_table_without_entries_has_no_snapshot(ledger):
    assert ledger().snapshot() is None
    assert ledger().seqs() == []
    assert list(ledger().entries()) == []


def test_a_snapshot_is_the_sum_of_the_entries(ledger, entry):
    book = ledger()
    book.append(entry(1, {("a",): 1, ("b",): 2}))
    book.append(entry(2, {("b",): 5, (None,): 3}))
    book.append(entry(3, {("a",): 0}))
    book.append(entry(4, {("c",): 4}, cleared=True))
    held = {seq: {key: one.rows for key, one in book.snapshot(seq).partitions.items()} for seq in (1, 2, 3, 4)}
    assert held == {
        1: {("a",): 1, ("b",): 2},
        2: {("a",): 1, ("b",): 5, (None,): 3},
        3: {("b",): 5, (None,): 3},
        4: {("c",): 4},
    }
    head = book.snapshot()
    assert (head.seq, head.rows, head.files, head.bytes) == (4, 4, 1, 40)
    assert (book.snapshot(2).rows, book.snapshot(2).files, book.snapshot(2).bytes) == (9, 3, 90)
    assert [one.seq for one in book.entries(after=2)] == [3, 4]


PARTS = st.dictionaries(st.sampled_from([("a",), ("b",), ("c",), (None,)]), st.integers(0, 3), max_size=4)


@given(history=st.lists(st.tuples(PARTS, st.booleans()), max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_folds_into_the_table_that_it_describes(history, entry, tmp_path_factory):
    from mesh_etl.tables.ledger import Ledger

    book = Ledger(Layout(str(tmp_path_factory.mktemp("table"))), LocalStorage())
    wanted: dict = {}
    for seq, (rows, cleared) in enumerate(history, 1):
        assert book.append(entry(seq, rows, cleared=cleared))
        wanted = {**({} if cleared else wanted), **rows}
        held = {key: one.rows for key, one in book.snapshot().partitions.items()}
        assert held == {key: rows for key, rows in wanted.items() if rows}


def test_a_snapshot_knows_who_changed_the_rows_last_and_how_many_are_refused(ledger, entry):
    history = ledger()

    def refused(name, rows, *gone):
        return Quarantine(rows=rows, files=(RefusedFile(path=name, rows=rows, bytes=1),) if rows else (), gone=gone)

    history.append(entry(1, {(): 1}, quarantine=refused("a", 3)))
    history.append(entry(2, {(): 1}, quarantine=refused("b", 2)))
    history.append(entry(3, {(): 1}, operation="replay", quarantine=refused("c", 1, "a")))
    history.append(entry(4, operation="expire", quarantine=refused("", 0, "b")))
    found = [history.snapshot(seq) for seq in (1, 2, 3, 4)]
    assert [(one.seq, one.data.seq, one.refused) for one in found] == [(1, 1, 3), (2, 2, 5), (3, 3, 3), (4, 3, 1)]


def test_files_that_are_no_entries_are_not_read(ledger, entry):
    book = ledger()
    book.append(entry(1, {("a",): 1}))
    folder = Path(book.layout.ledger())
    for name in (".123", "1.json", "readme", f"{2:020d}.json.tmp", f"{2:019d}x.json"):
        (folder / name).write_text("no entry")
    assert book.seqs() == [1]


def test_an_entry_reads_back_as_it_was_written(ledger, entry):
    book = ledger()
    one = entry(1, {("a", None): 3}, cleared=True, dropped={"filter[0]": 2})
    book.append(one)
    assert book.entry(1) == one
    assert Entry.model_validate_json(one.model_dump_json()) == one


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"seq": 1}'])
def test_a_damaged_entry_is_an_error_that_names_it(ledger, entry, damage):
    book = ledger()
    book.append(entry(1))
    Path(book.layout.entry(1)).write_bytes(damage)
    with pytest.raises(PlanError) as raised:
        book.snapshot()
    assert raised.value.code == "LEDGER_UNREADABLE"
    assert raised.value.faults[0].where == book.layout.entry(1)


def test_an_entry_of_a_newer_library_is_not_half_understood(ledger, entry):
    book = ledger()
    content = json.loads(entry(1).model_dump_json())
    content["invented_later"] = 1
    book.storage.create(book.layout.entry(1), json.dumps(content).encode())
    with pytest.raises(PlanError, match="written by a newer mesh_etl"):
        book.entry(1)


def test_a_version_that_is_missing_is_an_error(ledger):
    with pytest.raises(PlanError) as raised:
        ledger().entry(7)
    [fault] = raised.value.faults
    assert (fault.code, fault.fix[:32]) == ("LEDGER_MISSING", "restore the file from a backup, ")


def test_a_version_is_taken_once(ledger, entry):
    assert ledger().append(entry(1, txn="mine"))
    assert ledger().append(entry(1, txn="mine"))
    assert not ledger().append(entry(1, txn="other"))
    assert ledger().entry(1).txn == "mine"


@pytest.mark.parametrize(
    ("shaky", "calls"),
    [
        ({"after": (1,)}, 2),
        ({"before": (1,)}, 2),
        ({"before": (1, 2, 3)}, 4),
        ({"before": (1,), "after": (2,)}, 3),
        ({"after": (1,), "before": (2,)}, 3),
        ({"after": (1,), "reads": (1,)}, 3),
    ],
)
def test_a_lost_answer_is_asked_for_until_it_is_definite(ledger, entry, shaky, calls):
    storage = Shaky(**shaky)
    assert ledger(storage).append(entry(1, txn="mine"))
    assert storage.calls == calls
    assert ledger().seqs() == [1]
    assert ledger().entry(1).txn == "mine"


def test_a_lost_answer_to_a_lost_race_is_no_success(ledger, entry):
    assert ledger().append(entry(1, txn="other"))
    assert not ledger(Shaky(before=(1,))).append(entry(1, txn="mine"))
    assert not ledger(Shaky(after=(1,))).append(entry(1, txn="mine"))
    assert ledger().entry(1).txn == "other"


def test_a_storage_that_never_answers_leaves_the_outcome_unknown(ledger, entry):
    storage = Shaky(before=range(1, 1000))
    with pytest.raises(OutcomeUnknown):
        ledger(storage).append(entry(1))
    assert 1 < storage.calls < 100


def test_names_sort_by_version_and_time(tmp_path):
    layout = Layout("root")
    assert layout.entry(9) < layout.entry(10)
    assert layout.data("t", "k=1") == "root/data/t/k=1"
    first, second = new_txn(), new_txn()
    assert first != second
    assert first[:15] <= second[:15]


SUMMARY = Summary(id="it", version="1.0.0", columns=(ColumnSummary("id", "int", parts=()),), rules=(), words="1.")


def of(sha256, **inline):
    return ContractRef(id="it", version="1.0.0", sha256="0", summary_sha256=sha256, **inline)


def test_a_contract_is_kept_once_for_all_commits_that_have_it(ledger, entry):
    book = ledger()
    names = [book.keep(one) for one in (SUMMARY, SUMMARY, replace(SUMMARY, version="1.1.0"))]
    assert names[0] == names[1] != names[2]
    for seq, name in enumerate(names, 1):
        book.append(entry(seq, contract=of(name)))
        assert len(Path(book.layout.entry(seq)).read_bytes()) < 1_000
    assert [book.contract(one).version for one in book.entries()] == ["1.0.0", "1.0.0", "1.1.0"]
    assert book.contract(book.entry(1)) == SUMMARY
    assert sorted(book.storage.names(f"{book.layout.ledger()}/contracts")) == sorted(f"{one}.json" for one in names[1:])
    assert book.seqs() == [1, 2, 3]


def test_an_entry_that_holds_the_summary_itself_is_read(ledger, entry):
    book = ledger()
    content = json.loads(entry(1).model_dump_json())
    content["contract"] = {"id": "it", "version": "1.0.0", "sha256": "0", "summary": SUMMARY.to_json()}
    book.storage.create(book.layout.entry(1), json.dumps(content).encode())
    assert book.contract(book.entry(1)) == SUMMARY


def test_a_contract_that_is_missing_or_damaged_is_an_error_that_names_it(ledger, entry):
    book = ledger()
    name = book.keep(SUMMARY)
    path = Path(book.layout.contract(name))
    path.write_bytes(path.read_bytes()[:-9])
    for code in ("LEDGER_UNREADABLE", "LEDGER_MISSING"):
        with pytest.raises(PlanError) as raised:
            book.contract(entry(1, contract=of(name)))
        assert (raised.value.code, raised.value.faults[0].where) == (code, str(path))
        path.unlink(missing_ok=True)


def test_a_contract_of_a_newer_library_is_not_half_understood(ledger, entry):
    book = ledger()
    content = json.dumps({**SUMMARY.to_json(), "invented_later": 1}).encode()
    name = hashlib.sha256(content).hexdigest()
    book.storage.create(book.layout.contract(name), content)
    for contract in (of(name), of("", summary={"id": "it"})):
        with pytest.raises(PlanError, match="written by a newer mesh_etl"):
            book.contract(entry(1, contract=contract))


def test_a_lost_answer_about_a_contract_is_asked_for_again(ledger, entry):
    storage = Shaky(after=(1,), before=(2,))
    name = ledger(storage).keep(SUMMARY)
    assert storage.calls == 3
    assert ledger().contract(entry(1, contract=of(name))) == SUMMARY
    with pytest.raises(RunError) as raised:
        ledger(Shaky(before=range(1, 1000))).keep(SUMMARY)
    assert raised.value.code == "STORAGE_FAILED"
    assert raised.value.retryable
