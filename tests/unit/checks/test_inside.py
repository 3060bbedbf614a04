"""How the parts of nested columns are taken out and folded back to rows."""

from __future__ import annotations

import pyarrow as pa
import pytest

from mesh_etl.checks.inside import Inside, parts
from mesh_etl.checks.reading.spots import ITEM, KEY, VALUE
from mesh_etl.checks.required import Required

LINES = pa.array([None, [], [{"n": 1}, None], [{"n": None}], None, [{"n": 2}]], pa.list_(pa.struct({"n": pa.int32()})))
LABELS = pa.array([[("a", 1)], None, [], [("b", None), ("c", 3)], [("d", 4)]], pa.map_(pa.string(), pa.int32()))
DEEP = pa.array([[[1], None], [[], [2, None]], None, [[3]]], pa.list_(pa.list_(pa.int32())))


@pytest.mark.parametrize("start", range(6))
@pytest.mark.parametrize("length", [0, 1, 3, 6])
@pytest.mark.parametrize(
    ("column", "steps", "wanted"),
    [
        (LINES, (ITEM,), lambda row: row or []),
        (LINES, (ITEM, "n"), lambda row: [item["n"] for item in row or [] if item]),
        (LABELS, (KEY,), lambda row: [key for key, _ in row or []]),
        (LABELS, (VALUE,), lambda row: [value for _, value in row or []]),
        (DEEP, (ITEM, ITEM), lambda row: [part for item in row or [] for part in item or []]),
    ],
)
def test_parts_know_their_rows_in_every_slice(column, steps, wanted, start, length):
    piece = column.slice(start, length)
    values, rows = parts(piece, steps)
    assert list(zip(rows.tolist(), values.to_pylist(), strict=True)) == [
        (number, part) for number, row in enumerate(piece.to_pylist()) for part in wanted(row)
    ]


def test_null_around_a_part_hides_what_lies_below_it():
    whole = pa.array([[("a", 1)], [("b", 2), ("c", 3)], [("d", 4)]], pa.map_(pa.string(), pa.int32()))
    first_and_last = pa.py_buffer(bytes([0b101]))
    hidden = pa.Array.from_buffers(whole.type, 3, [first_and_last, whole.buffers()[1]], children=[_entries(whole)])
    values, rows = parts(hidden, (VALUE,))
    assert (values.to_pylist(), rows.tolist()) == ([1, 4], [0, 2])
    fields = pa.StructArray.from_arrays([pa.array([None, None, 1])], ["n"], mask=pa.array([True, False, False]))
    values, rows = parts(fields, ("n",))
    assert (values.to_pylist(), rows.tolist()) == ([None, 1], [1, 2])


def _entries(whole):
    fields = [pa.field("key", pa.string(), nullable=False), pa.field("value", pa.int32())]
    return pa.StructArray.from_arrays([whole.keys, whole.items], fields=fields)


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        (LINES.type, (ITEM, "n")),
        (LABELS.type, (KEY,)),
        (pa.map_(pa.string(), pa.list_(LABELS.type)), (VALUE, ITEM, KEY)),
    ],
)
@pytest.mark.parametrize("rows", [[], [None], [None, None]])
def test_where_there_is_nothing_there_are_no_parts(kind, steps, rows):
    values, owners = parts(pa.array(rows, kind), steps)
    assert (len(values), len(owners)) == (0, 0)


def test_every_row_has_its_own_part_where_nothing_is_null():
    fields = pa.array([{"n": 1}, {"n": None}])
    values, rows = parts(fields, ("n",))
    assert (values.to_pylist(), rows) == ([1, None], None)


def test_a_row_breaks_a_rule_once():
    rule = Inside("r", "c[]", True, Required("r", "c[]", True), "c", (ITEM,))
    batch = pa.RecordBatch.from_arrays([pa.array([[None, None], [1], None, [1, None]])], ["c"])
    assert rule.broken(batch).to_pylist() == [True, False, False, True]
    assert rule.broken(batch.slice(1, 2)) is None
    assert rule.broken(batch.slice(0, 0)) is None
