"""What commits have added to a table, told by the names of its files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.tables.entry import Counts, DataFile, Entry, Partition
from mesh_etl.tables.history import ChangesUnknown
from mesh_etl.tables.table_state import first_loss, folded

KEYS = st.sampled_from(["a", "b", "c"])
COMMITS = st.lists(
    st.tuples(st.sampled_from(["append", "replace", "replace_partitions"]), st.lists(KEYS, unique=True)), max_size=8
)


def history(commits):
    """The entries of these commits, each with one new file in each of its partitions, and the files after each."""
    entries, now, seen = [], {}, [{}]
    for seq, (mode, keys) in enumerate(commits, 1):
        old, now = now, {} if mode == "replace" else dict(now)
        for key in keys:
            now[key] = [*(old.get(key, []) if mode == "append" else []), f"{seq}-{key}.parquet"]
        parts = [
            Partition(values=(key,), folder=f"data/{seq}", files=[_file(f"data/{seq}/{name}") for name in now[key]])
            for key in keys
        ]
        entries.append(_entry(seq, mode == "replace", parts))
        seen.append({name for names in now.values() for name in names})
    return entries, [set(one) for one in seen]


def _file(path):
    return DataFile(path=path, rows=1, bytes=1)


def _entry(seq, cleared, parts):
    nothing = {"read": 0, "good": 0, "quarantined": 0, "deduplicated": 0, "filtered": 0}
    contract = {"id": "c", "version": "1", "sha256": "", "summary": {}}
    return Entry(
        seq=seq, base_seq=seq - 1, txn=str(seq), idem_key="", product="d.p", operation="x", committed_at="",
        code_version="", engine="", contract=contract, columns=(), cleared=cleared, partitions=parts,
        counts=Counts(**nothing),
    )  # fmt: skip


def names(files):
    return {file.path.rpartition("/")[2] for file in files}


@given(COMMITS)
def test_a_file_is_known_by_the_commit_that_brought_it(commits):
    entries, seen = history(commits)
    files = folded(entries).standing()
    assert names(files) == seen[-1]
    assert len(files) == len(seen[-1])
    assert all(file.origin == f"data/{file.seq}/{file.path.rpartition('/')[2]}" for file in files)
    assert all(file.origin.rpartition("/")[2].startswith(f"{file.seq}-") for file in files)


@given(COMMITS, st.integers(0, 8))
def test_what_was_added_is_the_difference_of_versions_or_nothing_is_said(commits, after):
    entries, seen = history(commits)
    after = min(after, len(entries))
    losses = [seq for seq in range(after + 1, len(entries) + 1) if not seen[seq - 1] <= seen[seq]]
    if losses:
        with pytest.raises(ChangesUnknown) as raised:
            folded(entries).added(after)
        assert raised.value.seq == losses[-1]
    else:
        assert names(folded(entries).added(after)) == seen[-1] - seen[after]


@given(COMMITS, st.data())
def test_the_first_loss_of_a_file_is_found(commits, data):
    entries, seen = history(commits)
    known = sorted(set().union(*seen))
    wanted = set(data.draw(st.lists(st.sampled_from(known)))) if known else set()
    losses = [seq for seq in range(1, len(seen)) if (seen[seq - 1] - seen[seq]) & wanted]
    assert first_loss(entries, wanted) == (losses[0] if losses else None)
