"""Tables on terminals of any width: columns go, titles and cells wrap, and no word is broken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mesh_etl.cli.operate import portrait, status
from mesh_etl.cli.priced import RUN
from mesh_etl.cli.priced import SPARE as SPARE_OF_PRICES
from mesh_etl.cli.screen import Page
from mesh_etl.operate.named import meant
from mesh_etl.operate.runs import Run

WIDTHS = ("40", "60", "80", "120")
JOB, ENDED = "demo-prod-sales--maintain", "2026-11-20 05:58:11"
OF_STATUS = (JOB, ENDED, "SUCCEEDED", "1 min 0 s", "0.033", "12", ENDED, "12:00:00")
OF_COST = ("20 × G.1X, now", "2 h 19 min", "4 h 38 min", "120.500", "$12.34", "$10.20", "$3,600", "$2,400")


def drawn(capsys: pytest.CaptureFixture[str], *given: object, spare: tuple[str, ...] = ()) -> list[str]:
    Page().table(*given, tight=True, spare=spare)  # type: ignore[arg-type]
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("spare", [(), status.SPARE, SPARE_OF_PRICES])
@pytest.mark.parametrize(("titles", "row"), [(status.TITLES, OF_STATUS), (RUN, OF_COST)])
def test_no_word_is_broken_and_no_line_too_long(monkeypatch, capsys, columns, spare, titles, row):
    monkeypatch.setenv("COLUMNS", columns)
    lines = drawn(capsys, titles, [row, ("x",) * len(row)], spare=tuple(one for one in spare if one in titles))
    assert max(map(len, lines)) <= int(columns)
    words = {word for text in (*titles, *row, "x") for word in text.split()}
    assert {word.rstrip(":") for line in lines for word in line.split() if "─" not in word} <= words | {""}


def test_the_least_worth_goes_first_and_what_fits_stays(monkeypatch, capsys):
    seen = []
    for columns in ("60", "80", "120"):
        monkeypatch.setenv("COLUMNS", columns)
        heading = drawn(capsys, status.TITLES, [OF_STATUS], spare=status.SPARE)[0]
        seen.append([one for one in status.TITLES if one in heading])
    assert seen[0] == ["job", "state", "version", "late by"]
    assert seen[1] == ["job", "last run (UTC)", "state", "version", "late by"]
    assert seen[2] == list(status.TITLES)


def test_a_pipe_has_all_columns(monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)
    heading, _, row = drawn(capsys, status.TITLES, [OF_STATUS], spare=status.SPARE)
    assert all(one in heading for one in status.TITLES)
    assert all(one in row for one in OF_STATUS)


def test_where_nothing_fits_each_row_is_a_list(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    lines = drawn(capsys, status.TITLES, [(*OF_STATUS[:-1], "")])
    assert lines[:3] == [f"job: {JOB}", f"last run (UTC): {ENDED}", "state: SUCCEEDED"]
    assert "late by: " not in "".join(lines)


def run(begins: str, attempt: int = 0) -> Run:
    at = datetime(2026, 11, 20, 5, 58, 11, tzinfo=UTC)
    identity = f"jr_{begins:a<64}" + (f"_attempt_{attempt}" if attempt else "")
    return Run(identity, "j", "SUCCEEDED", at, at, 60, 0.033, attempt, "", "", {})


@pytest.mark.parametrize("columns", [*WIDTHS, None])
def test_a_run_is_shown_by_what_names_it(monkeypatch, capsys, columns):
    if columns is None:
        monkeypatch.delenv("COLUMNS", raising=False)
    else:
        monkeypatch.setenv("COLUMNS", columns)
    known = [run("1234"), run("5678"), run("1234", attempt=1)]
    portrait.table(Page(), known)
    lines = capsys.readouterr().out.splitlines()
    shown = [line.split()[-1] for line in lines if "jr_" in line]
    assert [meant(one, [each.id for each in known], "j") for one in shown] == [one.id for one in known]
    assert (shown == [one.id for one in known]) == (columns is None)
    assert max(map(len, lines)) <= int(columns or 1000)
