"""A checkpoint spares a reader history, and is believed only where it is whole and of this very table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mesh_etl.errors import Fault, RunError
from mesh_etl.storage import LocalStorage, OutcomeUnknown
from mesh_etl.tables import checkpoint
from mesh_etl.tables.layout import Layout
from mesh_etl.tables.ledger import Ledger
from mesh_etl.tables.table_state import folded


class Counting(LocalStorage):
    """A storage that knows which entries were read."""

    def __init__(self):
        self.read_names = []

    def read(self, path):
        self.read_names.append(Path(path).name)
        return super().read(path)


@pytest.fixture
def book(ledger, entry):
    """A ledger of 30 entries, and a checkpoint at the 25th."""
    made = ledger()
    for seq in range(1, 31):
        made.append(entry(seq, {(str(seq % 7),): seq}))
    checkpoint.write(made.layout, made.storage, made.state(25))
    return made


def opened(book, storage=None):
    return Ledger(book.layout, storage or LocalStorage())


def path_of(book, seq=25):
    return Path(book.layout.checkpoint(seq))


def test_only_entries_since_the_checkpoint_are_read(book):
    storage = Counting()
    state = opened(book, storage).state()
    assert state == folded(book.entries())
    entries = {int(name[:20]) for name in storage.read_names if name.endswith(".json")}
    assert entries == {25, 26, 27, 28, 29, 30}


def test_a_ledger_that_has_read_all_asks_for_what_is_new(book, entry):
    storage = Counting()
    reader = opened(book, storage)
    reader.snapshot()
    book.append(entry(31, {("new",): 1}))
    storage.read_names.clear()
    assert reader.snapshot().partitions[("new",)].rows == 1
    assert set(storage.read_names) == {Path(book.layout.entry(31)).name}


def damaged(content: bytes) -> dict[str, bytes]:
    head, _, body = content.partition(b"\n")
    stated = json.loads(head)
    return {
        "empty": b"",
        "cut short": content[:-1],
        "cut in the head": content[:10],
        "a byte is another": head + b"\n" + body[:40] + bytes([body[40] ^ 1]) + body[41:],
        "of another library": json.dumps({**stated, "shape": "0" * 16}).encode() + b"\n" + body,
        "of a newer library": json.dumps({**stated, "more": 1}).encode() + b"\n" + body,
        "of another table": json.dumps({**stated, "txn": "elsewhere"}).encode() + b"\n" + body,
        "of another version": json.dumps({**stated, "seq": 24}).encode() + b"\n" + body,
        "no checkpoint": b"[]\nnothing",
    }


@pytest.mark.parametrize("how", list(damaged(b'{"shape": "", "txn": ""}\n' + bytes(50))))
def test_what_is_no_whole_checkpoint_of_this_table_is_passed_over(book, how):
    content = path_of(book).read_bytes()
    path_of(book).write_bytes(damaged(content)[how])
    storage = Counting()
    assert opened(book, storage).state() == folded(book.entries())
    assert Path(book.layout.entry(1)).name in storage.read_names


def test_an_older_checkpoint_does_where_the_newest_is_damaged(book):
    checkpoint.write(book.layout, book.storage, book.state(20))
    path_of(book).write_bytes(b"damaged")
    storage = Counting()
    assert opened(book, storage).state() == folded(book.entries())
    assert Path(book.layout.entry(1)).name not in storage.read_names


def test_a_checkpoint_that_is_newer_than_the_ledger_is_not_believed(book):
    """A ledger that was restored from a backup: what came after the backup is gone."""
    for seq in range(22, 31):
        Path(book.layout.entry(seq)).unlink()
    assert opened(book).state().seq == 21
    assert opened(book).state() == folded(opened(book).entries())


def test_an_earlier_version_is_not_read_from_a_later_checkpoint(book):
    reader = opened(book)
    reader.state()
    assert reader.state(12) == folded(list(book.entries())[:12])
    assert reader.snapshot(12).seq == 12


def test_checkpoints_are_written_now_and_then_and_the_newest_few_stay(ledger, entry):
    made, written = ledger(), []
    for seq in range(1, 8 * checkpoint.EVERY):
        made.append(entry(seq, {("a",): seq}))
        made.snapshot()
        made.keep_state()
        written.append(checkpoint.seqs(made.layout, made.storage))
    assert max(map(len, written)) == checkpoint.KEPT
    assert written[-1] == [count * checkpoint.EVERY for count in (5, 6, 7)]


@pytest.mark.parametrize("error", [OutcomeUnknown(), RunError(Fault("PERMISSION_DENIED", "no", "there"))])
def test_a_checkpoint_that_cannot_be_written_harms_nothing(book, error):
    class Refusing(LocalStorage):
        def create(self, path, content):
            raise error

    reader = opened(book, Refusing())
    path_of(book).unlink()
    assert reader.state().seq == 30
    reader.keep_state()
    assert checkpoint.seqs(book.layout, book.storage) == []
    assert reader.state() == folded(book.entries())


def test_a_copy_of_the_table_elsewhere_keeps_its_checkpoints(book, tmp_path):
    import shutil

    shutil.copytree(book.layout.root, tmp_path / "moved")
    storage = Counting()
    moved = Ledger(Layout(str(tmp_path / "moved")), storage)
    assert moved.state() == folded(book.entries())
    assert Path(book.layout.entry(1)).name not in storage.read_names
