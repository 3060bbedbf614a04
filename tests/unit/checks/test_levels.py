"""Service levels as of a moment that the test sets."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import get_args

import pytest

from mesh_etl.checks.found import Skipped
from mesh_etl.checks.levels import Level, Property, Version, duration
from mesh_etl.checks.reading.levels import level_rules
from mesh_etl.contract.levels import KNOWN
from mesh_etl.contract.load import load

NOW = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


@dataclass
class Table:
    """A table whose versions and moments the test states, in hours before now."""

    hours: list[float] = field(default_factory=lambda: [0.0])
    good: int = 100
    rejected: int = 0
    moments: dict[str, tuple[float, float]] = field(default_factory=dict)
    now: datetime.datetime = NOW
    replayed: tuple[Version, ...] = ()

    @property
    def versions(self):
        runs = (
            Version(self.now - hour * HOUR, self.good, self.good + self.rejected, self.rejected) for hour in self.hours
        )
        return [*runs, *self.replayed]

    def newest(self, column):
        return self.now - self.moments[column][0] * HOUR if column in self.moments else None

    def oldest(self, column):
        return self.now - self.moments[column][1] * HOUR if column in self.moments else None


@pytest.fixture
def read(tmp_path):
    """The rules of these service levels, in a contract of a few columns."""
    columns = """
      - {name: at, physicalType: timestamp}
      - {name: day, physicalType: date}
      - {name: born, physicalType: date, classification: personal}
      - {name: name, logicalType: string}
"""

    def rules(*levels, extra=""):
        path = tmp_path / "contract.yaml"
        text = "\n".join(f"  - {{{level}}}" for level in levels)
        head = "apiVersion: v3.1.0\nkind: DataContract\nid: it\nversion: 1.0.0\nstatus: active\n"
        path.write_text(f"{head}{extra}slaProperties:\n{text}\nschema:\n  - name: it\n    properties:{columns}")
        return list(level_rules(load(path)))

    return rules


LATENCY = "property: latency, value: 4, unit: h"
FREQUENCY = "property: frequency, value: 1, unit: d"
RATE = "property: errorRate, value: 5, unit: percent"


@pytest.mark.parametrize(
    ("level", "table", "holds"),
    [
        (RATE, Table([1], good=99, rejected=1, replayed=(Version(NOW, 1, 3, 2, is_replay=True),)), True),
        (LATENCY, Table([9, 3]), True),
        (LATENCY, Table([9, 5]), False),
        (LATENCY, Table([4]), True),
        (f"{LATENCY}, element: at", Table([0], moments={"at": (5, 99)}), False),
        (f"{LATENCY}, element: it.at", Table([9], moments={"at": (3, 99)}), True),
        (f"{LATENCY}, element: 'at, it.day'", Table([0], moments={"at": (3, 9), "day": (5, 9)}), False),
        (f"{LATENCY}, element: name", Table([5]), False),
        ("property: Freshness, value: 1, unit: day", Table([23]), True),
        ("property: ly, value: 90, unit: min", Table([2]), False),
        ("property: latency, value: P1DT1H", Table([25]), True),
        ("property: latency, value: P1DT1H", Table([26]), False),
        ("property: latency, value: PT4.5H", Table([4.4]), True),
        ("property: freshness, value: 1000, unit: ms", Table([1]), False),
        ("property: frequency, value: 1, unit: q", Table([24 * 91, 0]), True),
        ("property: frequency, value: 1, unit: q", Table([24 * 92, 0]), False),
        ("property: retention, value: 1, unit: y, element: day", Table(moments={"day": (0, 24 * 365)}), True),
        ("property: retention, value: 1, unit: y, element: day", Table(moments={"day": (0, 24 * 366)}), False),
        (FREQUENCY, Table([30, 23]), True),
        (FREQUENCY, Table([30, 25]), False),
        (FREQUENCY, Table([24, 0]), True),
        (FREQUENCY, Table([25, 0]), False),
        (RATE, Table(good=95, rejected=5), True),
        (RATE, Table(good=94, rejected=6), False),
        ("property: er, value: '5%'", Table(good=94, rejected=6), False),
        ("property: throughput, value: 2400, unit: rows/day", Table([2, 1, 0]), True),
        ("property: throughput, value: 101, unit: rows per hour", Table([2, 1, 0]), False),
        ("property: generalAvailability, value: '2026-01-01'", Table(), True),
        ("property: generalAvailability, value: '2026-01-01'", Table([]), False),
        ("property: generalAvailability, value: '2027-01-01'", Table([]), True),
        ("property: endOfSupport, value: '2026-11-21T13:00:00+01:00'", Table(), False),
        ("property: endOfLife, value: '2026-11-21T13:00:01+01:00'", Table(), True),
    ],
)
def test_holds(read, level, table, holds):
    (found,) = read(level)
    assert found.rule.measured(table).holds is holds


@pytest.mark.parametrize(
    ("hours", "share"),
    [
        ([24 * 30, 24 * 15], 100 * 2 / 30),
        ([24 * 40], 0),
        ([24 * 40, *(24 * day for day in reversed(range(31)))], 100),
        ([48, 24], 100),
        ([48, 12], 75),
    ],
)
def test_availability_is_the_share_of_time_with_a_version_that_is_not_overdue(read, hours, share):
    found = read("property: availability, value: 99.5, unit: percent", FREQUENCY)
    assert found[0].rule.measured(Table(hours)).value == pytest.approx(share)


@pytest.mark.parametrize(
    ("value", "hours", "late"),
    [
        ("09:00", [24 * day + 4 for day in range(8)][::-1], 0),  # at 08:00 each day
        ("07:00", [24 * day + 4 for day in range(8)][::-1], 7),
        ("09:00-08:00", [24 * day + 2 for day in range(9)][::-1], 0),  # 10:00 UTC is 02:00 there
        ("09:00", [24 * 3 + 4, 24 * 2 + 4, 4], 1),
        ("09:00", [24 + 4, 1], 1),
    ],
)
def test_a_version_comes_every_day_in_time(read, value, hours, late):
    (found,) = read(f"property: timeOfAvailability, value: '{value}'")
    measured = found.rule.measured(Table(hours))
    assert measured.holds is (late == 0)
    assert measured.reason.startswith(f"on {late} of the last")


def test_a_day_that_has_not_come_to_its_time_is_not_late(read):
    (found,) = read("property: timeOfAvailability, value: '13:00'")
    assert found.rule.measured(Table([72, 48, 22])).reason == "on 1 of the last 2 days no version came in time"


@pytest.mark.parametrize(
    ("level", "table", "reason"),
    [
        (LATENCY, Table([]), "there is no version"),
        (f"{LATENCY}, element: at", Table(), "no state of at"),
        (FREQUENCY, Table([0]), "needs an earlier version"),
        (RATE, Table(good=0), "has read no rows"),
        ("property: throughput, value: 1, unit: rows/s", Table([0]), "needs an earlier version"),
        ("property: timeOfAvailability, value: '09:00'", Table([5]), "needs a version from the day before"),
    ],
)
def test_what_cannot_be_measured_yet_says_why(read, level, table, reason):
    (found,) = read(level)
    assert reason in found.rule.measured(table)


@pytest.mark.parametrize(
    ("level", "reason"),
    [
        ("property: timeToDetect, value: 1, unit: h", "record of incidents"),
        ("property: TR, value: 1, unit: h", "record of incidents"),
        ("property: latncy, value: 1, unit: h", "did you mean 'latency'"),
        ("property: latency, value: 1", "the unit is not told"),
        ("property: latency, value: 1, unit: d, element: born", "classified 'personal'"),
        ("property: retention, value: 3, unit: y", "needs an element"),
        ("property: retention, value: 3, unit: m, element: day", "minutes or months"),
        ("property: errorRate, value: 0.01", "the unit is not told"),
        ("property: throughput, value: 1, unit: MB/s", "no number of rows"),
        ("property: availability, value: 99, unit: percent", "needs a frequency"),
        ("property: availability, value: 99", "needs a frequency"),
        ("property: frequency, value: 9000, unit: y", "longer than a thousand years"),
    ],
)
def test_what_cannot_be_measured_is_not_executed(read, level, reason):
    (found,) = read(level)
    assert isinstance(found.rule, Skipped)
    assert reason in found.rule.reason


def test_every_level_of_the_standard_is_measured_or_not_executed():
    assert set(KNOWN) - set(get_args(Property)) == {"freshness", "timeToDetect", "timeToNotify", "timeToRepair"}


def test_the_frequency_that_availability_needs_says_what_is_wrong_with_it(read):
    found, _ = read("property: availability, value: 99, unit: percent", "property: frequency, value: 1")
    assert (
        found.rule.reason == "its frequency says nothing: the unit is not told: write s, min, h, d, weeks, months or y"
    )


def test_levels_warn_unless_they_say_otherwise(read):
    strict = "customProperties: [{property: severity, value: error}]"
    mild, hard = read(
        f"{LATENCY}, driver: regulatory, schedule: '0 30 * * *'", f"property: frequency, value: 1, unit: d, {strict}"
    )
    assert isinstance(mild.rule, Level)
    assert (mild.rule.fails, mild.about.severity) == (False, "warning")
    assert "regulatory" in mild.rule.text()
    assert "not followed" in mild.about.note
    assert (hard.rule.fails, hard.about.severity) == (True, "error")


def test_levels_of_one_property_are_told_apart(read):
    noon = "property: timeOfAvailability, value: '12:00', driver: analytics"
    found = read("property: timeOfAvailability, value: '09:00'", noon, RATE)
    assert [one.rule.id for one in found] == ["sla.timeOfAvailability[0]", "sla.timeOfAvailability[1]", "sla.errorRate"]


def test_the_default_element_is_used(read):
    (found,) = read(LATENCY, extra="slaDefaultElement: it.at\n")
    assert found.rule.columns == ("at",)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59, "59 s"), (3_661, "1 h 1 min"), (90_000, "1 d 1 h"), (-60, "-1 min")]
)
def test_durations(seconds, text):
    assert duration(seconds) == text
