"""Where records begin and end in a block of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.kernels.text.records import Marks, newlines, records


def texts(block, **options):
    found = records(block, options.pop("keep_blank", False), Marks(**options))
    return [bytes(block[start:end]) for start, end in zip(found.starts, found.ends, strict=True)], list(found.lines)


@pytest.mark.parametrize(
    ("block", "wanted", "lines"),
    [
        (b"", [], []),
        (b"a", [b"a"], [0]),
        (b"a\n", [b"a"], [0]),
        (b"a\nb", [b"a", b"b"], [0, 1]),
        (b"a\r\n\r\nb\r\n", [b"a", b"b"], [0, 2]),
        (b"\n\na\n\n", [b"a"], [2]),
        (b"a\rb\n", [b"a\rb"], [0]),
        (b'"a\nb"\n', [b'"a', b'b"'], [0, 1]),
    ],
)
def test_a_line_end_ends_a_record(block, wanted, lines):
    assert texts(block) == (wanted, lines)


def test_blank_lines_are_records_where_they_are_values():
    assert texts(b"a\n\n\r\nb", keep_blank=True) == ([b"a", b"", b"", b"b"], [0, 1, 2, 3])
    assert texts(b"\n", keep_blank=True) == ([b""], [0])


@pytest.mark.parametrize(
    ("block", "wanted", "lines"),
    [
        (b'"a\nb",c\nd\n', [b'"a\nb",c', b"d"], [0, 2]),
        (b'a,"b\r\n\r\nc"\r\nd', [b'a,"b\r\n\r\nc"', b"d"], [0, 3]),
        (b'"a""\n""b"\nc\n', [b'"a""\n""b"', b"c"], [0, 2]),
        (b'a\n"b\nc\n', [b"a", b'"b\nc\n'], [0, 1]),
        (b'x" y\n"a\nb"\nc\n', [b'x" y', b'"a\nb"', b"c"], [0, 1, 3]),
        (b'x"\ny"\n"a\nb"\n', [b'x"', b'y"', b'"a\nb"'], [0, 1, 2]),
        (b'"a"b"c\nd\n', [b'"a"b"c', b"d"], [0, 1]),
        (b'"","\n"\n', [b'"","\n"'], [0]),
    ],
)
def test_a_line_end_inside_a_quoted_field_belongs_to_the_record(block, wanted, lines):
    assert texts(block, quote='"') == (wanted, lines)


def test_the_delimiter_decides_where_a_field_begins():
    assert texts(b"x;'a\nb'\n", quote="'", delimiter=";")[0] == [b"x;'a\nb'"]
    assert texts(b"x,'a\nb'\n", quote="'", delimiter=";")[0] == [b"x,'a", b"b'"]


def test_places_count_on_from_a_line_and_show_bytes_that_are_no_text():
    found = records(b"a\n\n\xff\n", keep_blank=False)
    assert [tuple(place) for place in found.places([1, 0], 10)] == [(12, "\\xff"), (10, "a")]
    assert found.text(0, 2) == b"a\n\xff\n"


@given(st.lists(st.text(alphabet="ab,\r", max_size=4)), st.booleans())
def test_records_are_the_lines_of_the_text(lines, ends):
    block = "\n".join(lines).encode() + (b"\n" if ends else b"")
    wanted = [one.removesuffix(b"\r") for one in block.split(b"\n")]
    assert texts(block)[0] == [one for one in wanted if one]
    assert newlines(block) == block.count(b"\n")
