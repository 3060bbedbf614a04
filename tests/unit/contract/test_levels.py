"""One reading of service levels: the lint, what is measured and what a diff compares follow it."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from itertools import product

import pytest

from mesh_etl.config.validate import validate
from mesh_etl.config.yaml import parse
from mesh_etl.contract.draft import Draft
from mesh_etl.contract.levels import DURATIONS, KNOWN, SYNONYMS, UNITS, amount, iso_seconds, level
from mesh_etl.contract.lint_levels import level_faults
from mesh_etl.contract.odcs import DataContract

VALUES = (
    0, 1, -1, 4.5, 250, "4", "99.9", "99.9%", "5 %", "P1D", "PT4H", "P1DT1.5H", "PT0,5S", "P", "PT", "P1DT", "4h",
    "P1D1Y", "-P1D", "pt4h", "soon", "", "2026-01-31", "2026-01-31T09:00:00+02:00", "09:00", "09:00-08:00", "25:00",
    True, "nan", "inf",
)  # fmt: skip
STATED_UNITS = (None, "", "d", " D ", "m", "mo", "quarters", "ms", "parsec", "percent", "%", "rows/day", "MB/s")
CODES = {"LEVEL_VALUE", "LEVEL_UNIT", "IMPOSSIBLE_BOUNDS"}


@pytest.fixture
def linted():
    """The codes of the lint for each level, given as (property, value, unit)."""

    def ask(levels):
        lines = ["apiVersion: v3.1.0", "kind: DataContract", "id: it", "version: 1.0.0", "slaProperties:"]
        first = len(lines) + 1
        for kind, value, unit in levels:
            told = "" if unit is None else f", unit: '{unit}'"
            lines.append(f"  - {{property: {kind}, value: {json.dumps(value)}{told}}}")
        document = parse("\n".join(lines) + "\n", "contract.yaml")
        draft = Draft(validate(DataContract, document), document)
        codes = [set() for _ in levels]
        for fault in level_faults(draft):
            codes[int(fault.where.split(":")[1]) - first].add(fault.code)
        return list(zip(levels, draft.odcs.sla_properties, codes, strict=True))

    return ask


def read(kind, stated):
    """Whether the level means something, and else the reason."""
    try:
        amount(level(kind), stated.value, stated.unit)
    except ValueError as error:
        return False, str(error)
    return True, ""


def test_what_the_lint_takes_is_measured_or_says_why_not(linted):
    """And what it refuses means nothing, but for amounts that no service can have."""
    found = Counter()
    for (kind, _, _), stated, codes in linted(list(product(KNOWN, VALUES, STATED_UNITS))):
        understood, reason = read(kind, stated)
        text = kind in DURATIONS and isinstance(stated.value, str)  # a number in quotes
        assert not understood or text or codes <= {"IMPOSSIBLE_BOUNDS"}, (kind, stated, codes)
        assert understood or reason, (kind, stated)
        assert codes <= CODES
        found["understood" if understood else "refused" if codes else "says why not"] += 1
    assert min(found.values()) > 100
    assert len(found) == 3


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT4H", 14_400),
        ("P1DT1H", 90_000),
        ("PT1.5H", 5_400),
        ("PT0,25S", 0.25),
        ("P2W", 1_209_600),
        ("P1M", 2_629_800),
        ("PT1M", 60),
        ("P1Y", 31_557_600),
        ("P0D", 0),
        *((text, None) for text in ("P", "PT", "P1DT", "PT1D", "P1H", "P1D1Y", "p1d", "P-1D", "1D", 4, None, True)),
    ],
)
def test_iso_durations(text, seconds):
    assert iso_seconds(text) == seconds


def test_every_unit_is_a_length_of_time():
    assert amount("latency", 1, "q") == 3 * amount("latency", 1, "month") == amount("latency", "P3M", None)
    assert amount("latency", 250, "ms") == 0.25
    assert amount("frequency", 4, "quarters") == amount("frequency", 1, "Y") == amount("frequency", 12, "mo")
    assert all(amount("retention", 1, unit) == seconds for unit, seconds in UNITS.items() if unit != "m")
    with pytest.raises(ValueError, match="minutes or months"):
        amount("retention", 1, "m")
    for value, unit in ((1_001, "y"), (1e308, "y"), (10**400, "s"), ("P1001Y", None), (f"P{'9' * 400}D", None)):
        with pytest.raises(ValueError, match=r"thousand years|no number"):
            amount("frequency", value, unit)


def test_other_levels_mean_shares_rates_moments_and_times():
    assert amount("availability", "99.9 %", None) == amount("availability", 99.9, "Percent") == 99.9
    assert amount("throughput", 3_600, "rows/h") == amount("throughput", "1", "records per second") == 1
    zone = datetime.timezone(datetime.timedelta(hours=-8))
    assert amount("timeOfAvailability", "09:00-08:00", None) == datetime.time(9, tzinfo=zone)
    assert amount("endOfLife", "2026-01-31", None) == datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC)
    with pytest.raises(ValueError, match="does not name"):
        amount(None, 1, "d")


def test_names_are_the_standards_in_any_spelling():
    assert [level(one) for one in ("LY", " errorrate ", "Freshness", "moonPhase")] == [
        "latency", "errorRate", "freshness", None,
    ]  # fmt: skip
    assert set(SYNONYMS.values()) < set(KNOWN)
