"""Avro files read by name, from any position, exactly."""

from __future__ import annotations

import datetime
import json
import random
from decimal import Decimal
from itertools import pairwise

import fastavro
import pytest

from mesh_etl.contract.types import Field
from mesh_etl.errors import RunError
from mesh_etl.kernels.stored import avro
from mesh_etl.kernels.stored.avro import AvroReader, file_schema
from mesh_etl.kernels.stored.avro_schema import columns
from mesh_etl.kernels.work import WorkItem
from mesh_etl.stores import LOCAL


def record(*fields):
    return {"type": "record", "name": "r", "fields": [{"name": name, "type": kind} for name, kind in fields]}


@pytest.fixture
def file(tmp_path):
    def write(schema, rows, **options):
        path = tmp_path / "table.avro"
        with path.open("wb") as stream:
            fastavro.writer(stream, schema, rows, **options)
        return LOCAL.pin(str(path))

    return write


def read(reader, file, ranges=None):
    rows, count = [], 0
    for number, (start, end) in enumerate(ranges or reader.split(file)):
        item = WorkItem(number, "source", file, start, end)
        parsed = list(reader.parse(item))
        rows += [row for one in parsed for row in one.batch.to_pylist()]
        count += sum(one.read for one in parsed)
        records = [int(one) for run in parsed for one in run.records]
        assert records == list(range(len(records)))
        assert [place for run in parsed for place in run.locate(range(run.batch.num_rows))] == reader.locate(
            item, records
        )
    assert count == len(rows)
    return rows


def test_what_fastavro_wrote_is_read_with_the_types_that_it_states(file):
    zone = datetime.UTC
    rows = [
        {
            "price": Decimal("-12345678901234567890.12"),
            "day": datetime.date(1, 1, 1),
            "at": datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=zone),
            "clock": datetime.datetime(1969, 12, 31, 23, 59, 59, 999000),
            "tags": [["a"], [None, "é"]],
            "who": {"n": {"k": Decimal("0.01"), "j": None}},
            "x": 0.1,
        }
    ] * 3
    small = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}
    schema = record(
        ("price", {"type": "fixed", "name": "d", "size": 12, "logicalType": "decimal", "precision": 24, "scale": 2}),
        ("day", {"type": "int", "logicalType": "date"}),
        ("at", {"type": "long", "logicalType": "timestamp-micros"}),
        ("clock", {"type": "long", "logicalType": "local-timestamp-millis"}),
        ("tags", {"type": "array", "items": {"type": "array", "items": ["null", "string"]}}),
        (
            "who",
            {
                "type": "record",
                "name": "who",
                "fields": [{"name": "n", "type": {"type": "map", "values": ["null", small]}}],
            },
        ),
        ("x", "double"),
    )
    pinned = file(schema, rows, codec="deflate")
    types = file_schema(pinned)
    assert [kind.ddl() for _, kind in types] == [
        "decimal(24,2)", "date", "timestamp", "timestamp_ntz", "array<array<string>>",
        "struct<n:map<string,decimal(4,2)>>", "double",
    ]  # fmt: skip
    found = read(AvroReader(tuple(Field(name, kind) for name, kind in types)), pinned)
    assert found == [row | {"who": {"n": list(row["who"]["n"].items())}} for row in rows]


@pytest.mark.parametrize("seed", range(5))
def test_any_ranges_give_the_same_rows(file, schema, seed):
    pinned = file(record(("id", "long")), [{"id": number} for number in range(2000)], sync_interval=200)
    chance = random.Random(seed)
    cuts = sorted({0, pinned.size, *(chance.randrange(pinned.size) for _ in range(8))})
    found = read(AvroReader(schema("id bigint")), pinned, list(pairwise(cuts)))
    assert [row["id"] for row in found] == list(range(2000))


def test_blocks_are_gathered_into_batches(file, schema, monkeypatch):
    monkeypatch.setattr(avro, "BATCH_ROWS", 300)
    pinned = file(record(("id", "long")), [{"id": number} for number in range(2000)], sync_interval=100)
    parsed = list(AvroReader(schema("id bigint")).parse(WorkItem(0, "source", pinned, 0, pinned.size)))
    assert 2 < len(parsed) < 8


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_a_block_that_is_too_large_is_refused_before_it_is_held(file, schema, monkeypatch, codec):
    monkeypatch.setattr(avro, "BLOCK_BYTES", 10_000)
    pinned = file(record(("s", "string")), [{"s": "a" * 20_000}], codec=codec)
    with pytest.raises(RunError) as raised:
        read(AvroReader(schema("s string")), pinned)
    assert raised.value.code == ("RECORD_TOO_LONG" if codec == "null" else "EXPANDS_TOO_FAR")


def test_every_cut_is_noticed_but_those_between_blocks(file, schema):
    pinned = file(record(("id", "long")), [{"id": number} for number in range(60)], sync_interval=20)
    with open(pinned.path, "rb") as stream:
        whole = stream.read()
        stream.seek(0)
        container = avro.header(stream)
    ends = {at + 16 for at in range(len(whole)) if whole.startswith(container.sync, at)}
    for end in range(container.start, len(whole)):
        with open(pinned.path, "wb") as stream:
            stream.write(whole[:end])
        if end in ends:
            continue
        with pytest.raises(RunError) as raised:
            read(AvroReader(schema("id bigint")), LOCAL.pin(pinned.path))
        assert raised.value.code == "FILE_DAMAGED"


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ("int", "holds no records"),
        ({"type": "record", "name": "r", "fields": [{"name": "a", "type": "nope"}]}, "does not define"),
        ({"type": "record", "name": "r", "fields": [{"name": "a"}]}, "no type"),
        ({"type": "record", "name": "r", "fields": [{"type": "int"}]}, "without a name"),
        (record(("a", [])), "union of nothing"),
        (record(("a", {"type": "fixed", "name": "x"})), "without a size"),
        (record(("a", {"type": "enum", "name": "x"})), "without symbols"),
        (record(("a", {"type": "array", "items": {"type": "fixed", "name": "x", "size": 0}})), "take no room"),
    ],
)
def test_a_schema_that_means_nothing_is_refused(schema, problem):
    with pytest.raises(ValueError, match=problem):
        columns(json.dumps(schema).encode())


def test_a_schema_that_is_nested_without_end_is_refused():
    with pytest.raises(ValueError, match=r"nested too deep|too large"):
        columns(
            b'{"type":"record","name":"r","fields":[{"name":"a","type":'
            + b'{"type":' * 50_000
            + b'"int"'
            + b"}" * 50_003
        )


def test_names_are_found_in_their_space():
    inner = {"type": "enum", "name": "e", "symbols": ["x"]}
    schema = record(("a", inner), ("b", "e"), ("c", "space.e")) | {"namespace": "space"}
    assert [node.type.ddl() for _, node in columns(json.dumps(schema).encode())] == ["string"] * 3
