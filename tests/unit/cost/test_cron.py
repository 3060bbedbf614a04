"""How often schedules come round."""

from __future__ import annotations

import pytest

from mesh_etl.cost.cron import times_a_month


@pytest.mark.parametrize(
    ("schedule", "a_year"),
    [
        ("cron(0 6 * * ? *)", 365),
        ("cron(0/15 * * * ? *)", 365 * 96),
        ("cron(10,40 8-17 ? * MON-FRI *)", 261 * 20),
        ("cron(0 8 1 * ? *)", 12),
        ("cron(0 8 L * ? *)", 12),
        ("cron(0 8 ? JAN,JUL 2#1 *)", 2),
        ("cron(0 8 ? * FRI-MON *)", 209),
        ("rate(1 hour)", 8760),
        ("rate(5 minutes)", 8760 * 12),
        ("rate(7 days)", 8760 / 168),
    ],
)
def test_times(schedule: str, a_year: float) -> None:
    assert times_a_month(schedule) == pytest.approx(a_year / 12)


@pytest.mark.parametrize(
    "schedule",
    ["cron(0 6 * * ?)", "cron(61 6 * * ? *)", "cron(0 6 15W * ? *)", "cron(0/0 6 * * ? *)", "rate(0 hours)", "daily"],
)
def test_what_is_not_understood_has_no_number(schedule: str) -> None:
    assert times_a_month(schedule) is None
