"""Which keys are repeated, found in bounded ranges and decided on the keys themselves."""

from __future__ import annotations

import math
from collections import Counter
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.kernels.write import unique
from mesh_etl.kernels.write.unique import file_hashes, keys_with, repeated_hashes
from mesh_etl.storage import LOCAL_STORAGE

LAST = (1 << 64) - 1
HASHES = st.lists(st.one_of(st.sampled_from([0, 1, LAST, LAST - 1, 1 << 63]), st.integers(0, LAST)), max_size=20)


def saved(folder, parts):
    paths = []
    for index, part in enumerate(parts):
        paths.append(str(folder / f"{index}.keys"))
        np.sort(np.array(part, np.uint64)).tofile(paths[-1])
    return paths


@given(parts=st.lists(HASHES, max_size=5), at_once=st.integers(1, 50))
@settings(deadline=None)
def test_repeated_hashes_are_found_in_ranges_of_any_size(tmp_path_factory, parts, at_once):
    paths = saved(tmp_path_factory.mktemp("keys"), parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unique, "_ROWS_AT_ONCE", at_once)
        found, surplus = repeated_hashes(paths)
    counted = Counter(one for part in parts for one in part)
    assert [int(one) for one in found] == sorted(one for one, times in counted.items() if times > 1)
    assert surplus == sum(times - 1 for times in counted.values())


def test_no_files_and_empty_files_repeat_nothing(tmp_path):
    assert len(repeated_hashes([])[0]) == 0
    assert repeated_hashes(saved(tmp_path, [[], [5], [], [5]]))[0].tolist() == [5]


def test_a_column_of_nulls_in_a_stored_file_has_no_keys(tmp_path):
    pq.write_table(pa.table({"k": pa.array([None, None], pa.string())}), tmp_path / "a.parquet")
    file_hashes(LOCAL_STORAGE.file(str(tmp_path / "a.parquet"), 0), {"k": pa.string()}, {}).tofile(tmp_path / "a.keys")
    assert len(repeated_hashes([str(tmp_path / "a.keys")])[0]) == 0


@pytest.fixture
def count(tmp_path):
    """How often each repeated key occurs in tables that are stored as files, the largest number first."""

    def run(tables, names, constants=None):
        found: Counter[str] = Counter()
        kinds = {field.name: field.type for table in tables for field in table.schema} | {"p": pa.string()}
        columns = {name: kinds[name] for name in names}
        paths = []
        for index, table in enumerate(tables):
            paths.append(LOCAL_STORAGE.file(str(tmp_path / f"{index}.parquet"), 0))
            pq.write_table(table, paths[-1].path)
        hashed = [file_hashes(path, columns, constants or {}) for path in paths]
        suspects, _ = repeated_hashes(saved(tmp_path, hashed))
        for path in paths:
            found.update(keys_with(path, columns, constants or {}, suspects))
        return sorted(found.values(), reverse=True)

    return run


def test_keys_are_counted_across_files(count):
    tables = [pa.table({"a": [1, 2, 2], "b": ["x", "y", "y"]}), pa.table({"a": [2, 1, 3], "b": ["y", "z", None]})]
    assert count(tables, ["a", "b"]) == [3]
    assert count(tables, ["a"]) == [3, 2]
    assert count(tables, ["b"]) == [3]


def test_keys_with_a_null_are_never_repeated(count):
    nulls = pa.nulls(4, pa.string())
    assert count([pa.table({"a": [1, 1, None, None], "b": nulls})], ["a", "b"]) == []
    assert count([pa.table({"a": [1, 1, None, None], "b": nulls})], ["a"]) == [2]


def test_a_file_from_before_the_column_was_added_has_no_keys(count):
    assert count([pa.table({"a": [1, 1]}), pa.table({"a": [1, 1], "b": ["x", "x"]})], ["a", "b"]) == [2]


def test_equal_values_that_were_stored_in_narrower_types_are_equal_keys(count):
    narrow = pa.table({"a": pa.array([Decimal("1.25")], pa.decimal128(5, 2)), "b": pa.array([7], pa.int32())})
    wide = pa.table({"a": pa.array([Decimal("1.250")], pa.decimal128(7, 3)), "b": pa.array([7], pa.int64())})
    assert count([narrow, wide], ["a", "b"]) == [2]


def test_numbers_that_are_equal_in_other_bits_are_equal_keys(count):
    assert count([pa.table({"a": [0.0, 1.0]}), pa.table({"a": [-0.0, 2.0]})], ["a"]) == [2]
    assert count([pa.table({"a": [math.nan]}), pa.table({"a": [-math.nan]})], ["a"]) == [2]


def test_partition_values_are_part_of_the_key(count):
    assert count([pa.table({"a": [1, 1, 2]})], ["p", "a"], {"p": pa.scalar("DE")}) == [2]
    assert count([pa.table({"a": [1, 1, 2]})], ["p", "a"], {"p": pa.scalar(None, pa.string())}) == []


def test_a_collision_of_hashes_is_no_duplicate(count, monkeypatch):
    def collide(batch, columns):
        return np.full(batch.num_rows, np.uint64(7)), np.ones(batch.num_rows, bool)

    monkeypatch.setattr(unique, "key_hashes", collide)
    assert count([pa.table({"a": [1, 2, 3, 3]})], ["a"]) == [2, 1, 1]


def test_a_key_is_named_by_its_digest_alone(tmp_path):
    pq.write_table(pa.table({"k": ["secret", "secret"]}), tmp_path / "a.parquet")
    hashes = file_hashes(LOCAL_STORAGE.file(str(tmp_path / "a.parquet"), 0), {"k": pa.string()}, {})
    (name,) = keys_with(LOCAL_STORAGE.file(str(tmp_path / "a.parquet"), 0), {"k": pa.string()}, {}, hashes)
    assert len(name) == 64
    assert "secret" not in name
