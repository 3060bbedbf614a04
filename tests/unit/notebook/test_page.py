"""Whatever stands on a page can do nothing to it, and is there in HTML and in text."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from mesh_etl.notebook.chart import Bar, bars, drawn
from mesh_etl.notebook.page import Notes

HOSTILE = "<script>alert(1)</script>&\"'\x1b[31m\u202eabc\n<b>\x00"


@pytest.fixture
def page():
    found = Notes()
    found.line(HOSTILE, style="bold")
    found.field(HOSTILE, HOSTILE)
    found.table((HOSTILE, "n"), [(HOSTILE, "1"), ("✓", "22")], ("n",))
    return found


def parsed(html):
    return ElementTree.fromstring(html.replace("&nbsp;", " "))


def test_html_is_well_formed_and_has_no_tag_of_a_cell(page):
    tree = parsed(page.html())
    assert {one.tag for one in tree.iter()} == {"div", "table", "thead", "tbody", "tr", "th", "td"}
    assert "alert(1)" in "".join(tree.itertext())


def test_nothing_is_loaded_from_elsewhere(page):
    assert "http" not in page.html().replace("http://www.w3.org/2000/svg", "")
    assert "src=" not in page.html()


@pytest.mark.parametrize("sign", ["\x1b", "\u202e", "\x00"])
def test_no_sign_that_cannot_be_seen_gets_out(page, sign):
    assert sign not in page.html()
    assert sign not in page.text()


def test_the_heads_of_tables_say_what_they_are_heads_of(page):
    scopes = [one.get("scope") for one in parsed(page.html()).iter("th")]
    assert scopes == ["row", "col", "col"]


def test_text_is_in_columns():
    page = Notes()
    page.table(("name", "rows"), [("a", "1"), ("bb", "1,000")], ("rows",))
    assert page.text().splitlines() == ["  name   rows", "  ────  ─────", "  a         1", "  bb    1,000"]


def test_a_long_cell_is_cut_in_text_alone():
    page = Notes()
    page.table(("name",), [("x" * 500,)])
    assert max(map(len, page.text().splitlines())) < 80
    assert "x" * 500 in page.html()


@pytest.mark.parametrize("shares", [[0.0], [0.0, 0.0], [100.0], [0.001, 33.3], [float(one % 7) for one in range(60)]])
def test_a_drawing_is_well_formed_and_inside_its_frame(shares):
    found = [Bar(HOSTILE if index == 0 else f"#{index}", share, HOSTILE) for index, share in enumerate(shares)]
    notes = Notes()
    notes.picture(drawn([Bar(f"#{one}", share, "") for one, share in enumerate(shares)], "<title>"), bars(found))
    tree = parsed(notes.html())
    rects = [one for one in tree.iter() if one.tag.endswith("rect")]
    assert len(rects) == len(shares)
    assert all(float(one.get("y")) >= 0 and float(one.get("x")) + float(one.get("width")) <= 560 for one in rects)


def test_bars_are_as_long_as_their_shares():
    lines = bars([Bar("#1", 50.0, ""), Bar("#2", 25.0, ""), Bar("#3", 0.0, "")]).splitlines()
    assert [one.count("█") for one in lines] == [24, 12, 0]
