"""The state of an alarm of CloudWatch, from its properties and the points of its metric.

Only what our alarms use: one metric, `FILL(metric, number)`, N of N periods, and how missing points are treated.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html, and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Any

from mesh_etl.telemetry import Point

NOW = datetime.datetime(2026, 11, 22, 12, 30, tzinfo=datetime.UTC)
STATISTICS = {"Minimum": min, "Maximum": max}
BEYOND = 2  # periods that it looks further back for points in place of missing ones; the user guide says no number


def evaluated(alarm: dict[str, Any], points: Iterable[Point]) -> str:
    """`OK`, `ALARM`, or `unchanged`, at the moment NOW."""
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
    stat, fill = _watched(alarm)
    periods = alarm["EvaluationPeriods"]
    assert alarm.get("DatapointsToAlarm", periods) == periods
    assert periods * stat["Period"] <= (604_800 if stat["Period"] >= 3_600 else 86_400)
    values = _values(stat, points, periods + BEYOND)
    if fill is not None and any(one is not None for one in values):
        values = [fill if one is None else one for one in values]
        found: list[float] = [one for one in values if one is not None][:periods]
    else:
        found = [one for one in values if one is not None][:periods]
    missing = periods - len(found)
    if missing and alarm["TreatMissingData"] == "ignore" and not found:
        return "unchanged"
    found += [1.0 if alarm["TreatMissingData"] == "breaching" else 0.0] * missing
    return "ALARM" if all(one > 0 for one in found) else "OK"


def _watched(alarm: dict[str, Any]) -> tuple[dict[str, Any], float | None]:
    """The statistic of the metric, and what its missing points are filled with, if they are."""
    if "Metrics" not in alarm:
        return {"Metric": alarm, "Period": alarm["Period"], "Stat": alarm["Statistic"]}, None
    (source,) = [one for one in alarm["Metrics"] if "MetricStat" in one]
    (shown,) = [one for one in alarm["Metrics"] if one["ReturnData"]]
    match = re.fullmatch(rf"FILL\({source['Id']}, (\d+)\)", shown["Expression"])
    assert match is not None
    return source["MetricStat"], float(match[1])


def _values(stat: dict[str, Any], points: Iterable[Point], periods: int) -> Sequence[float | None]:
    """The value of each period, the newest first; None where it has no point."""
    told = [one for one in points if one.metric.name == stat["Metric"]["MetricName"]]
    found: list[float | None] = []
    for number in range(periods):
        end = NOW - number * datetime.timedelta(seconds=stat["Period"])
        within = [one.value for one in told if end - datetime.timedelta(seconds=stat["Period"]) < one.at <= end]
        found.append(STATISTICS[stat["Stat"]](within) if within else None)
    return found
