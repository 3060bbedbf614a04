"""The latest row of each key, held against a loop over dicts."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.kernels.join.decide import Bucket
from mesh_etl.kernels.join.upsert import Upsert

COME = pa.schema([("key", pa.int64()), ("at", pa.string()), ("pay", pa.string()), ("op", pa.string())])
HELD = pa.schema([("key", pa.int64()), ("at", pa.string()), ("pay", pa.string())])
GRAVE = pa.schema([("key", pa.int64()), ("at", pa.string())])
ORDER = st.sampled_from([None, "1", "2", "3"])
KEY = st.integers(0, 4)
PAY = st.sampled_from(["a", "b"])


def rank(at):
    return -1 if not at else int(at)


def loop(come, held, graves, delete_wins):
    """The table by key, the tombstones by key, and the keys of ties."""
    table = {key: (at, pay) for key, at, pay in held}
    buried, ties = {}, set()
    for key in {row[0] for row in come}:
        mine = [row for row in come if row[0] == key]
        top = max(rank(at) for _, at, _, _ in mine)
        last = [row for row in mine if rank(row[1]) == top]
        gone = [row for row in last if row[3] == "D"]
        living = {row[2] for row in last if row[3] != "D"}
        if (gone and living and not delete_wins) or (len(living) > 1 and not gone):
            ties.add(key)
            continue
        known = max([rank(table[key][0])] if key in table else [-9])
        grave = max([rank(at) for one, at in graves if one == key], default=-9)
        if top < max(known, grave) or (top == grave and not gone):
            continue
        if gone:
            if top == grave:
                continue
            if top == known and not delete_wins:
                ties.add(key)
                continue
            table.pop(key, None)
            buried[key] = top
        elif top == known and table[key][1] not in living:
            ties.add(key)
        elif top > known:
            table[key] = (last[0][1], last[0][2])
    return table, buried, ties


@given(
    come=st.lists(st.tuples(KEY, ORDER, PAY, st.sampled_from(["U", "D", None])), min_size=1, max_size=12),
    held=st.lists(st.tuples(KEY, ORDER, PAY), max_size=5, unique_by=lambda row: row[0]),
    graves=st.lists(st.tuples(KEY, st.sampled_from(["1", "2", "3"])), max_size=4),
    delete_wins=st.booleans(),
)
def test_what_a_bucket_comes_to(come, held, graves, delete_wins):
    policy = Upsert(("key",), ("at",), ("key", "at", "pay"), "op", ("D",), delete_wins=delete_wins)
    bucket = Bucket(rows(come, COME), rows(held, HELD), rows(graves, GRAVE))
    found = policy(bucket)
    table, buried, ties = loop(come, held, graves, delete_wins)
    assert found.ties == len(ties)
    if ties:
        return
    stay = [row for index, row in enumerate(held) if index not in set(found.removed.tolist())]
    after = [(row["key"], row["at"], row["pay"]) for row in found.rows.to_pylist()]
    assert sorted(map(repr, stay + after)) == sorted(repr((key, *row)) for key, row in table.items())
    assert {row["key"]: rank(row["at"]) for row in found.buried.to_pylist()} == buried
    names = ("inserted", "updated", "deletes", "unchanged", "superseded", "late")
    assert sum(int(found.counts[name]) for name in names) == len(come)
    assert found.counts["updated"] + found.counts["deleted"] == len(found.removed)


def test_a_key_that_ties_twice_counts_once():
    policy = Upsert(("key",), ("at",), ("key", "at", "pay"), "op", ("D",), delete_wins=False)
    come = [(1, "2", "a", "U"), (1, "2", "a", "D")]
    assert policy(Bucket(rows(come, COME), rows([(1, "2", "a")], HELD), rows([], GRAVE))).ties == 1


def test_the_last_one_wins_where_the_job_says_so():
    policy = Upsert(("key",), ("at",), ("key", "at", "pay"), "op", ("D",), last_wins=True)
    come = [(1, "2", "a", "D"), (1, "2", "b", "U"), (2, "2", "a", "U"), (2, "2", "b", "D")]
    found = policy(Bucket(rows(come, COME), rows([(1, "2", "x"), (2, "2", "x")], HELD), rows([], GRAVE)))
    assert found.rows.to_pylist() == [{"key": 1, "at": "2", "pay": "b"}]
    assert (found.ties, found.removed.tolist()) == (0, [0, 1])


def rows(found, schema):
    names = schema.names
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in found], schema)
