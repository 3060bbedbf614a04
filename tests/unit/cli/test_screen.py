from __future__ import annotations

import json
from decimal import Decimal

from mesh_etl.cli import answers, screen
from mesh_etl.cli.screen import Page
from mesh_etl.errors import Fault, MeshError
from mesh_etl.query import Answer


def test_a_long_line_goes_on_below_its_own_beginning(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    page = Page()
    page.field("rejected", "alpha.required 75, beta.required 75, gamma.required 3")
    assert capsys.readouterr().out.splitlines() == [
        "  rejected    alpha.required 75,",
        "              beta.required 75,",
        "              gamma.required 3",
    ]


def test_a_pipe_is_not_folded(monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)
    Page().line("word " * 100 + "end")
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_nothing_in_brackets_is_markup(capsys):
    Page().line("a[0] [bold]b[/bold] :smile:")
    Page().table(["x[0]"], [["[red]1[/red]"]])
    out = capsys.readouterr().out
    assert "a[0] [bold]b[/bold] :smile:" in out
    assert "x[0]" in out
    assert "[red]1[/red]" in out


def test_a_cell_cannot_steer_the_terminal(capsys):
    answers.as_table(Answer(("a", "b"), ("VARCHAR", "DECIMAL(9,2)"), iter([("\x1b[2Jx\ny", Decimal("-1234.50"))])))
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert r"\x1b[2Jx\ny" in out
    assert "-1,234.50" in out


UNSEEN = "a\x1b[2J\x9b1mb\u202ec\u2066de\u2028f\U000e0041g"
SHOWN = r"a\x1b[2J\x9b1mb\u202ec\u2066de\u2028f\U000e0041g"


def test_no_text_can_steer_the_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "200")
    Page().line(UNSEEN)
    Page().field("label", UNSEEN)
    Page().table(["title", UNSEEN], [[UNSEEN, "1"]])
    screen.errors([Fault("CODE", UNSEEN, UNSEEN, UNSEEN)])
    print(MeshError(Fault("CODE", UNSEEN)))
    said = capsys.readouterr()
    assert (said.out.count(SHOWN), said.err.count(SHOWN)) == (5, 3)
    assert not set(UNSEEN) & set(said.out + said.err) - set("abcdefg[2J1m")


def test_a_name_with_a_line_feed_is_no_line_of_ours(capsys):
    screen.errors([Fault("CODE", "unreadable", "raw/x\nnext: rm -rf x.csv")])
    assert capsys.readouterr().err == "error: raw/x\n  next: rm -rf x.csv: unreadable [CODE]\n"


def test_a_document_for_machines_has_the_text_itself(capsys):
    screen.document({"name": UNSEEN})
    said = capsys.readouterr().out
    assert json.loads(said) == {"name": UNSEEN}
    assert not set(UNSEEN) & set(said) - set("abcdefg[2J1m")


def test_a_long_answer_is_cut_and_says_so(capsys):
    answers.as_table(Answer(("a",), ("INTEGER",), iter([(one,) for one in range(answers.LIMIT + 1)])))
    out = capsys.readouterr().out
    assert "first 1,000 rows" in out
    assert "1,000\n" not in out.replace("first 1,000 rows", "")
    answers.as_table(Answer(("a",), ("INTEGER",), iter([(one,) for one in range(answers.LIMIT)])))
    assert "first" not in capsys.readouterr().out
