"""The files of tables, in both formats: what their footers say, and that they read back as they were written."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from mesh_etl.contract.types import Field, Simple
from mesh_etl.errors import RunError
from mesh_etl.kernels.stored.written import Opened, WrittenReader, footer
from mesh_etl.kernels.work import WorkItem
from mesh_etl.kernels.write.encode import EncodeJob, encode
from mesh_etl.storage import LOCAL_STORAGE

FORMATS = pytest.mark.parametrize("format", ["parquet", "orc"])


@pytest.fixture
def write(tmp_path):
    """The path of a file with these rows."""

    def run(table, **how):
        path = str(tmp_path / "spill.arrow")
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
            pieces = ((path, tuple(range(len(table.to_batches())))),)
        (file,) = encode(EncodeJob(str(tmp_path / "out"), pieces, **how))["files"]
        return file["path"]

    return run


def pinned(path):
    return LOCAL_STORAGE.file(path, Path(path).stat().st_size)


def read(path, columns):
    opened = Opened(pinned(path))
    return opened.names, [batch.to_pydict() for batch in opened.batches(columns)]


@FORMATS
def test_a_footer_tells_rows_and_the_columns_with_null(write, format):
    inner = pa.struct([("a", pa.int64()), ("l", pa.list_(pa.int64()))])
    columns = {
        "whole": [1, 2, 3],
        "s": pa.array([{"a": None, "l": [None]}] * 3, inner),
        "m": pa.array([[("k", None)]] * 3, pa.map_(pa.string(), pa.int64())),
        "some": ["x", None, "y"],
        "none": pa.nulls(3, pa.int32()),
        "last": [True, False, True],
    }
    path = write(pa.table(columns), format=format)
    found = footer(LOCAL_STORAGE.open(path), path)
    assert found.rows == 3
    assert found.with_null & {"whole", "some", "none", "last"} == {"some", "none"}


@FORMATS
@pytest.mark.parametrize("compression", ["zstd", "snappy", "lz4", "none"])
def test_columns_read_back(write, format, compression):
    moment = datetime.datetime(2024, 6, 1, 12, 0, 0, 1, datetime.UTC)
    columns = {
        "n": pa.array([1, None]),
        "money": pa.array([Decimal("1.25"), None], pa.decimal128(12, 2)),
        "at": pa.array([moment, None], pa.timestamp("us", "UTC")),
        "text": ["é", ""],
    }
    path = write(pa.table(columns), format=format, compression=compression)
    names, (batch,) = read(path, ["at", "text", "money"])
    assert names == ["n", "money", "at", "text"]
    assert sorted(batch) == ["at", "money", "text"]
    schema = (Field("text", Simple("string")), Field("at", Simple("timestamp")))
    reader = WrittenReader(schema)
    (item,) = [WorkItem(0, "it", pinned(path), *part) for part in reader.split(pinned(path))]
    (parsed,) = reader.parse(item)
    assert parsed.batch.to_pydict() == {"text": ["é", ""], "at": [moment, None]}


@FORMATS
def test_rows_are_counted_where_no_column_is_read(write, format):
    _, batches = read(write(pa.table({"n": range(5)}), format=format), [])
    assert format == "parquet" or [len(batch["n"]) for batch in batches] == [5]


@pytest.mark.parametrize("year", [1, 1677, 2263, 9999])
def test_a_moment_that_could_not_be_read_back_is_refused(write, year):
    table = pa.table({"at": pa.array([datetime.datetime(year, 1, 1)], pa.timestamp("us"))})
    with pytest.raises(RunError) as raised:
        write(table, format="orc")
    assert raised.value.code == "ORC_MOMENT"
