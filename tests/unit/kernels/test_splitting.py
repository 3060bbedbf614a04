"""A file means the same however it is cut into ranges and blocks, and one bad cell costs one row."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_etl.kernels.json import reader as json_kernel
from mesh_etl.kernels.json.reader import JsonReader
from mesh_etl.kernels.text import blocks
from mesh_etl.kernels.text import reader as text_reader
from mesh_etl.kernels.text.csv import CsvReader

SETTINGS = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SIZES = st.integers(1, 60)
BAD_LINES = [b"", b"1", b'"', b'x,"y', b"\xff,\xfe", b"a\rb,c", b'"a"b,c', b",,,,", b'""', b'y"', b"\r"]


@st.composite
def tables(draw):
    """A table of texts, written as CSV in some dialect."""
    width = draw(st.integers(1, 4))
    multiline = draw(st.booleans())
    delimiter, quote = draw(st.sampled_from([(",", '"'), (";", "'"), ("\t", '"'), ("|", '"')]))
    alphabet = "ab0 é€😀" + delimiter + quote + ("\n" if multiline else "")
    cell = st.text(alphabet, max_size=6)
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=12))
    header = draw(st.booleans())
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=delimiter,
        quotechar=quote,
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
    )
    names = [f"c{index}" for index in range(width)]
    writer.writerows([names, *rows] if header else rows)
    text = out.getvalue()
    if draw(st.booleans()) and text.endswith("\n"):
        text = text.removesuffix("\n").removesuffix("\r")
    content = draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()
    reader = {"delimiter": delimiter, "quote": quote, "multiline": multiline, "header": header, "nulls": ()}
    return names, [tuple(row) for row in rows], content, reader


@given(table=tables(), item=SIZES, block=SIZES)
@SETTINGS
def test_any_table_in_any_dialect_is_read_whole_however_it_is_cut(schema, see, table, item, block):
    names, rows, content, dialect = table
    reader = CsvReader(schema(", ".join(f"{name} string" for name in names)), **dialect)
    whole = see(reader, content)
    assert [tuple(row.values()) for row in whole.rows] == rows
    assert whole.rejects == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_reader, "ITEM_BYTES", item)
        patch.setattr(blocks, "BLOCK_BYTES", block)
        cut = see(reader, content)
    assert (cut.rows, cut.lines, cut.rejects) == (whole.rows, whole.lines, whole.rejects)


@given(
    lines=st.lists(st.sampled_from([b"1,x", b'2,"y, z"', b"3,\xc3\xa9", *BAD_LINES]), max_size=25),
    end=st.sampled_from([b"", b"\n"]),
    item=SIZES,
    block=SIZES,
)
@SETTINGS
def test_bad_lines_have_the_same_verdict_wherever_a_file_is_cut(schema, see, lines, end, item, block):
    content = b"\n".join([b"a,b", *lines]) + end
    reader = CsvReader(schema("a string, b string"))
    whole = see(reader, content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_reader, "ITEM_BYTES", item)
        patch.setattr(blocks, "BLOCK_BYTES", block)
        cut = see(reader, content)
    assert (cut.rows, cut.lines, cut.rejects) == (whole.rows, whole.lines, whole.rejects)
    alone = [see(reader, b"a,b\n" + line + b"\n") for line in lines]
    assert whole.rows == [row for one in alone for row in one.rows]
    assert [codes for _, _, codes in whole.rejects] == [codes for one in alone for _, _, codes in one.rejects]


@given(
    lines=st.lists(
        st.one_of(
            st.integers(-(1 << 40), 1 << 40).map(lambda number: json.dumps({"a": number}).encode()),
            st.text(max_size=5).map(lambda text: json.dumps({"a": text}, ensure_ascii=False).encode()),
            st.sampled_from([b"", b"{", b'{"a":1,"a":2}', b"\xff", b'{"b":1}', b"{}"]),
        ),
        max_size=20,
    ),
    start=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    end=st.sampled_from([b"", b"\n", b"\r\n"]),
    item=SIZES,
    block=SIZES,
)
@SETTINGS
def test_json_lines_have_the_same_verdict_wherever_a_file_is_cut(schema, see, lines, start, end, item, block):
    content = start + b"\n".join(lines) + end
    reader = JsonReader(schema("a bigint"))
    whole = see(reader, content)
    assert whole.read == sum(1 for line in lines if line)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_kernel, "ITEM_BYTES", item)
        patch.setattr(blocks, "BLOCK_BYTES", block)
        cut = see(reader, content)
    assert (cut.rows, cut.lines, cut.rejects) == (whole.rows, whole.lines, whole.rejects)


@given(
    rows=st.integers(1, 30),
    at=st.integers(0, 29),
    column=st.sampled_from("abc"),
    cell=st.sampled_from(["x", "1e5", " 1", "0x1", '"', "1,1", "1\r1", "\N{FULLWIDTH DIGIT ONE}"]),
)
@SETTINGS
def test_changing_one_cell_changes_the_verdict_of_its_row_and_no_other(schema, see, rows, at, column, cell):
    table = [{"a": str(n), "b": f"{n}.25", "c": f"2024-01-{n + 1:02}"} for n in range(rows)]
    reader = CsvReader(schema("a int, b decimal(5,2), c date"))

    def content():
        return "\n".join(["a,b,c", *(",".join(row.values()) for row in table)]).encode()

    clean = see(reader, content())
    assert clean.read == len(clean.rows) == rows
    table[at % rows][column] = cell
    seen = see(reader, content())
    assert [line for line, _, _ in seen.rejects] == [at % rows + 2]
    assert seen.rows == [row for index, row in enumerate(clean.rows) if index != at % rows]


def test_a_line_longer_than_ranges_and_blocks_is_read_once(schema, see, monkeypatch):
    monkeypatch.setattr(text_reader, "ITEM_BYTES", 1000)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 64)
    long = "x" * 10_000
    seen = see(CsvReader(schema("a int, b string")), f"a,b\n1,s\n2,{long}\n3,s\n4,{long}".encode())
    assert [row["a"] for row in seen.rows] == [1, 2, 3, 4]
    assert [len(row["b"]) for row in seen.rows] == [1, 10_000, 1, 10_000]
    assert (seen.lines, seen.items) == ([2, 3, 4, 5], 21)


def test_a_multiline_file_is_one_item(schema, see, monkeypatch):
    monkeypatch.setattr(text_reader, "ITEM_BYTES", 4)
    seen = see(CsvReader(schema("a int, b string"), multiline=True), b'a,b\n1,"x\n2,y"\n3,z\n')
    assert (seen.items, seen.lines) == (1, [2, 4])
