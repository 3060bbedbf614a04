"""Cells of a database, landed and read again."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from mesh_etl.kernels.text.cells import ITEM_BATCHES, CellsReader, cell_field, land_cells
from mesh_etl.kernels.values.text_rules import TextRules
from mesh_etl.kernels.work import WorkItem


@pytest.fixture
def landed(tmp_path):
    def land(columns, sizes=None):
        """A file with these columns, `name` or `name+offset` → cells, in batches of the given sizes."""
        fields = [cell_field(name.partition("+")[0], offset="+" in name) for name in columns]
        whole = pa.RecordBatch.from_arrays([pa.array(cells, pa.string()) for cells in columns.values()], list(columns))
        batches, start = [], 0
        for size in sizes or [whole.num_rows]:
            batches.append(whole.slice(start, size))
            start += size
        return land_cells(iter(batches), pa.schema(fields), tmp_path / "cells.arrow", "jdbc:x://h/d?part=1")

    return land


def read(reader, file):
    rows, rejects = [], []
    for start, end in reader.split(file):
        item = WorkItem(0, "source", file, start, end)
        for parsed in reader.parse(item):
            assert parsed.read == parsed.lines == parsed.batch.num_rows + len(parsed.rejects)
            rows += parsed.batch.to_pylist()
            rejects += parsed.rejects
            assert reader.locate(item, [one.record for one in parsed.rejects]) == [one.place for one in parsed.rejects]
            places = parsed.locate(range(parsed.batch.num_rows))
            assert places == reader.locate(item, [int(record) for record in parsed.records])
    return rows, rejects


def test_cells_are_typed_and_misfits_keep_their_text(landed, schema):
    file, count = landed({"id": ["1", "x", None], "name": ["a", "e\u0301", "c"]}, [2, 1])
    rows, (reject,) = read(CellsReader(schema("id int, name string")), file)
    assert count == 3
    assert rows == [{"id": 1, "name": "a"}, {"id": None, "name": "c"}]
    assert (reject.record, reject.place.line) == (1, 2)
    assert json.loads(reject.place.raw) == {"id": "x", "name": "e\u0301"}
    assert [tuple(why) for why in reject.violations] == [("TYPE_FORMAT", "id"), ("NOT_NFC", "name")]


def test_a_column_that_states_its_offsets_needs_no_zone(landed, schema):
    file, _ = landed({"a+offset": ["2024-07-01 12:00:00+00:00"], "b": ["2024-07-01 12:00:00"]})
    reader = CellsReader(schema("a timestamp, b timestamp"), TextRules(timezone="Europe/Berlin"))
    ((row,), _) = read(reader, file)
    assert (row["a"].hour, row["b"].hour) == (12, 10)


def test_items_cover_the_file_once(landed, schema):
    cells = [str(number) for number in range(40)]
    file, _ = landed({"id": cells}, [1] * 40)
    reader = CellsReader(schema("id int"))
    assert len(reader.split(file)) == 40 / ITEM_BATCHES
    assert [row["id"] for row in read(reader, file)[0]] == list(range(40))


def test_the_digest_is_that_of_the_content(landed):
    first, _ = landed({"id": ["1"]})
    again, _ = landed({"id": ["1"]})
    other, _ = landed({"id": ["2"]})
    assert first.version == again.version != other.version
    assert first.path == "jdbc:x://h/d?part=1"


def test_no_row_is_a_file_too(landed, schema):
    file, count = landed({"id": []})
    assert (count, read(CellsReader(schema("id int")), file)) == (0, ([], []))
