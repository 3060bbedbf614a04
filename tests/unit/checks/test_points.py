"""What a metric was in each version, from the ledger alone and from states."""

from __future__ import annotations

import math

import pytest

from mesh_etl.checks.points import by_run, by_version, of_column, of_run
from mesh_etl.checks.service import versions
from mesh_etl.kernels.write.states import ColumnState
from mesh_etl.tables.entry import ContractRef, Counts, DataFile, Entry, Partition
from mesh_etl.tables.states import Metrics


def entry(seq, rows, operation="append", rejected=0):
    return Entry(
        seq=seq,
        base_seq=seq - 1,
        txn=f"t{seq}",
        idem_key="",
        product="d.it",
        operation=operation,
        committed_at=f"2026-11-{seq:02d}T00:00:00.000+00:00",
        code_version="1",
        engine="embedded",
        contract=ContractRef(id="it", version="1.0.0", sha256="", summary={}),
        columns=(),
        cleared=operation == "replace",
        partitions=[Partition(values=(str(seq),), folder="", files=[DataFile(path=f"{seq}", rows=rows, bytes=1)])]
        if rows
        else [],
        counts=Counts(read=rows + rejected, good=rows, quarantined=rejected, deduplicated=0, filtered=0),
    )


ENTRIES = (entry(1, 5), entry(2, 3, "replace"), entry(3, 0, "expire"), entry(4, 2, rejected=2))


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (lambda metrics: by_run(metrics, "rowCount", "", "append"), {1: 5, 4: 2}),
        (lambda metrics: by_run(metrics, "rejectedShare", "", "append"), {1: 0, 4: 50}),
        (lambda metrics: by_run(metrics, "nullShare", "v", "append"), {}),
        (lambda metrics: by_version(metrics, "rowCount", ""), {1: 5, 2: 3, 4: 5}),
        (lambda metrics: by_version(metrics, "rowCount", "", 1), {4: 5}),
        (lambda metrics: by_version(metrics, "distinct", "v"), {}),
    ],
)
def test_points(points, expected, listed):
    assert {point.version: point.value for point in points(Metrics(listed(ENTRIES)))} == expected


def test_upkeep_makes_no_version_and_a_replay_makes_one():
    found = versions((*ENTRIES, entry(5, 1, "replay", rejected=2)))
    assert [(version.at.day, version.is_replay) for version in found] == [(1, False), (2, False), (4, False), (5, True)]


@pytest.mark.parametrize(
    ("metric", "state", "expected"),
    [
        ("nullShare", ColumnState(4, 1), 25),
        ("nullShare", ColumnState(), None),
        ("mean", ColumnState(4, 1, 2, 5.0), 2.5),
        ("mean", ColumnState(4, 4), None),
        ("mean", ColumnState(4, 1, 2, math.inf), None),
        ("median", ColumnState(4, 1, 2, 5.0), None),
        ("distinct", None, None),
    ],
)
def test_metrics_of_a_column(metric, state, expected):
    assert of_column(metric, state) == expected


def test_a_run_that_read_nothing_has_no_share():
    assert of_run("rejectedShare", entry(1, 0).counts) is None
