"""What commits keep of what they wrote is found again for as long as their files stand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from mesh_etl.errors import RunError
from mesh_etl.kernels.write.states import Kept, TableStates
from mesh_etl.storage import LOCAL_STORAGE, Scratch
from mesh_etl.tables.entry import DataFile, Partition
from mesh_etl.tables.states import CommitStates, Metrics, Part, write


@pytest.fixture
def commit(tmp_path, entry):
    """Makes a commit that has one file of these values in each partition, and keeps their states."""

    def made(seq, cells, rules=None, keys=None, **options):
        txn, columns, scratch = f"t{seq}", [], Scratch(str(tmp_path))
        for key, values in cells.items():
            states = TableStates([Kept("v", True, True)])
            states.add(pa.table({"v": pa.array(values, pa.int64())}))
            columns.append(((key,), states.write(scratch)))
        hashes = []
        for number, (key, rule, values) in enumerate(keys or ()):
            path = tmp_path / f"{txn}-{number}.run"
            path.write_bytes(np.array(values, np.uint64).tobytes())
            hashes.append(((key,), rule, str(path)))
        kept = CommitStates(columns, rules or {}, hashes)
        write(LOCAL_STORAGE, str(tmp_path / "metrics" / txn), kept, scratch)
        parts = [
            Partition(values=(key,), folder="f", files=[DataFile(path=f"f/{txn}-{key}", rows=len(values), bytes=1)])
            for key, values in cells.items()
        ]
        return entry(seq, partitions=parts, metrics=f"metrics/{txn}", **options)

    return made


def test_the_state_of_a_table_is_that_of_the_files_that_stand(tmp_path, commit, listed):
    entries = [commit(1, {"a": [1, None], "b": [5]}), commit(2, {"a": [7, 8]}), commit(3, {"c": [None]})]
    metrics = Metrics(listed(entries, tmp_path))
    assert set(metrics.parts()) == {Part("t1", ("b",)), Part("t2", ("a",)), Part("t3", ("c",))}
    state = metrics.column("v", metrics.parts())
    assert (state.rows, state.nulls, state.low, state.high, round(state.distinct.estimate())) == (4, 1, 5, 8, 3)
    before = metrics.column("v", metrics.parts(1))
    assert (before.rows, before.nulls, before.high) == (3, 1, 5)


def test_what_a_commit_wrote_is_told_though_its_files_are_gone(tmp_path, commit, listed):
    entries = [commit(1, {"a": [1, None], "b": [5]}), commit(2, {"a": [7]}, cleared=True)]
    metrics = Metrics(listed(entries, tmp_path))
    assert metrics.written("v", entries[0]).rows == 3
    assert metrics.column("v", metrics.parts()).rows == 1
    assert metrics.written_columns(entries[1])["v"].high == 7


def test_a_commit_that_kept_nothing_leaves_the_table_unknown(tmp_path, commit, entry, listed):
    entries = [entry(1, {("b",): 4}), commit(2, {"a": [7]})]
    metrics = Metrics(listed(entries, tmp_path))
    assert metrics.column("v", metrics.parts()) is None
    assert metrics.column("v", {Part("t2", ("a",))}).rows == 1
    assert metrics.column("other", {Part("t2", ("a",))}) is None
    assert metrics.written("v", entries[0]) is None
    assert metrics.written_columns(entries[0]) == {}


def test_counts_of_rules_are_known_by_part_whoever_counted_them(tmp_path, commit, listed):
    first, second = Part("t1", ("a",)), Part("t2", ("a",))
    entries = [
        commit(1, {"a": [1]}, {(first, "old"): 3}),
        commit(2, {"a": [1]}, {(second, "new"): 0, (first, "new"): 2}),
    ]
    metrics = Metrics(listed(entries, tmp_path))
    assert metrics.broken("old") == {first: 3}
    assert metrics.broken("new") == {first: 2, second: 0}
    assert metrics.broken("none") == {}


def test_hashes_of_keys_are_found_by_part(tmp_path, commit, listed):
    one = commit(1, {"a": [1], "b": [1]}, keys=[("a", "k", [1, 5]), ("b", "k", [2]), ("a", "k", [3]), ("a", "l", [9])])
    found = Metrics(listed([one], tmp_path)).digests("k")
    runs = {part.values: [run.tolist() for run in runs] for part, runs in found.items()}
    assert runs == {("a",): [[1, 5], [3]], ("b",): [[2]]}


def test_hashes_that_are_cut_short_are_none(tmp_path, commit, listed):
    one = commit(1, {"a": [1]}, keys=[("a", "k", [1, 5])])
    path = tmp_path / "metrics" / "t1" / "k.keys"
    path.write_bytes(path.read_bytes()[:-1])
    assert Metrics(listed([one], tmp_path)).digests("k") == {}


def test_states_that_are_gone_are_unknown_and_damaged_ones_are_told(tmp_path, commit, listed):
    one = commit(1, {"a": [1]})
    path = tmp_path / "metrics" / "t1" / "columns.parquet"
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(RunError) as raised:
        Metrics(listed([one], tmp_path)).written("v", one)
    assert raised.value.code == "STATES_DAMAGED"
    path.unlink()
    assert Metrics(listed([one], tmp_path)).written("v", one) is None
