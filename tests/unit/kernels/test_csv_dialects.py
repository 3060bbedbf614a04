"""What a source may declare about its CSV files beyond delimiter and quote, and what is refused all the same."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_etl.errors import PlanError, RunError
from mesh_etl.kernels.text import blocks
from mesh_etl.kernels.text import reader as text_reader
from mesh_etl.kernels.text.csv import CsvReader
from mesh_etl.kernels.values.text_rules import TextRules

SETTINGS = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ANY_TEXT = TextRules(nfc=False, control=True)


@pytest.fixture
def cells(schema, see):
    """The rows of a file of texts as tuples, and the codes of the others by line."""

    def run(content, columns="a string, b string", **dialect):
        seen = see(CsvReader(schema(columns), **dialect), content)
        return [tuple(row.values()) for row in seen.rows], seen.codes

    return run


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        (rb"x\,y", "x,y"),
        (rb"x\\", "x\\"),
        (rb"\"x", '"x'),
        (rb"x\"y", 'x"y'),
        (rb'"x\"y"', 'x"y'),
        (rb'"x\\"', "x\\"),
        (rb'"\\\""', '\\"'),
        (rb'"x,y"', "x,y"),
        (rb'"\""', '"'),
        (rb"\\N", "\\N"),
        (rb'"\\N"', "\\N"),
        (b"", None),
        (b'""', ""),
    ],
)
@pytest.mark.parametrize("multiline", [False, True])
def test_an_escape_takes_away_the_meaning_of_the_next_character(cells, text, cell, multiline):
    content = b"a,b\n1," + text + b"\n" + text + b",2\n"
    assert cells(content, escape="\\", multiline=multiline) == ([("1", cell), (cell, "2")], {})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (rb"C:\temp", "BAD_ESCAPE"),
        (rb"x\n", "BAD_ESCAPE"),
        (b"x\\", "BAD_ESCAPE"),
        (b"\\", "BAD_ESCAPE"),
        (b"\\\xc3\xa9", "BAD_ESCAPE"),
        (rb'"\N"', "BAD_ESCAPE"),
        (rb"\Nx", "BAD_ESCAPE"),
        (rb'"x\"', "UNTERMINATED_QUOTE"),
        (rb'"x""y"', "TEXT_AFTER_QUOTE"),
        (rb'"x"\"', "TEXT_AFTER_QUOTE"),
        (rb"\,", "FIELD_COUNT"),
    ],
)
def test_an_escape_before_what_does_not_need_it_is_refused(cells, text, code):
    line = b"1" + text if code == "FIELD_COUNT" else b"1," + text
    content = b"a,b\nv,w\n" + line + b"\n2,\\N\n"
    rows = [("v", "w"), ("2", None)]
    assert cells(content, escape="\\", nulls=("\\N",)) == (rows, {3: [code]})
    assert cells(content.replace(b"\n", b"\r\n"), escape="\\", nulls=("\\N",)) == (rows, {3: [code]})


def test_a_token_of_null_may_begin_with_the_escape(cells):
    content = b"a\tb\n\\N\t\\N\n\\\\N\tN\nx\\\t\\N\\\t\n\t\\N\r\n"
    rows, codes = cells(content, delimiter="\t", quote="", escape="\\", nulls=("\\N",))
    assert rows == [(None, None), ("\\N", "N"), ("", None)]
    assert codes == {4: ["BAD_ESCAPE"]}
    assert cells(b"a\tb\nx\\\t\\\\N\ty\n", delimiter="\t", quote="", escape="\\", nulls=("\\N",))[0] == [
        ("x\t\\N", "y")
    ]


def test_a_line_feed_may_be_escaped_where_records_have_several_lines(schema, see):
    reader = CsvReader(schema("a string, b string"), delimiter="\t", quote="", escape="\\", multiline=True)
    seen = see(reader, b"a\tb\n1\tx\\\ny\n2\tz\\\\\n3\tw\\\r\n4\tv\\\n")
    assert [tuple(row.values()) for row in seen.rows] == [("1", "x\ny"), ("2", "z\\"), ("4", "v\n")]
    assert seen.lines == [2, 4, 6]
    assert seen.codes == {5: ["BAD_ESCAPE"]}


def test_comments_are_no_records_and_keep_their_line_numbers(schema, see):
    content = b'# made by "x\n#\na,b\n# 1\n1,x\n#2,"y\n\n"#3",z\n4,#\n # 5,y\n'
    for multiline in (False, True):
        seen = see(CsvReader(schema("a string, b string"), comment="#", multiline=multiline), content)
        assert [tuple(row.values()) for row in seen.rows] == [("1", "x"), ("#3", "z"), ("4", "#"), (" # 5", "y")]
        assert seen.lines == [5, 8, 9, 10]
        assert (seen.rejects, seen.read) == ([], 4)


def test_a_line_in_a_quoted_field_is_no_comment(cells):
    assert cells(b'a,b\n1,"x\n# y"\n#2,"\n3,z\n', comment="#", multiline=True) == ([("1", "x\n# y"), ("3", "z")], {})
    assert cells(b"a,b\n1,x\n\\#2,y\n", comment="#", escape="\\")[0] == [("1", "x"), ("#2", "y")]


def test_lines_before_the_header_are_skipped_and_counted(schema, see):
    content = b'\xef\xbb\xbfreport "x\n\n,,,\na,b\n1,x\n2\n'
    seen = see(CsvReader(schema("a string, b string"), skip_lines=3), content)
    assert (seen.lines, seen.codes) == ([5], {6: ["FIELD_COUNT"]})
    seen = see(CsvReader(schema("a string, b string"), skip_lines=4, header=False), content)
    assert (seen.lines, seen.codes) == ([5], {6: ["FIELD_COUNT"]})
    with pytest.raises(PlanError, match="fewer than 9 lines") as raised:
        see(CsvReader(schema("a string, b string"), skip_lines=9), content)
    assert raised.value.code == "EMPTY_FILE"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le", "utf-32", "shift_jis", "utf-8-sig"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_other_encodings_are_read_as_what_they_are(cells, encoding, pack):
    text = "a,b\n1,\u30c6\n" if encoding == "shift_jis" else "a,b\n1,é\n"
    rows = [("1", text[6])]
    assert cells(pack(text.encode(encoding)), encoding=encoding) == (rows, {})


@pytest.mark.parametrize(
    ("encoding", "bad"),
    [
        ("cp1252", b"\x81"),
        ("shift_jis", b"\x82\x00"),
        ("ascii", b"\xe9"),
        ("utf-16-le", b"\x00\xd8"),
        ("utf-32-le", b"\x00\x00\x11\x00"),
    ],
)
def test_a_byte_that_is_no_text_costs_its_record_alone(cells, encoding, bad):
    content = "a,b\n1,x\n2,".encode(encoding) + bad + "\n3,y\n".encode(encoding)
    assert cells(content, encoding=encoding) == ([("1", "x"), ("3", "y")], {3: ["ENCODING"]})


def test_the_order_of_bytes_is_not_guessed(cells):
    with pytest.raises(RunError, match="declare the order: utf-16-le or utf-16-be") as raised:
        cells("a,b\n1,x\n".encode("utf-16-be"), encoding="utf-16")
    assert raised.value.code == "NOT_THIS_FORMAT"


@pytest.mark.parametrize("content", ["a,b\n1,x\n".encode("utf-16"), "a,b\n1,x\n".encode("utf-16-le")])
def test_a_header_in_an_encoding_that_is_not_declared_is_an_error(cells, content):
    with pytest.raises(PlanError) as raised:
        cells(content)
    assert raised.value.code == "HEADER_UNREADABLE"


@pytest.mark.parametrize("content", [b"a,b\n1,x\nTRL|1\n", b"a,b\n1,x\nTRL|1", b"a,b\r\n1,x\r\nTRL|1\r\n\r\n"])
@pytest.mark.parametrize("size", [1, 4, 1 << 20])
def test_a_trailer_is_no_record(schema, see, monkeypatch, content, size):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", size)
    for pack in (bytes, gzip.compress):
        seen = see(CsvReader(schema("a string, b string"), trailer="TRL|"), pack(content))
        assert (seen.rows, seen.rejects) == ([{"a": "1", "b": "x"}], [])


@pytest.mark.parametrize("content", [b"a,b\n1,x\n", b"a,b\n", b"a,b", b"a,b\nTRL|1\n1,x\n"])
def test_a_file_without_its_trailer_is_not_whole(cells, content):
    with pytest.raises(RunError) as raised:
        cells(content, trailer="TRL|")
    assert raised.value.code == "TRAILER_MISSING"


def test_a_trailer_alone_ends_a_file_without_records(cells):
    assert cells(b"a,b\nTRL|0\n", trailer="TRL|") == ([], {})


def test_a_column_that_the_file_lacks_is_null(cells):
    assert cells(b"b\n1\n\n", "a int, b int") == ([(None, 1), (None, None)], {})
    assert cells(b"b,x\n1,2\n,\n", "a int, b int, c date") == ([(None, 1, None), (None, None, None)], {})


def test_a_header_within_the_file_is_refused(cells):
    content = b'a,b,c\n1,x,y\na,b,c\n2,b,c\n"a",b,"c"\na,b\n'
    rows, codes = cells(content, "a string, b string")
    assert rows == [("1", "x"), ("2", "b")]
    assert codes == {3: ["HEADER_REPEATED"], 5: ["HEADER_REPEATED"], 6: ["FIELD_COUNT"]}
    assert cells(b"a\nx\na\n", "a string") == ([("x",), ("a",)], {})
    assert cells(b"a,b\na,b\n", header=False) == ([("a", "b"), ("a", "b")], {})


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'a,b\n1,"x\n2,y\n', 2),
        (b'a,b\n1,x\n"2\n3","y\n4,z\n', 4),
        (b'a,b\n1,x\n"2\n""3","y""\n4,z', 4),
        (b'a,b\n1,x" y\n"2\n3","y\n4,z\n', 4),
    ],
)
def test_a_quote_that_stays_open_is_found_on_its_own_line(schema, see, content, line):
    seen = see(CsvReader(schema("a string, b string"), multiline=True), content)
    assert seen.codes == {line: ["UNTERMINATED_QUOTE"]}


def test_a_quote_that_stays_open_costs_no_more_memory_than_a_record_may_have(cells, monkeypatch):
    monkeypatch.setattr(blocks, "RECORD_BYTES", 1000)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 100)
    with pytest.raises(RunError) as raised:
        cells(b'a,b\n1,"x\n' + b"2,y\n" * 1000, multiline=True)
    assert raised.value.code == "RECORD_TOO_LONG"
    assert len(cells(b'a,b\n1,"x"\n' + b"2,y\n" * 1000, multiline=True)[0]) == 1001


@st.composite
def escaped_tables(draw):
    """A table of texts in a dialect with an escape, with comments and lines to skip."""
    multiline = draw(st.booleans())
    quote = draw(st.sampled_from(['"', ""]))
    alphabet = 'ab#\\"é\t' + ("\n" if multiline else "")
    rows = draw(st.lists(st.tuples(st.text(alphabet, max_size=5), st.text(alphabet, max_size=5)), max_size=10))
    out = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])) if quote else csv.QUOTE_NONE
    writer = csv.writer(
        out, delimiter="\t", quotechar=quote or None, quoting=quoting, doublequote=False, escapechar="\\",
        lineterminator="\n",
    )  # fmt: skip
    comment = "#" if quoting == csv.QUOTE_ALL and not multiline else ""
    skip = draw(st.integers(0, 2))
    out.write('"skipped\n' * skip)
    writer.writerow(["k", "v"])
    for row in rows:
        out.write("# it's \"a comment\\\n" if comment and draw(st.booleans()) else "")
        writer.writerow(row)
    dialect = {"delimiter": "\t", "quote": quote, "escape": "\\", "comment": comment, "skip_lines": skip}
    return rows, out.getvalue().encode(), {**dialect, "multiline": multiline, "nulls": ()}


@given(table=escaped_tables(), item=st.integers(1, 60), block=st.integers(1, 60))
@SETTINGS
def test_any_table_with_escapes_is_read_whole_however_it_is_cut(schema, see, table, item, block):
    rows, content, dialect = table
    reader = CsvReader(schema("k string, v string"), text=ANY_TEXT, **dialect)
    whole = see(reader, content)
    assert [tuple(row.values()) for row in whole.rows] == rows
    assert whole.rejects == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_reader, "ITEM_BYTES", item)
        patch.setattr(blocks, "BLOCK_BYTES", block)
        cut = see(reader, content)
    assert (cut.rows, cut.lines, cut.rejects) == (whole.rows, whole.lines, whole.rejects)


def test_a_byte_order_mark_is_text_wherever_a_block_begins(cells, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 8)
    content = "\ufeffa,b\n\ufeff1,x\n\ufeff\ufeff2,y\n3,\ufeff\n".encode()
    assert cells(content) == ([("\ufeff1", "x"), ("\ufeff\ufeff2", "y"), ("3", "\ufeff")], {})


def test_a_table_may_have_very_many_columns_and_very_long_fields(schema, see):
    names = [f"column_{index}" for index in range(20_000)]
    content = "\n".join([",".join(names), ",".join("1" * 20_000), "1", ",".join("2" * 20_000)]).encode()
    seen = see(CsvReader(schema("column_0 int, column_19999 int")), content)
    assert [tuple(row.values()) for row in seen.rows] == [(1, 1), (2, 2)]
    assert seen.codes == {3: ["FIELD_COUNT"]}
    long = "x" * (9 << 20)
    seen = see(CsvReader(schema("a string, b int")), f'a,b\n{long},1\n"{long}",2\n{long}"\n'.encode())
    assert [(len(row["a"]), row["b"]) for row in seen.rows] == [(9 << 20, 1), (9 << 20, 2)]
    assert seen.codes == {4: ["FIELD_COUNT"]}
