"""ORC files read by name, in ranges of stripes that the footer counts."""

from __future__ import annotations

import pyarrow as pa
import pytest
from pyarrow import orc

from mesh_etl.errors import RunError
from mesh_etl.kernels.stored import orc as kernel
from mesh_etl.kernels.stored.orc import OrcReader
from mesh_etl.kernels.stored.orc_footer import stripe_rows
from mesh_etl.kernels.work import WorkItem
from mesh_etl.stores import LOCAL


@pytest.fixture
def file(tmp_path):
    def write(table, **options):
        path = tmp_path / "table.orc"
        orc.write_table(table, path, **options)
        return LOCAL.pin(str(path))

    return write


TABLE = pa.table({"id": list(range(50_000)), "s": [f"text {number}" for number in range(50_000)]})


@pytest.mark.parametrize("codec", ["uncompressed", "zlib", "snappy", "lz4", "zstd"])
def test_the_footer_tells_the_rows_of_each_stripe(file, codec):
    pinned = file(TABLE, stripe_size=64 * 1024, compression=codec)
    opened = orc.ORCFile(pinned.path)
    rows = stripe_rows(pinned, opened)
    assert rows == [opened.read_stripe(index).num_rows for index in range(opened.nstripes)]
    assert sum(rows) == 50_000


def test_stripes_are_shared_out_and_read_once(file, schema, monkeypatch):
    monkeypatch.setattr(kernel, "ITEM_BYTES", 50_000)
    monkeypatch.setattr(kernel, "BATCH_ROWS", 777)
    pinned = file(TABLE, stripe_size=64 * 1024, compression="zlib")
    reader = OrcReader(schema("id bigint, late date"))
    found, read = [], 0
    ranges = reader.split(pinned)
    assert len(ranges) > 1
    for number, (start, end) in enumerate(ranges):
        item = WorkItem(number, "source", pinned, start, end)
        parsed = list(reader.parse(item))
        found += [row["id"] for one in parsed for row in one.batch.to_pylist()]
        read += sum(one.read for one in parsed)
        records = [int(one) for run in parsed for one in run.records]
        assert [place for run in parsed for place in run.locate(range(run.batch.num_rows))] == reader.locate(
            item, records
        )
    assert found == list(range(50_000))
    assert read == 50_000


def test_a_footer_that_contradicts_itself_is_refused(file, schema):
    pinned = file(pa.table({"a": [7] * 1000}), compression="uncompressed")
    with open(pinned.path, "r+b") as stream:
        data = stream.read()
        stripe, total = data.rindex(b"\x28\xe8\x07"), data.rindex(b"\x30\xe8\x07")
        assert stripe < total
        stream.seek(total + 1)
        stream.write(b"\xe9\x07")
    with pytest.raises(RunError) as raised:
        list(OrcReader(schema("a bigint")).parse(WorkItem(0, "source", LOCAL.pin(pinned.path), 0, 1)))
    assert raised.value.code == "FILE_DAMAGED"
