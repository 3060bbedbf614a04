"""What checks on history expect, by what was."""

from __future__ import annotations

import datetime

import pytest

from mesh_etl.checks.custom import check
from mesh_etl.checks.history import Point, Range

NOW = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)  # a Saturday


def daily(*values):
    days = range(len(values), 0, -1)
    return [
        Point(i, NOW - datetime.timedelta(days=day), value)
        for i, (day, value) in enumerate(zip(days, values, strict=True))
    ]


def made(type_, **arguments):
    return check[type_].model_validate({"type": type_, "metric": "rowCount", **arguments})


@pytest.mark.parametrize(
    ("rule", "earlier", "expected"),
    [
        (made("anomaly"), daily(1, 2, 3, 4), "needs 5 earlier versions, has 4"),
        (made("anomaly"), daily(10, 10, 10, 10, 10), Range(10, 10, 5)),
        (made("anomaly", tolerance=2), daily(10, 10, 10, 10, 10), Range(8, 12, 5)),
        (made("anomaly", last=3, at_least=2, deviations=2), daily(999, 1, 2, 3), Range(0, 4, 3)),
        (made("anomaly", around="median", deviations=1), daily(1, 2, 3, 4, 1000), Range(3 - 1.4826, 3 + 1.4826, 5)),
        (made("change", percent=50), [], "needs 1 earlier version, has 0"),
        (made("change", percent=50), daily(7, 10), Range(5, 15, 1)),
        (made("change", percent=10), daily(-10), Range(-11, -9, 1)),
        (made("seasonal", weeks=4), daily(*[5] * 14), "needs 3 versions of a Saturday in the 4 weeks before, has 2"),
        (made("seasonal", weeks=3), daily(*([1] * 6 + [8]) * 3), Range(1, 1, 3)),
        (made("seasonal", weeks=3), daily(*([8] + [1] * 6) * 3), Range(8, 8, 3)),
    ],
)  # fmt: skip
def test_expected(rule, earlier, expected):
    found = rule.expected(earlier, NOW)
    if isinstance(expected, str):
        assert found == expected
    else:
        assert (found.low, found.high, found.versions) == (
            pytest.approx(expected.low),
            pytest.approx(expected.high),
            expected.versions,
        )


def test_of_a_day_the_last_version_counts():
    week = datetime.timedelta(weeks=1)
    earlier = [Point(i, NOW - week * back - hours, value) for i, (back, hours, value) in enumerate(
        [(2, datetime.timedelta(0), 4), (1, datetime.timedelta(hours=3), 900), (1, datetime.timedelta(0), 4)]
    )]  # fmt: skip
    assert made("seasonal", weeks=2, at_least=2).expected(earlier, NOW) == Range(4, 4, 2)


def test_rounding_is_no_anomaly():
    assert Range(0.1 + 0.2, 0.3, 2).holds(0.3)
    assert not Range(1, 2, 2).holds(2.001)


@pytest.mark.parametrize(
    ("type_", "arguments", "key"),
    [("anomaly", {"last": 3, "at_least": 4}, "at_least"), ("seasonal", {"weeks": 2, "at_least": 3}, "at_least")],
)
def test_more_history_than_is_looked_at_is_refused(type_, arguments, key):
    with pytest.raises(ValueError, match=key):
        made(type_, **arguments)
