"""The second half of the write: spilled batches become Parquet files of the target size."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesh_etl.kernels.write.encode import EncodeJob, encode, footer
from mesh_etl.kernels.write.parquet import _batch_rows


@pytest.fixture
def spilled(tmp_path):
    """Batches in spill files, as pieces of a job."""

    def run(*files):
        pieces = []
        for index, batches in enumerate(files):
            path = tmp_path / f"{index}.arrow"
            with pa.ipc.new_file(str(path), batches[0].schema) as writer:
                for batch in batches:
                    writer.write_batch(batch)
            pieces.append((str(path), tuple(range(len(batches)))))
        return tuple(pieces)

    return run


def numbers(*values, **more):
    return pa.RecordBatch.from_pydict({"n": list(values), **more})


def written(result):
    tables = [pq.read_table(file["path"]) for file in result["files"]]
    assert [(file["rows"], file["bytes"]) for file in result["files"]] == [
        (table.num_rows, Path(file["path"]).stat().st_size) for file, table in zip(result["files"], tables, strict=True)
    ]
    return tables


def test_all_batches_are_in_one_file_in_their_order(spilled, tmp_path):
    job = EncodeJob(str(tmp_path / "out" / "k=1"), spilled([numbers(3, 1), numbers(2)], [numbers(9)]))
    result = encode(job)
    (table,) = written(result)
    assert table.column("n").to_pylist() == [3, 1, 2, 9]
    assert [str(path) for path in (tmp_path / "out" / "k=1").iterdir()] == [result["files"][0]["path"]]


def test_only_the_batches_of_the_job_are_written(spilled, tmp_path):
    ((path, _),) = spilled([numbers(1), numbers(2), numbers(3)])
    (table,) = written(encode(EncodeJob(str(tmp_path / "out"), ((path, (2, 0)),))))
    assert table.column("n").to_pylist() == [3, 1]


def test_rows_are_sorted_by_several_columns_even_one_that_is_left_out(spilled, tmp_path):
    batches = [numbers(3, 1, None, p=["b", "b", "a"]), numbers(2, 0, p=["a", "b"])]
    job = EncodeJob(str(tmp_path / "out"), spilled(batches), drop=("p",), sort_by=("p", "n"))
    (table,) = written(encode(job))
    assert table.column_names == ["n"]
    assert table.column("n").to_pylist() == [2, None, 0, 1, 3]


@pytest.mark.parametrize(
    ("compression", "codec"),
    [
        ("zstd", "ZSTD"),
        ("zstd:19", "ZSTD"),
        ("snappy", "SNAPPY"),
        ("gzip:1", "GZIP"),
        ("lz4", "LZ4"),
        ("none", "UNCOMPRESSED"),
    ],
)
def test_the_codec_is_the_one_that_was_asked_for(spilled, tmp_path, compression, codec):
    result = encode(EncodeJob(str(tmp_path / "out"), spilled([numbers(*range(100))]), compression=compression))
    metadata = pq.read_metadata(result["files"][0]["path"])
    assert metadata.row_group(0).column(0).compression == codec


@pytest.mark.parametrize("sort_by", [(), ("n",)])
def test_a_file_is_closed_at_the_target_size(spilled, tmp_path, sort_by):
    batches = [numbers(*map(float, range(start, start + 1000))) for start in range(0, 20_000, 1000)]
    job = EncodeJob(str(tmp_path / "out"), spilled(batches), sort_by=sort_by, compression="none", target_bytes=40_000)
    job = replace(job, row_group_bytes=8_000)
    tables = written(encode(job))
    assert 3 <= len(tables) <= 7
    assert [n for table in tables for n in table.column("n").to_pylist()] == list(range(20_000))
    whole = encode(replace(job, folder=str(tmp_path / "one"), target_bytes=1 << 30))
    assert len(whole["files"]) == 1
    assert pq.read_metadata(whole["files"][0]["path"]).num_row_groups > 1


def test_every_type_of_a_contract_can_be_written(spilled, tmp_path):
    moment = datetime.datetime(2024, 6, 1, 12, tzinfo=datetime.UTC)
    columns = {
        "text": pa.array(["x", None, "x"]),
        "data": pa.array([b"x", None, b"x"]),
        "yes": pa.array([True, None, False]),
        "tiny": pa.array([1, None, 1], pa.int8()),
        "real": pa.array([0.5, None, 0.5], pa.float32()),
        "money": pa.array([Decimal("1.25"), None, Decimal("1.25")], pa.decimal128(12, 2)),
        "day": pa.array([moment.date(), None, moment.date()]),
        "moment": pa.array([moment, None, moment], pa.timestamp("us", "UTC")),
        "clock": pa.array([moment.replace(tzinfo=None)] * 3, pa.timestamp("us")),
        "list": pa.array([[1], None, []], pa.list_(pa.int32())),
        "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int32())),
        "struct": pa.array([{"x": 1}, None, {"x": None}], pa.struct([("x", pa.int32())])),
    }
    batch = pa.RecordBatch.from_pydict(columns)
    (table,) = written(encode(EncodeJob(str(tmp_path / "out"), spilled([batch]))))
    assert table.schema.equals(batch.schema)
    assert table.to_pylist() == batch.to_pylist()


def test_columns_that_repeat_have_a_dictionary_and_others_none(spilled, tmp_path):
    batch = numbers(*range(1000), word=["a", "b"] * 500)
    result = encode(EncodeJob(str(tmp_path / "out"), spilled([batch])))
    group = pq.read_metadata(result["files"][0]["path"]).row_group(0)
    assert [group.column(index).has_dictionary_page for index in range(2)] == [False, True]


def test_a_footer_tells_rows_and_bytes(tmp_path):
    pq.write_table(pa.table({"n": [1, 2, 3]}), tmp_path / "a.parquet")
    path = str(tmp_path / "a.parquet")
    assert footer(path) == {"path": path, "rows": 3, "bytes": Path(path).stat().st_size}


def test_numbers_that_do_not_repeat_are_stored_as_differences(spilled, tmp_path):
    """The encodings of the columns, and that everybody who reads Parquet gets the values back."""
    rows = 5_000
    columns = {
        "n": pa.array(range(rows)),
        "same": pa.array([1] * rows),
        "text": pa.array([f"{row:08x}" for row in range(rows)]),
        "price": pa.array([Decimal(row) / 100 for row in range(-1, rows - 1)], pa.decimal128(12, 2)),
        "long": pa.array([Decimal(row) * 10**20 for row in range(rows)], pa.decimal128(30, 0)),
        "at": pa.array(range(rows), pa.timestamp("us", tz="UTC")),
        "half": pa.array([row / 2 for row in range(rows)]),
    }
    batch = pa.RecordBatch.from_pydict(columns)
    (table,) = written(result := encode(EncodeJob(str(tmp_path / "out"), spilled([batch]))))
    assert table.equals(pa.Table.from_batches([batch]))
    group = pq.read_metadata(result["files"][0]["path"]).row_group(0)
    stored = {group.column(index).path_in_schema: group.column(index) for index in range(group.num_columns)}
    differences = {name for name, one in stored.items() if "DELTA_BINARY_PACKED" in one.encodings}
    assert differences == {"n", "price", "at"}
    assert stored["price"].physical_type == "INT64"
    assert "RLE_DICTIONARY" in stored["same"].encodings
    assert duckdb.sql(f"select sum(price), max(n) from '{result['files'][0]['path']}'").fetchall() == [
        (sum(columns["price"].to_pylist()), rows - 1)
    ]


def test_numbers_are_stored_plainly_where_readers_ask_for_it(spilled, tmp_path):
    result = encode(EncodeJob(str(tmp_path / "out"), spilled([numbers(*range(5_000))]), delta=False))
    column = pq.read_metadata(result["files"][0]["path"]).row_group(0).column(0)
    assert "DELTA_BINARY_PACKED" not in column.encodings


def test_huge_texts_have_pages_of_their_own(spilled, tmp_path):
    """What is encoded in one go is no longer than a page, so that a reader never has to hold many of them."""
    batch = pa.RecordBatch.from_pydict({"text": [chr(97 + row % 26) * 10_000 for row in range(3_000)]})
    (table,) = written(encode(EncodeJob(str(tmp_path / "out"), spilled([batch]))))
    assert table.num_rows == 3_000
    assert _batch_rows(pa.Table.from_batches([batch])) == 1_024
    assert _batch_rows(pa.table({"n": pa.array(range(100_000))})) == 65_536


def test_a_higher_level_makes_smaller_files(spilled, tmp_path):
    batch = numbers(*range(20_000), text=[f"{row * 2654435761 % 2**32:x}" for row in range(20_000)])
    sizes = [
        encode(EncodeJob(str(tmp_path / level), spilled([batch]), compression=f"zstd:{level}"))["files"][0]["bytes"]
        for level in ("1", "19")
    ]
    assert sizes[1] < sizes[0]


def test_a_small_rest_stays_in_the_file_before(spilled, tmp_path):
    """With the share's size known a file takes up to half a target more, rather than to leave a crumb."""
    batches = [numbers(*map(float, range(start, start + 1000))) for start in range(0, 11_000, 1000)]
    job = EncodeJob(str(tmp_path / "out"), spilled(batches), compression="none", target_bytes=80_000, delta=False)
    job = replace(job, row_group_bytes=8_000)
    crumbs = [file["rows"] for file in encode(job)["files"]]
    whole = [file["rows"] for file in encode(replace(job, bytes=sum(one.nbytes for one in batches)))["files"]]
    assert (crumbs[-1] < 2_000, whole) == (True, [11_000])


def test_row_groups_are_as_large_as_is_said_however_batches_come(spilled, tmp_path):
    big = numbers(*map(float, range(100_000)))
    job = EncodeJob(str(tmp_path / "out"), spilled([big]), row_group_bytes=80_000)
    metadata = pq.read_metadata(encode(job)["files"][0]["path"])
    assert {metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)} == {10_000}


def test_a_bloom_filter_tells_which_values_a_row_group_lacks(spilled, tmp_path):
    """DuckDB asks it: values between the lowest and the highest, of which statistics say nothing."""
    batch = pa.RecordBatch.from_pydict(
        {"n": pa.array(range(0, 20_000, 2)), "text": [f"v{row}" for row in range(10_000)]}
    )
    job = EncodeJob(str(tmp_path / "out"), spilled([batch]), row_group_bytes=40_000, bloom_filters=("n", "text"))
    path = encode(job)["files"][0]["path"]
    excluded = "SELECT bloom_filter_excludes FROM parquet_bloom_probe('{}', '{}', {})"
    there = duckdb.sql(excluded.format(path, "n", 1_000)).fetchall()
    absent = [one for n in range(1_001, 1_201, 2) for one in duckdb.sql(excluded.format(path, "n", n)).fetchall()]
    assert not all(found for (found,) in there)
    assert sum(found for (found,) in absent) > 0.9 * len(absent)
    assert all(found for (found,) in duckdb.sql(excluded.format(path, "text", "'nobody'")).fetchall())
