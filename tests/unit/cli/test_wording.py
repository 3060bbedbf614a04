from __future__ import annotations

import pytest

from mesh_etl.cli.summary import equation
from mesh_etl.cli.wording import count, listed, seconds, size
from mesh_etl.tables.entry import Counts


def test_counts_agree_with_their_noun():
    assert (count(1, "file"), count(0, "file"), count(1024, "file")) == ("1 file", "0 files", "1,024 files")
    assert count(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("octets", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9_300_000, "9.3 MB"), (10**16, "10000.0 TB")]
)
def test_sizes(octets, text):
    assert size(octets) == text


def test_durations():
    assert [seconds(one) for one in (0.416, 1.24, 125)] == ["0.42 s", "1.2 s", "2 min 5 s"]


def test_the_most_frequent_comes_first():
    assert listed(["a 1", "b"]) == "a 1, b"
    assert listed([str(number) for number in range(1_003)], shown=2) == "0, 1 and 1,001 more"


def test_the_equation_of_traced_rows():
    counts = Counts(read=10, good=6, quarantined=2, deduplicated=1, filtered=1)
    assert counts.balanced
    assert equation(counts) == "10 read = 6 good + 2 quarantined + 1 deduplicated + 1 filtered"


def test_rows_that_a_transform_made_are_told():
    counts = Counts(read=10, good=3, quarantined=0, deduplicated=0, filtered=2, consumed=8, made=3)
    assert counts.balanced
    assert equation(counts) == (
        "10 read + 3 made by transforms = 3 good + 0 quarantined + 0 deduplicated + 2 filtered + 8 used up by them"
    )
