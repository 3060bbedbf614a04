"""What a CSV file holds, and which of its records are refused with which code."""

from __future__ import annotations

import pytest

from mesh_etl.errors import PlanError
from mesh_etl.kernels.text.csv import CsvReader
from mesh_etl.stores import LOCAL


@pytest.fixture
def cells(schema, see):
    """The rows of a file of texts as tuples, and the codes of the others by line."""

    def run(content, columns="a string, b string", **dialect):
        seen = see(CsvReader(schema(columns), **dialect), content)
        return [tuple(row.values()) for row in seen.rows], seen.codes

    return run


PLAIN = [("1", "x"), ("2", "y")]


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,x\n2,y\n",
        b"a,b\n1,x\n2,y",
        b"a,b\r\n1,x\r\n2,y\r\n",
        b"a,b\r\n1,x\r\n2,y",
        b"a,b\n1,x\r\n2,y\n",
        b"\xef\xbb\xbfa,b\n1,x\n2,y\n",
        b'"a","b"\n"1","x"\n2,"y"\n',
        b"b,a\nx,1\ny,2\n",
        b'\xef\xbb\xbf"a",b\r\n1,x\r\n2,y\r\n',
    ],
)
def test_line_ends_byte_order_mark_quotes_and_column_order_do_not_matter(cells, content):
    assert cells(content) == (PLAIN, {})


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a,b\n\n1,x\n\n\n2,y\n\n", [3, 6]),
        (b"a,b\r\n\r\n1,x\r\n2,y\r\n\r\n", [3, 4]),
        (b"a,b\n1,x\n2,y\n\n\n", [2, 3]),
    ],
)
def test_blank_lines_are_no_records_and_keep_their_numbers(schema, see, content, lines):
    seen = see(CsvReader(schema("a string, b string")), content)
    assert [tuple(row.values()) for row in seen.rows] == PLAIN
    assert seen.lines == lines
    assert seen.read == 2


@pytest.mark.parametrize("content", [b"a,b\n", b"a,b", b"a,b\n\n\n", b"a,b\r\n\r\n"])
def test_a_file_without_records_has_no_rows(cells, content):
    assert cells(content) == ([], {})


def test_without_a_header_the_columns_are_taken_in_order(cells):
    assert cells(b"1,x\n2,y\n", header=False) == (PLAIN, {})
    assert cells(b"\xef\xbb\xbf1,x\n2,y\n", header=False) == (PLAIN, {})


@pytest.mark.parametrize(
    ("delimiter", "quote", "content"),
    [
        (";", '"', b'a;b\n1;"x;y"\n2;"z""w"\n'),
        ("\t", '"', b'a\tb\n1\t"x;y"\n2\t"z""w"\n'),
        ("|", "'", b"a|b\n1|'x;y'\n2|'z\"w'\n"),
        (";", "'", b"a;b\n1;'x;y'\n2;z\"w\n"),
    ],
)
def test_delimiter_and_quote_are_declared(cells, delimiter, quote, content):
    rows, codes = cells(content, delimiter=delimiter, quote=quote)
    assert (rows, codes) == ([("1", "x;y"), ("2", 'z"w')], {})


def test_without_a_quote_quotes_are_text(cells):
    assert cells(b'a,b\n"1,"x\n2,y"z"\n', quote="") == ([('"1', '"x'), ("2", 'y"z"')], {})
    assert cells(b'a,b\n"1,"x\n2\n', quote="", multiline=True) == ([('"1', '"x')], {3: ["FIELD_COUNT"]})


def test_only_unquoted_texts_mean_null(cells):
    content = b'a,b\n,""\nNA,"NA"\n"",N/A\nna, \n'
    assert cells(content) == ([(None, ""), ("NA", "NA"), ("", "N/A"), ("na", " ")], {})
    assert cells(content, nulls=("NA", "N/A")) == ([("", ""), (None, "NA"), ("", None), ("na", " ")], {})
    assert cells(content, nulls=()) == ([("", ""), ("NA", "NA"), ("", "N/A"), ("na", " ")], {})


def test_ragged_records_are_refused_one_by_one(cells):
    content = b"a,b\n1,x\n2\n3,x,y\n\n4,z\n,\n,,\n"
    rows, codes = cells(content)
    assert rows == [("1", "x"), ("4", "z"), (None, None)]
    assert codes == {3: ["FIELD_COUNT"], 4: ["FIELD_COUNT"], 8: ["FIELD_COUNT"]}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b'2,"x', "UNTERMINATED_QUOTE"),
        (b'"2,x', "UNTERMINATED_QUOTE"),
        (b'2,"', "UNTERMINATED_QUOTE"),
        (b'2,"x""', "UNTERMINATED_QUOTE"),
        (b'2,"x"y', "TEXT_AFTER_QUOTE"),
        (b'"2"x,y', "TEXT_AFTER_QUOTE"),
        (b'2,"x" ', "TEXT_AFTER_QUOTE"),
        (b'2,""x', "TEXT_AFTER_QUOTE"),
        (b"2,x\ry", "LONE_RETURN"),
        (b"2,\xff", "ENCODING"),
        (b"2,\xed\xa0\x80", "ENCODING"),
        (b"2,x,\xff", "ENCODING"),
        (b"2", "FIELD_COUNT"),
        (b'2,"x","y"', "FIELD_COUNT"),
    ],
)
@pytest.mark.parametrize("place", ["first", "middle", "last", "last without line end"])
def test_a_bad_line_costs_no_other_line_its_verdict(cells, bad, code, place):
    good = [b"%d,v%d" % (n, n) for n in range(10, 20)]
    at = {"first": 0, "middle": 5}.get(place, 10)
    lines = [b"a,b", *good[:at], bad, *good[at:]]
    rows, codes = cells(b"\n".join(lines) + (b"" if place.endswith("end") else b"\n"))
    assert rows == [(str(n), f"v{n}") for n in range(10, 20)]
    assert codes == {at + 2: [code]}


def test_several_bad_lines_in_a_block_are_told_apart(cells):
    lines = [b"a,b", *(b"%d,ok" % n for n in range(200))]
    bad = {7: b'x,"', 8: b'"', 50: b"\xff,1", 120: b"1\r2,", 199: b'"a"b,'}
    for line, text in bad.items():
        lines[line - 1] = text
    rows, codes = cells(b"\n".join(lines))
    assert sorted(codes) == sorted(bad)
    assert codes[50] == ["ENCODING"]
    assert codes[120] == ["LONE_RETURN"]
    assert codes[199] == ["TEXT_AFTER_QUOTE"]
    assert len(rows) == 200 - len(bad)


def test_a_quote_in_the_middle_of_an_unquoted_field_is_text(cells):
    content = b'a,b\n1,5" wide\n2,a""b\n3,"{""k"": ""v""}"\n'
    rows = [("1", '5" wide'), ("2", 'a""b'), ("3", '{"k": "v"}')]
    assert cells(content) == (rows, {})
    assert cells(content, multiline=True) == (rows, {})


def test_a_quoted_field_may_hold_delimiters_and_quotes(cells):
    assert cells(b'a,b\n"1,2","x ""y"" z"\n"",""""\n') == ([("1,2", 'x "y" z'), ("", '"')], {})


def test_multiline_keeps_line_ends_inside_quotes_and_the_lines_of_records(schema, see):
    content = b'a,b\n1,"x\ny"\n2\n"3\r\n\n4","z"\n5,w" w\n6,"v"\n'
    seen = see(CsvReader(schema("a string, b string"), multiline=True), content)
    assert [tuple(row.values()) for row in seen.rows] == [
        ("1", "x\ny"), ("3\r\n\n4", "z"), ("5", 'w" w'), ("6", "v")
    ]  # fmt: skip
    assert seen.lines == [2, 5, 8, 9]
    assert seen.rejects == [(4, "2", ["FIELD_COUNT"])]


def test_multiline_with_a_stray_quote_still_tells_lines_apart(cells):
    content = b'a,b\n1,x" y\n2,q\n3\n4,"r\ns"\n5,"t"u\n6,v\n'
    rows, codes = cells(content, multiline=True)
    assert rows == [("1", 'x" y'), ("2", "q"), ("4", "r\ns"), ("6", "v")]
    assert codes == {4: ["FIELD_COUNT"], 7: ["TEXT_AFTER_QUOTE"]}


def test_multiline_counts_the_rest_of_a_file_after_an_open_quote_as_one_record(schema, see):
    seen = see(CsvReader(schema("a string, b string"), multiline=True), b'a,b\n1,x\n2,"y\n3,z\n4,w\n')
    assert seen.rows == [{"a": "1", "b": "x"}]
    assert seen.rejects == [(3, '2,"y\n3,z\n4,w\n', ["UNTERMINATED_QUOTE"])]
    assert seen.read == 2


def test_without_multiline_a_line_end_always_ends_the_record(cells):
    rows, codes = cells(b'a,b\n1,"x\ny",z\n2,w\n')
    assert rows == [('y"', "z"), ("2", "w")]
    assert codes == {2: ["UNTERMINATED_QUOTE"]}


def test_a_file_of_one_column_has_empty_values_on_blank_lines(cells):
    content = b"a\n1\n\n3\n"
    assert cells(content, "a string") == ([("1",), (None,), ("3",)], {})
    assert cells(content, "a int", nulls=("NA",)) == ([(1,), (3,)], {3: ["TYPE_FORMAT:a"]})
    assert cells(b"a\n1\n\n\n", "a string") == ([("1",), (None,), (None,)], {})
    assert cells(b"a\r\n1\r\n\r\n3", "a string") == ([("1",), (None,), ("3",)], {})
    assert cells(b'a\n"x\n"y"\nz,w\n', "a string") == ([("y",)], {2: ["UNTERMINATED_QUOTE"], 4: ["FIELD_COUNT"]})


def test_every_bad_cell_of_a_record_is_named(schema, see):
    seen = see(CsvReader(schema("a int, b date, c string")), b"a,b,c\nx,1996-02-30,ok\n1,1996-02-29,ok\n")
    assert seen.rejects == [(2, "x,1996-02-30,ok", ["TYPE_FORMAT:a", "DATE_FORMAT:b"])]
    assert len(seen.rows) == 1


def test_columns_are_found_by_their_names_in_the_file(cells):
    content = b"x,y,z\n1,2,3\n"
    assert cells(content, "a int, b int", names={"a": "z", "b": "x"}) == ([(3, 1)], {})
    assert cells(content, "a int, b int", names={"a": "y", "b": "y"}) == ([(2, 2)], {})


def test_raw_bytes_that_are_no_text_are_shown_as_escapes(schema, see):
    seen = see(CsvReader(schema("a string, b string")), b"a,b\n1,\xff\xc3\xa9\n")
    assert seen.rejects == [(2, "1,\\xffé", ["ENCODING"])]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (b"a,b\n", ("a", "b")),
        (b"\xef\xbb\xbfa,b\r\n", ("a", "b")),
        (b'"a ""x""",b,\n', ('a "x"', "b", "")),
        (b"007,1e3,true,2024-01-01\n", ("007", "1e3", "true", "2024-01-01")),
        (b" a , b\n", (" a ", " b")),
        (b"\n", ()),
        (b"a,b", ("a", "b")),
    ],
)
def test_the_names_of_a_header_are_read_as_they_stand(schema, tmp_path, line, names):
    path = tmp_path / "header.csv"
    path.write_bytes(line + b"1,2\n" if line.endswith(b"\n") else line)
    assert CsvReader(schema("a int")).head(LOCAL.pin(str(path))) == (names, len(line))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\r1,2\r3,4\r", "LINE_ENDS"),
        (b"a,b\r1,2\r\n", "LINE_ENDS"),
        (b'a,"b\n1,2\n', "HEADER_UNREADABLE"),
        (b'"a"x,b\n1,2\n', "HEADER_UNREADABLE"),
    ],
)
def test_a_header_that_cannot_be_read_is_an_error_without_its_text(schema, tmp_path, content, code):
    path = tmp_path / "header.csv"
    path.write_bytes(content)
    with pytest.raises(PlanError) as raised:
        CsvReader(schema("a int")).head(LOCAL.pin(str(path)))
    assert raised.value.code == code
    assert raised.value.faults[0].where == str(path)
    assert "1,2" not in str(raised.value)


def test_a_file_of_lone_returns_without_a_header_is_one_bad_record(cells):
    assert cells(b"1,x\r2,y\r", header=False) == ([], {1: ["LONE_RETURN"]})


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_an_empty_field_at_the_end_of_a_file_is_null_behind_a_quoted_one(schema, see, end):
    assert see(CsvReader(schema("a string, b string")), b'a,b\n"x",' + end).rows == [{"a": "x", "b": None}]
