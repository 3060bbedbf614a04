"""What a line of fixed positions holds, and which lines are refused with which code."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_etl.kernels.text import blocks
from mesh_etl.kernels.text import reader as text_reader
from mesh_etl.kernels.text.fixed_width import FixedWidthReader, Position
from mesh_etl.kernels.values.text_rules import Numerals, TextRules

SETTINGS = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
POSITIONS = (Position(0, 3, " ", "right"), Position(3, 7))


@pytest.fixture
def cells(schema, see):
    """The rows of a file as tuples, and the codes of the other lines."""

    def run(content, columns="a int, b string", positions=POSITIONS, width=7, **dialect):
        seen = see(FixedWidthReader(schema(columns), positions, width, **dialect), content)
        return [tuple(row.values()) for row in seen.rows], seen.codes

    return run


@pytest.mark.parametrize(
    "content",
    [
        b"  1x   \n 22yz  \n",
        b"  1x   \n 22yz  ",
        b"  1x   \r\n 22yz  \r\n",
        b"\xef\xbb\xbf  1x   \n 22yz  \n",
        b"  1x   \n\n 22yz  \n\n",
        b"  1x   \r\n 22yz  \n",
    ],
)
def test_columns_are_cut_at_their_positions_and_freed_of_their_padding(cells, content):
    assert cells(content) == ([(1, "x"), (22, "yz")], {})


def test_lines_that_do_not_fit_are_refused_one_by_one(cells):
    content = b"  1x   \n  2x  \n  3x    \n  4\xe9   \n  5x\ry \n  6\xc3\xa9   \n      \n  7x   "
    rows, codes = cells(content)
    assert rows == [(1, "x"), (6, "é"), (7, "x")]
    assert codes == {
        2: ["LINE_SHORT"], 3: ["LINE_LONG"], 4: ["ENCODING"], 5: ["LONE_RETURN"], 7: ["LINE_SHORT"]
    }  # fmt: skip


@pytest.mark.parametrize("mark", [b"", b"\n     \xc3\xa9 "])
def test_only_the_declared_padding_is_taken_off_and_only_at_its_side(cells, mark):
    content = b" x  1  \n1  y   \n  1    \n       " + mark
    rows, codes = cells(content, "a string, b string", (Position(0, 4), Position(4, 7, " ", "right")))
    assert rows[:4] == [(" x", "1  "), ("1  y", None), ("  1", None), (None, None)]
    assert codes == {}
    rows, _ = cells(b"**1x***" + mark, "a string, b string", (Position(0, 3, "*", "right"), Position(3, 7, "*")))
    assert rows[0] == ("1", "x")
    assert cells(b"  1x   " + mark, "a string, b string", (Position(0, 3, ""), Position(3, 7, "")))[0][0] == (
        "  1", "x   "
    )  # fmt: skip


def test_positions_count_characters_and_not_bytes(cells):
    assert cells("  1éß€😀\n  2abcd\n".encode()) == ([(1, "éß€😀"), (2, "abcd")], {})
    assert cells("  1éß  \n".encode("latin-1"), encoding="latin-1") == ([(1, "éß")], {})
    assert cells("  1éß  \n".encode("utf-16"), encoding="utf-16") == ([(1, "éß")], {})


def test_the_last_column_may_end_its_line(cells):
    positions = (Position(0, 3, " ", "right"), Position(3, None))
    content = b"  1\n  2x y \n 3\n  4long text\r\n  5\n"
    rows, codes = cells(content, positions=positions, width=None)
    assert (rows, codes) == ([(1, None), (2, "x y"), (4, "long text"), (5, None)], {3: ["LINE_SHORT"]})
    assert cells(b"  1ab\n  2cd\n", positions=positions, width=None) == ([(1, "ab"), (2, "cd")], {})


def test_what_no_column_covers_is_not_read_but_must_be_there(cells):
    positions = (Position(1, 2), Position(4, 5))
    assert cells(b"x1xxax\nx2xxb\n", positions=positions, width=6) == ([(1, "a")], {2: ["LINE_SHORT"]})


def test_columns_may_stand_in_another_order_and_have_tokens_of_null(cells):
    positions = (Position(4, 7, " ", "right"), Position(0, 4))
    assert cells(b"x     1\nNA   NA\n", positions=positions, nulls=("NA",)) == ([(1, "x"), (None, None)], {})


def test_values_follow_the_declared_spelling(cells):
    rules = TextRules(numbers=Numerals(leading_zeros=True))
    assert cells(b"007x   \n0 8x   \n", text=rules) == ([(7, "x")], {2: ["TYPE_FORMAT:a"]})
    assert cells(b"007x   \n") == ([], {1: ["TYPE_FORMAT:a"]})


def test_lines_before_and_after_the_records_and_comments_are_none(schema, see):
    reader = FixedWidthReader(schema("a int, b string"), POSITIONS, 7, skip_lines=1, comment="*", trailer="END")
    seen = see(reader, b"HEADER 2024\n  1x   \n* note\n  2\nEND 2\n\n")
    assert (seen.rows, seen.lines) == ([{"a": 1, "b": "x"}], [2])
    assert seen.rejects == [(4, "  2", ["LINE_SHORT"])]


@given(
    lines=st.lists(
        st.sampled_from(
            [b"  1x   ", b" 22yz  ", b"  3\xc3\xa9   ", b"", b"  4", b"  5x     ", b"\xff", b"a\rb", b"  xy   "]
        ),
        max_size=12,
    ),
    end=st.sampled_from([b"\n", b"\r\n"]),
    last=st.booleans(),
    item=st.integers(1, 40),
    block=st.integers(1, 40),
)
@SETTINGS
def test_a_line_has_the_same_verdict_wherever_a_file_is_cut(schema, see, lines, end, last, item, block):
    content = end.join(lines) + (end if last else b"")
    reader = FixedWidthReader(schema("a int, b string"), POSITIONS, 7)
    whole = see(reader, content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_reader, "ITEM_BYTES", item)
        patch.setattr(blocks, "BLOCK_BYTES", block)
        cut = see(reader, content)
    assert (cut.rows, cut.lines, cut.rejects) == (whole.rows, whole.lines, whole.rejects)
    packed = see(reader, gzip.compress(content))
    assert (packed.rows, packed.lines, packed.rejects) == (whole.rows, whole.lines, whole.rejects)
    alone = [see(reader, line + end) for line in lines]
    assert whole.rows == [row for one in alone for row in one.rows]
    assert [codes for _, _, codes in whole.rejects] == [codes for one in alone for _, _, codes in one.rejects]
