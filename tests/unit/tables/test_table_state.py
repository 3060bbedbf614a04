"""A state that moves on with each entry is the state that all entries make, whatever operations there were."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_etl.storage import LocalStorage
from mesh_etl.tables import checkpoint
from mesh_etl.tables.entry import DataFile, Input, Merged, Partition, Quarantine, RefusedFile
from mesh_etl.tables.layout import Layout
from mesh_etl.tables.ledger import Ledger
from mesh_etl.tables.quarantine import standing
from mesh_etl.tables.table_state import Size, TableState, folded

KEYS = ("a", "b", None)
OPERATIONS = (
    "append", "replace", "replace_partitions", "delete", "compact", "rollback", "expire", "forget", "fence", "tag",
)  # fmt: skip
STEPS = st.lists(
    st.tuples(
        st.sampled_from(OPERATIONS),
        st.lists(st.sampled_from(KEYS), unique=True),
        st.integers(0, 20),  # which of what there is: a version, an input, a file
        st.booleans(),
    ),
    max_size=14,
)


class History:
    """Entries that commits of any kind could have made, and what the table is after each, worked out on its own."""

    def __init__(self, entry) -> None:
        self._entry, self.entries = entry, []
        self.files: list[dict] = [{}]  # after each version: files by partition
        self.seen: list[dict] = [{}]
        self.names: dict = {}

    def add(self, operation, keys, number, refused) -> None:
        seq, files, seen = len(self.entries) + 1, dict(self.files[-1]), dict(self.seen[-1])
        facts = {"operation": operation, "idem_key": f"work{number % 3}", "metrics": f"metrics/t{seq}"}
        if operation in ("append", "replace", "replace_partitions"):
            kept = {} if operation == "replace" else files
            old = files if operation == "append" else {}
            files = {**kept, **{key: [*old.get(key, []), f"{seq}-{key}"] for key in keys}}
            facts["inputs"] = (_input(f"in/{number % 4}", seq), _input("in/looked-up", seq, reference=True))
            seen = {**({} if operation == "replace" else seen), f"in/{number % 4}": str(seq)}
            if refused:
                facts["quarantine"] = Quarantine(rows=1, files=(_refused(f"quarantine/t{seq}"),))
        elif operation == "delete":
            files |= {key: files[key][1:] for key in keys if key in files}
        elif operation == "compact":
            chosen = {key: files[key] for key in keys if len(files.get(key, ())) > 1}
            facts["merged"] = tuple(Merged(path=f"data/{seq}/{seq}-{key}", of=tuple(chosen[key])) for key in chosen)
            files |= {key: [f"{seq}-{key}"] for key in chosen}
        elif operation == "rollback" and self.entries:
            facts["restores"] = number % len(self.entries) + 1
            files, seen = dict(self.files[facts["restores"]]), dict(self.seen[facts["restores"]])
            facts["quarantine"] = Quarantine(rows=0, files=(_refused("quarantine/back"),) if refused else ())
        elif operation == "expire":
            facts["expired"] = (number,)
        elif operation == "forget" and self.entries:
            facts["operation"] = "expire"
            facts["quarantine"] = Quarantine(rows=0, gone=tuple(one.path for one in standing(self.entries)[:1]))
        elif operation == "fence":
            facts["fenced"] = (f"dead{number}",)
        elif operation == "tag":
            self.names[f"n{number % 3}"] = named = None if refused else number
            facts["tags"] = {f"n{number % 3}": named}
        cleared = operation in ("replace", "rollback")
        changed = [key for key in KEYS if cleared or files.get(key) != self.files[-1].get(key)]
        parts = [_partition(seq, key, files[key]) for key in changed if key in files]
        self.entries.append(self._entry(seq, partitions=parts, cleared=cleared, **facts))
        self.files.append({key: names for key, names in files.items() if names})
        self.seen.append(seen)


def _partition(seq, key, names):
    files = [DataFile(path=f"data/{seq}/{name}", rows=seq, bytes=2 * seq) for name in names]
    return Partition(values=(key,), folder=f"data/{seq}", files=files)


def _input(path, seq, reference=False):
    return Input(name="source", path=path, size=1, version=str(seq), read=1, rejected=0, reference=reference)


def _refused(path):
    return RefusedFile(path=path, rows=1, bytes=1)


@given(steps=STEPS, kept=st.sets(st.integers(1, 14), max_size=3))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_state_is_the_same_from_the_first_entry_or_from_any_checkpoint(steps, kept, entry, tmp_path_factory):
    history = History(entry)
    book = Ledger(Layout(str(tmp_path_factory.mktemp("table"))), LocalStorage())
    for step in steps:
        history.add(*step)
        assert book.append(history.entries[-1])
    for seq in kept & set(range(1, len(steps) + 1)):
        checkpoint.write(book.layout, book.storage, folded(history.entries[:seq]))
    fresh, moving = Ledger(book.layout, book.storage), Ledger(book.layout, book.storage)
    for seq in (*range(1, len(steps) + 1), *range(len(steps), 0, -1)):
        wanted = folded(history.entries[:seq])
        for state in (Ledger(book.layout, book.storage).state(seq), moving.state(seq), fresh.state(seq)):
            assert state == wanted
            assert list(state.seen.items()) == list(wanted.seen.items())
    assert fresh.state() == folded(history.entries)


@given(steps=STEPS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_state_is_what_the_operations_have_made(steps, entry):
    history = History(entry)
    for step in steps:
        history.add(*step)
    state = folded(history.entries)
    held = {key: [file.name for file in one.files] for (key,), one in state.partitions.items()}
    assert held == history.files[-1]
    assert {key: list(group) for (key,), group in state.files.items()} == history.files[-1]
    assert state.seen == history.seen[-1]
    assert state.size == Size.of(state.partitions.values())
    assert sorted(state.refused) == sorted(one.path for one in standing(history.entries))
    assert state.tags == {name: seq for name, seq in history.names.items() if seq is not None}
    data = [one.seq for one in history.entries if not one.is_upkeep]
    assert state.data == (data[-1] if data else 0)
    assert all(one.seq in state.commits for one in state.standing())


def test_a_rollback_gives_files_their_birth_back(entry):
    entries = [
        entry(1, {("a",): 1}),
        entry(2, {("b",): 2}, cleared=True),
        entry(3, {("c",): 3}),
        entry(4, cleared=True, restores=1, operation="rollback", partitions=entry(1, {("a",): 1}).partitions),
    ]
    state = folded(entries)
    assert [(one.path, one.origin, one.seq) for one in state.standing()] == [("data/t1/('a',).parquet",) * 2 + (1,)]
    assert (state.lossy, state.data, sorted(state.commits), state.work) == (4, 4, [1, 4], {"k1": 1, "k4": 4})


def test_files_that_come_back_are_not_passed_over_by_who_reads_what_was_added(entry):
    """Version 2 only loses b, and version 3 only brings it back: whoever has read version 2 cannot go on from files."""
    first = entry(1, {("a",): 1, ("b",): 1})
    back = {"operation": "rollback", "cleared": True, "restores": 1, "partitions": first.partitions}
    assert folded([first, entry(2, {("b",): 0}), entry(3, **back)]).lossy == 3


def test_a_copy_stays_while_the_state_moves_on(entry):
    state = folded([entry(1, {("a",): 1}, inputs=(_input("x", 1),))])
    kept, copied = folded([entry(1, {("a",): 1}, inputs=(_input("x", 1),))]), state.copy()
    more = {"inputs": (_input("x", 2),), "tags": {"n": 1}, "expired": (1,), "fenced": ("f",)}
    copied.apply(
        entry(2, {("a",): 2, ("b",): 1}, quarantine=Quarantine(rows=1, files=(_refused("q"),)), **more), folded
    )
    assert state == kept
    assert copied.seq == 2


@pytest.mark.parametrize("field", [one for one in TableState.__dataclass_fields__ if one not in ("seq", "txn", "size")])
def test_a_checkpoint_holds_all_of_a_state(field):
    """Version and transaction stand in its head, and the size is that of its partitions."""
    assert field in checkpoint._Content.__dataclass_fields__
