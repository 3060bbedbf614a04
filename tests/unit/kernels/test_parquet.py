"""Parquet files read by name as the contract's types, in ranges of row groups."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesh_etl.contract.diff import fits
from mesh_etl.contract.types import parse
from mesh_etl.errors import RunError
from mesh_etl.kernels.stored import parquet
from mesh_etl.kernels.stored.parquet import ParquetReader, constant, file_schema
from mesh_etl.kernels.work import WorkItem
from mesh_etl.stores import LOCAL, InputFile


@pytest.fixture
def rows(tmp_path):
    """The rows of a table that was written to a file and read back, and the ranges that it was read in."""

    def run(reader, table, constants=(), **options):
        path = tmp_path / "table.parquet"
        pq.write_table(table, path, **options)
        file = InputFile(str(path), path.stat().st_size, "v1", LOCAL, tuple(constants))
        ranges = reader.split(file)
        found, read = [], 0
        for number, (start, end) in enumerate(ranges):
            item = WorkItem(number, "source", file, start, end)
            parsed = list(reader.parse(item))
            records = [int(record) for one in parsed for record in one.records]
            assert records == list(range(len(records)))
            places = reader.locate(item, records)
            assert [place.line for place in places] == [record + 1 for record in records]
            assert [place for one in parsed for place in one.locate(range(one.batch.num_rows))] == places
            found += [row for one in parsed for row in one.batch.to_pylist()]
            read += sum(one.read for one in parsed)
        assert read == len(found)
        return found, ranges

    return run


@pytest.mark.parametrize(
    ("stored", "wanted", "value"),
    [
        (pa.int8(), "bigint", 1),
        (pa.int32(), "decimal(12,2)", 7),
        (pa.uint32(), "bigint", 4_000_000_000),
        (pa.float32(), "double", 0.5),
        (pa.decimal128(5, 2), "decimal(12,4)", Decimal("1.25")),
        (pa.large_string(), "string", "x"),
        (pa.dictionary(pa.int8(), pa.string()), "varchar(3)", "x"),
        (pa.timestamp("ms", "Europe/Berlin"), "timestamp", datetime.datetime(2024, 6, 1, 12, tzinfo=datetime.UTC)),
        (pa.list_(pa.int16()), "array<int>", [1, None]),
        (pa.struct([("x", pa.int8())]), "struct<x:bigint>", {"x": 1}),
        (pa.map_(pa.string(), pa.int32()), "map<string,bigint>", [("k", 1)]),
    ],
)
def test_narrower_types_widen_without_loss(schema, rows, tmp_path, stored, wanted, value):
    table = pa.table({"a": pa.array([value, None], stored)})
    found, _ = rows(ParquetReader(schema(f"a {wanted}")), table)
    assert found == [{"a": value}, {"a": None}]
    assert fits(dict(file_schema(LOCAL.pin(str(tmp_path / "table.parquet"))))["a"], parse(wanted))


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        ("bigint", "int"),
        ("double", "float"),
        ("int", "string"),
        ("string", "int"),
        ("bigint", "decimal(20,2)"),
        ("decimal(12,2)", "decimal(12,3)"),
        ("decimal(12,2)", "decimal(14,1)"),
        ("timestamp", "timestamp_ntz"),
        ("date", "timestamp"),
        ("array<bigint>", "array<int>"),
        ("struct<x:int,y:int>", "struct<y:int,x:int>"),
    ],
)
def test_what_could_lose_something_does_not_widen(stored, wanted):
    assert not fits(parse(stored), parse(wanted))


def test_a_type_that_no_contract_has_is_given_by_its_arrow_name(tmp_path):
    path = tmp_path / "odd.parquet"
    pq.write_table(pa.table({"a": pa.array([1], pa.uint64()), "b": pa.array([1], pa.duration("s"))}), path)
    assert file_schema(LOCAL.pin(str(path))) == [("a", parse("decimal(20,0)")), ("b", "duration[s]")]


def test_columns_are_found_by_name_and_missing_ones_are_null(schema, rows):
    table = pa.table({"z": [9, 8], "y": ["p", "q"], "x": [1, 2]})
    found, _ = rows(ParquetReader(schema("a bigint, y string, late date"), {"a": "x"}), table)
    assert found == [{"a": 1, "y": "p", "late": None}, {"a": 2, "y": "q", "late": None}]


def test_partition_values_come_from_the_path(schema, rows):
    reader = ParquetReader(schema("a bigint, country string, day date, open boolean, n int"))
    constants = [("country", "DE"), ("day", "1969-12-31"), ("open", "true"), ("n", None)]
    found, _ = rows(reader, pa.table({"a": [1]}), constants)
    assert found == [{"a": 1, "country": "DE", "day": datetime.date(1969, 12, 31), "open": True, "n": None}]


def test_rows_are_counted_where_no_stored_column_is_wanted(schema, rows):
    found, _ = rows(ParquetReader(schema("country string, late int")), pa.table({"a": [1, 2, 3]}), [("country", "DE")])
    assert found == [{"country": "DE", "late": None}] * 3


def test_row_groups_are_shared_out_and_read_once(schema, rows, monkeypatch):
    monkeypatch.setattr(parquet, "ITEM_BYTES", 300)
    monkeypatch.setattr(parquet, "BATCH_ROWS", 7)
    table = pa.table({"a": list(range(100))})
    found, ranges = rows(ParquetReader(schema("a bigint")), table, row_group_size=10)
    assert [row["a"] for row in found] == list(range(100))
    assert len(ranges) > 1
    assert ranges[0][0] == 0
    assert ranges[-1][1] == 10
    assert all(end == start for (_, end), (start, _) in itertools.pairwise(ranges))


def test_nanoseconds_are_read_where_nothing_is_lost(schema, rows):
    reader = ParquetReader(schema("a timestamp_ntz"))
    moment = datetime.datetime(2024, 6, 1, 12, 0, 0, 1)
    exact = pa.array([moment, None], pa.timestamp("us")).cast(pa.timestamp("ns"))
    assert rows(reader, pa.table({"a": exact}))[0] == [{"a": moment}, {"a": None}]


def test_row_groups_are_counted_by_the_footer(schema, tmp_path):
    path = tmp_path / "lie.parquet"
    pq.write_table(pa.table({"a": pa.array([1] * 21, pa.int8())}), path, compression="none", write_statistics=False)
    path.write_bytes(path.read_bytes().replace(b"\x16\x2a", b"\x16\x28", 1))  # 21 rows are 20, for the whole file
    file = LOCAL.pin(str(path))
    with pytest.raises(RunError) as raised:
        list(ParquetReader(schema("a tinyint")).parse(WorkItem(0, "source", file, 0, 1)))
    assert raised.value.code == "FILE_DAMAGED"


def test_int96_is_exact_where_nanoseconds_overflow(schema, rows):
    moments = [datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59, 999999), None]
    moments += [datetime.datetime(1969, 12, 31, 23, 59, 59, 1), datetime.datetime(2262, 4, 12)]
    table = pa.table({"a": pa.array(moments, pa.timestamp("us"))})
    found, _ = rows(ParquetReader(schema("a timestamp_ntz")), table, use_deprecated_int96_timestamps=True)
    assert [row["a"] for row in found] == moments


def test_long_rows_come_in_small_batches(schema, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "BATCH_BYTES", 1000)
    path = tmp_path / "long.parquet"
    pq.write_table(pa.table({"a": [str(number) * 100 for number in range(50)]}), path, use_dictionary=False)
    file = LOCAL.pin(str(path))
    parsed = list(ParquetReader(schema("a string")).parse(WorkItem(0, "source", file, 0, 1)))
    assert len(parsed) > 5
    assert sum(one.read for one in parsed) == 50


def test_a_file_without_rows_has_none(schema, rows):
    found, ranges = rows(ParquetReader(schema("a bigint")), pa.table({"a": pa.array([], pa.int64())}))
    assert found == []
    assert len(ranges) <= 1


def test_a_place_shows_the_row_as_json(schema, tmp_path):
    path = tmp_path / "one.parquet"
    pq.write_table(pa.table({"a": [1, 2], "b": ["é", None]}), path)
    file = InputFile(str(path), path.stat().st_size, "v1", LOCAL)
    places = ParquetReader(schema("a bigint, b string")).locate(WorkItem(0, "source", file, 0, 1), [1, 0])
    assert [(place.line, place.raw) for place in places] == [(2, '{"a": 2, "b": null}'), (1, '{"a": 1, "b": "é"}')]


def test_constants_have_the_type_of_their_column():
    assert constant("7", parse("smallint")) == pa.scalar(7, pa.int16())
    assert constant(None, parse("date")) == pa.scalar(None, pa.date32())
    assert constant("false", parse("boolean")) == pa.scalar(False)
