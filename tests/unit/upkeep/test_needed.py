"""What is given up against an oracle: the files of every version that can be read, each folded from the start."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.tables.entry import ContractRef, Counts, DataFile, Entry, Merged, Partition, Tombstones
from mesh_etl.tables.table_state import folded
from mesh_etl.upkeep.lifetimes import committed_at, due, states
from mesh_etl.upkeep.needed import given_up

NOW = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def entry(seq, partitions=(), operation="append", **facts):
    stated = {
        "seq": seq,
        "base_seq": seq - 1,
        "txn": f"t{seq}",
        "idem_key": f"k{seq}",
        "product": "a.b",
        "operation": operation,
        "committed_at": (NOW - DAY * (100 - seq)).isoformat(),
        "code_version": "1",
        "engine": "embedded",
        "contract": ContractRef(id="c", version="1.0.0", sha256=""),
        "columns": (),
        "counts": Counts(read=0, good=0, quarantined=0, deduplicated=0, filtered=0),
        "partitions": tuple(partitions),
    }
    return Entry(**{**stated, **facts})


def part(seq, key, names):
    folder = f"data/t{seq}/k={key}"
    files = tuple(DataFile(path=f"{folder}/{name}", rows=1, bytes=1) for name in names)
    return Partition(values=(key,), folder=folder, files=files)


def history(actions):
    """Entries as writers make them: each action is (kind, partition)."""
    entries, standing = [], {}
    for seq, (kind, key) in enumerate(actions, 1):
        if kind == "append":
            names = [*standing.get(key, ()), f"f{seq}"]
            standing[key] = names
            entries.append(entry(seq, [part(seq, key, names)]))
        elif kind == "replace":
            standing = {key: [f"f{seq}"]}
            entries.append(entry(seq, [part(seq, key, standing[key])], "replace", cleared=True))
        elif kind == "empty":
            standing.pop(key, None)
            entries.append(entry(seq, [part(seq, key, [])], "delete"))
        elif kind == "rollback" and entries:
            back = folded(entries[: len(entries) // 2 + 1])
            standing = {values[0]: [file.name for file in one.files] for values, one in back.partitions.items()}
            facts = {"cleared": True, "restores": back.seq}
            entries.append(entry(seq, back.partitions.values(), "rollback", **facts))
        else:
            entries.append(entry(seq, operation="tag"))
    return entries


def files_of(entries, seq):
    state = folded(one for one in entries if one.seq <= seq)
    return {file.path for one in state.partitions.values() for file in one.files}


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["append", "replace", "empty", "rollback", "tag"]), st.sampled_from("pq")),
    min_size=1,
    max_size=14,
)


@settings(max_examples=300, deadline=None)
@given(ACTIONS, st.sets(st.integers(1, 14)))
def test_what_is_given_up_is_what_no_version_that_can_be_read_consists_of(actions, expired):
    entries = history(actions)
    gone = {seq for state in states(entries)[:-1] for seq in state.versions if seq in expired}
    there = {file.path for one in entries for partition in one.partitions for file in partition.files}
    kept = {path for one in entries if one.seq not in gone for path in files_of(entries, one.seq)}
    assert given_up(entries, {*there, "data/other/file"}, gone) == there - kept


@settings(max_examples=100, deadline=None)
@given(ACTIONS)
def test_versions_of_a_state_consist_of_the_same_files(actions):
    entries = history(actions)
    found = states(entries)
    assert [seq for state in found for seq in state.versions] == [one.seq for one in entries]
    for state in found:
        assert len({frozenset(files_of(entries, seq)) for seq in state.versions}) == 1


@pytest.mark.parametrize(
    ("grace", "keep_last", "tags", "versions"),
    [
        (DAY * 0, 1, (), (1, 2, 3)),
        (DAY * 0, 2, (), (1, 2)),
        (DAY * 0, 9, (), ()),
        (DAY * 97, 1, (), (1, 2)),
        (DAY * 99, 1, (), ()),
        (DAY * 0, 1, (1,), (2, 3)),
    ],
)
def test_versions_are_due_by_age_number_and_tags(grace, keep_last, tags, versions):
    entries = history([("append", "p"), ("append", "p"), ("append", "p"), ("append", "p"), ("tag", "")])
    assert due(entries, committed_at(entries, {}), NOW, grace, keep_last, tags) == versions


def test_what_has_expired_is_not_due_again():
    entries = [*history([("append", "p")] * 3), entry(4, operation="expire", expired=(1,))]
    assert due(entries, committed_at(entries, {}), NOW, DAY * 0, 1) == (2,)


def test_a_moment_is_the_latest_that_anybody_tells():
    entries = history([("append", "p")] * 3)
    later = NOW + DAY
    assert list(committed_at(entries, {2: later}).values()) == [NOW - DAY * 99, later, later]


def test_keys_of_deleted_rows_go_with_the_last_version_at_which_they_stand():
    def buried(*names):
        return tuple(Tombstones(path=f"tombstones/{name}/part-0.parquet", rows=1, buried_at="") for name in names)

    entries = [
        entry(1, [part(1, "p", ["a"])], tombstones=buried("t1")),
        entry(2, [part(2, "p", ["a", "b"])]),
        entry(3, [part(3, "p", ["c"])], tombstones=buried("t3")),
    ]
    there = {one.path for each in entries for one in each.tombstones or ()}
    assert given_up(entries, there, {1}) == set()
    assert given_up(entries, there, {1, 2}) == {"tombstones/t1/part-0.parquet"}


def test_hashes_of_keys_stay_for_as_long_as_the_rows_that_their_commit_brought():
    entries = [
        entry(1, [part(1, "p", ["a"])], metrics="metrics/t1"),
        entry(2, [part(2, "p", ["a", "b"])], metrics="metrics/t2"),
        entry(3, [part(3, "p", ["m"])], "compact", merged=(Merged(path="data/t3/k=p/m", of=("b",)),)),
    ]
    there = {"metrics/t1/x.keys", "metrics/t2/x.keys", "metrics/t1/columns.parquet", "metrics/foreign/x.keys"}
    assert given_up(entries, there, {1}) == set()
    assert given_up(entries, there, {1, 2}) == {"metrics/t1/x.keys"}
