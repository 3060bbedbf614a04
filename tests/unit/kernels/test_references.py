"""Keys that another table lacks, against the same question asked of Python's sets."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.kernels.write import references
from mesh_etl.kernels.write.references import Key, absent, scattered
from mesh_etl.storage import LOCAL_STORAGE, Scratch

KEYS = st.lists(st.tuples(st.integers(0, 30) | st.none(), st.sampled_from("abc") | st.none()), max_size=60)


def looked_up(mine, theirs, key, other, buckets, folder):
    """How many rows of the files `mine` refer to nothing in the files `theirs`."""
    here = [scattered(key, LOCAL_STORAGE.file(file, 0), {}, buckets, Scratch(str(folder))) for file in mine]
    there = [scattered(other, LOCAL_STORAGE.file(file, 0), {}, buckets, Scratch(str(folder))) for file in theirs]
    return sum(
        absent(key, [one[at] for one in here if one[at]], [one[at] for one in there if one[at]], Scratch(str(folder)))
        for at in range(buckets)
    )


def files(folder, name, rows, kinds, parts=2):
    found = []
    for part in range(parts):
        share = rows[part::parts]
        columns = [pa.array([row[at] for row in share], kind) for at, kind in enumerate(kinds)]
        found.append(str(folder / f"{name}{part}.parquet"))
        pq.write_table(pa.table(columns, ["a", "b"]), found[-1], row_group_size=7)
    return found


@pytest.mark.parametrize("buckets", [1, 5])
@settings(max_examples=40, deadline=None)
@given(mine=KEYS, theirs=KEYS)
def test_composite_keys(tmp_path_factory, buckets, mine, theirs):
    folder = tmp_path_factory.mktemp("keys")
    key = Key((("a",), ("b",)), (pa.int64(), pa.string()))
    here = files(folder, "mine", mine, (pa.int32(), pa.string()))
    there = files(folder, "theirs", theirs, (pa.int64(), pa.string()))
    complete = [row for row in mine if None not in row]
    known = {row for row in theirs if None not in row}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(references, "_HELD_ROWS", 10)  # so that keys come again
        found = looked_up(here, there, key, key, buckets, folder)
    assert found == sum(row not in known for row in complete)


def test_a_collision_of_hashes_is_no_match(tmp_path, monkeypatch):
    same = lambda batch, names: (np.zeros(batch.num_rows, np.uint64), np.ones(batch.num_rows, bool))  # noqa: E731
    monkeypatch.setattr(references, "key_hashes", same)
    key = Key((("a",), ("b",)), (pa.int64(), pa.string()))
    here = files(tmp_path, "mine", [(1, "x"), (2, "y")], (pa.int64(), pa.string()))
    there = files(tmp_path, "theirs", [(1, "y"), (2, "x")], (pa.int64(), pa.string()))
    assert looked_up(here, there, key, key, 3, tmp_path) == 2


def test_fields_of_structs_and_columns_that_a_file_lacks(tmp_path):
    who = pa.array([{"code": "DE"}, {"code": None}, None, {"code": "XX"}])
    pq.write_table(pa.table({"who": who}), tmp_path / "mine.parquet")
    pq.write_table(pa.table({"code": ["DE"]}), tmp_path / "theirs.parquet")
    pq.write_table(pa.table({"old": [1, 2]}), tmp_path / "older.parquet")
    inside, outside = Key((("who", "code"),), (pa.string(),)), Key((("code",),), (pa.string(),))
    there = [str(tmp_path / "theirs.parquet"), str(tmp_path / "older.parquet")]
    assert looked_up([str(tmp_path / "mine.parquet")], there, inside, outside, 1, tmp_path) == 1
    absent_field = Key((("who", "new"),), (pa.string(),))
    assert looked_up([str(tmp_path / "mine.parquet")], there, absent_field, outside, 1, tmp_path) == 0


def test_negative_zero_is_zero(tmp_path):
    pq.write_table(pa.table({"a": [-0.0, 1.5]}), tmp_path / "mine.parquet")
    pq.write_table(pa.table({"a": pa.array([0.0, 1.5], pa.float32())}), tmp_path / "theirs.parquet")
    key = Key((("a",),), (pa.float64(),))
    mine, theirs = str(tmp_path / "mine.parquet"), str(tmp_path / "theirs.parquet")
    assert looked_up([mine], [theirs], key, key, 4, tmp_path) == 0
