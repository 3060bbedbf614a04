"""Which characters text may hold, by one rule for single strings and for columns."""

from __future__ import annotations

import sys
from unicodedata import is_normalized

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.kernels.values.characters import unfit, unfit_cells
from mesh_etl.kernels.values.text_rules import PLAIN_TEXT, TextRules

SETTINGS = settings(deadline=None)
CONTROLS = {*range(9), 11, 12, *range(14, 32), *range(127, 160)}
NONCHARACTERS = {*range(0xFDD0, 0xFDF0), *(plane << 16 | end for plane in range(17) for end in (0xFFFE, 0xFFFF))}
ANY = TextRules(nfc=False, control=True)


def test_every_code_point_has_its_verdict():
    """A lone surrogate cannot come in UTF-8, but from JSON's escapes."""
    found = {point: unfit(chr(point), PLAIN_TEXT) for point in range(sys.maxunicode + 1)}
    refused = {code: {point for point, one in found.items() if one == code} for code in set(found.values())}
    assert refused["CONTROL_CHAR"] == CONTROLS | NONCHARACTERS
    assert refused["ENCODING"] == set(range(0xD800, 0xE000))
    assert all(not is_normalized("NFC", chr(point)) for point in refused["NOT_NFC"])
    assert len(NONCHARACTERS) == 66


def test_every_code_point_has_its_verdict_in_a_column():
    near = {point + step for point in CONTROLS | NONCHARACTERS for step in (-1, 0, 1)}
    points = [point for point in range(sys.maxunicode + 1) if point < 0x3000 or point % 97 == 0 or point in near]
    points = [point for point in points if not 0xD800 <= point < 0xE000]
    text = pa.array([f"a{chr(point)}" for point in points])
    assert unfit_cells(text, PLAIN_TEXT) == {
        row: code for row, cell in enumerate(text.to_pylist()) if (code := unfit(cell, PLAIN_TEXT))
    }
    assert unfit_cells(text, ANY) == {}


@pytest.mark.parametrize(
    "text", ["", "a\tb\r\nc", "\u00e9", "\u6f22\u5b57", "\u200b\u202e\ufeff", "\ufffd", "\ue000", "\u0301"]
)
def test_is_text(text):
    assert unfit(text, PLAIN_TEXT) is None
    assert unfit_cells(pa.array(["x", text, None]), PLAIN_TEXT) == {}


def test_a_combining_mark_at_the_begin_of_a_cell_belongs_to_no_other_cell():
    assert unfit_cells(pa.array(["e", "\u0301", "e\u0301"]), PLAIN_TEXT) == {2: "NOT_NFC"}


def test_what_stands_outside_of_a_slice_or_under_a_null_is_not_seen():
    text = pa.array(["\x00", "a", "\x01", "e\u0301"])
    assert unfit_cells(text[1:2], PLAIN_TEXT) == {}
    assert unfit_cells(text[1:], PLAIN_TEXT) == {1: "CONTROL_CHAR", 2: "NOT_NFC"}
    buffers = pa.array(["\x00", "a"]).buffers()
    hidden = pa.Array.from_buffers(pa.string(), 2, [pa.array([0b10], pa.uint8()).buffers()[1], *buffers[1:]])
    assert hidden.to_pylist() == [None, "a"]
    assert unfit_cells(hidden, PLAIN_TEXT) == {}


def test_each_rule_can_be_taken_back_alone():
    text = pa.array(["\x00", "e\u0301", "\x00e\u0301"])
    assert unfit_cells(text, TextRules(nfc=False)) == {0: "CONTROL_CHAR", 2: "CONTROL_CHAR"}
    assert unfit_cells(text, TextRules(control=True)) == {1: "NOT_NFC", 2: "NOT_NFC"}


CELLS = st.one_of(
    st.none(), st.text(max_size=6), st.text("ae\u0301\u00e9\u0327\x00\x85\t\u1100\u1161\ufffe\U0001fffe", max_size=5)
)


@SETTINGS
@given(st.lists(CELLS), st.booleans(), st.booleans())
def test_a_column_is_judged_as_its_cells_are(cells, nfc, control):
    rules = TextRules(nfc=nfc, control=control)
    wanted = {row: code for row, cell in enumerate(cells) if cell is not None and (code := unfit(cell, rules))}
    assert unfit_cells(pa.array(cells, pa.string()), rules) == wanted
