"""Formats of dates and timestamps: which are refused, and why."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from mesh_etl.kernels.values.moment_format import check_formats, moment_format

REFUSED = [
    ("date", ["yy-MM-dd"], "'yy' is not known; two digits do not tell the year"),
    ("date", ["YYYY-MM-dd"], "write yyyy; YYYY is the year of a week"),
    ("date", ["yyyy-DD"], "write dd; DD is the day of the year"),
    ("date", ["yyyy-MMMM-dd"], "'MMMM' is not known; known are yyyy MM M MMM"),
    ("date", ["yyyy-MM"], "does not tell the day"),
    ("date", ["yyyy-mm-dd"], "does not tell the month"),
    ("date", ["yyyy-MM-dd HH:mm"], "tells more than a day"),
    ("date", ["yyyy-MM-dd (M)"], "tells the month twice"),
    ("date", ["yyyy-MM-dd'T"], "has a quote that is not closed"),
    ("date", ["yyyy-MM[-dd]"], "declare one format for each shape"),
    ("date", ["dMyyyy"], "'dM' can be read in two ways"),
    ("date", ["yyyyMMd"], "'MMd' can be read in two ways"),
    ("date", ["M1/dd/yyyy"], "'M1' can be read in two ways"),
    ("date", [""], "does not tell the year"),
    ("date", ["dd/MM/yyyy", "MM/dd/yyyy"], "cannot be told apart"),
    ("date", ["d/M/yyyy", "MM/dd/yyyy"], "cannot be told apart"),
    ("date", ["yyyyMMdd", "ddMMyyyy"], "cannot be told apart"),
    ("timestamp", ["yyyy-MM-dd"], "does not tell the hour"),
    ("timestamp", ["yyyy-MM-dd HH"], "does not tell the minute"),
    ("timestamp", ["yyyy-MM-dd hh:mm"], "hours of am and pm are not read"),
    ("timestamp", ["yyyy-MM-dd HH:mm z"], "'z' is not known"),
    ("timestamp", ["yyyy-MM-dd HH:mm.SSS"], "a fraction without the second"),
    ("timestamp", ["yyyy-MM-ddTHH:mm"], "'T' is not known; known are .* and quoted text"),
    ("timestamp", ["yyyy-MM-dd HH:mm:ss", "yyyy-dd-MM HH:mm:ss"], "cannot be told apart"),
]


@pytest.mark.parametrize(("kind", "texts", "problem"), REFUSED)
def test_is_refused(kind, texts, problem):
    with pytest.raises(ValueError, match=problem):
        check_formats(texts, kind)


@pytest.mark.parametrize(
    "texts", [["dd/MM/yyyy", "d/M/yyyy"], ["dd.MM.yyyy", "MM/dd/yyyy"], ["d-MMM-yyyy", "d-M-yyyy"]]
)
def test_formats_that_agree_stand_together(texts):
    check_formats(texts, "date")


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("9.2.2024", "2024-02-09"),
        ("09.2.2024", None),
        ("9.2.2024 ", None),
        ("9.2.2024\n", None),
        ("\u0669.2.2024", None),
        ("39.2.2024", None),
        ("30.2.2024", "2024-02-30"),  # the shape is right; that there is no such day is found later
    ],
)
def test_a_cell_has_a_format_when_it_would_have_been_written_so(cell, found):
    assert moment_format("d.M.yyyy", "date").iso(cell) == found


def test_literals_are_no_patterns():
    text = "yyyy.MM*dd+(HH|mm)\\^$?"
    written = moment_format(text, "timestamp").write(datetime(2024, 2, 9, 12, 30, tzinfo=UTC))
    assert written == "2024.02*09+(12|30)\\^$?"
    assert moment_format(text, "timestamp").iso(written) == "2024-02-09T12:30:00"
    assert moment_format(text, "timestamp").iso(written.replace(".", "x")) is None


def test_travels_to_workers():
    one = moment_format("dd.MM.yyyy", "date")
    assert pickle.loads(pickle.dumps(one)) == one
