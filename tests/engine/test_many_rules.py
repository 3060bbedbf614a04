"""Two thousand rules on five hundred columns, and how often the input is read for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mesh_etl.kernels.write.spill import rejects
from mesh_etl.run import quarantine

COLUMNS = 500
ROWS = 300
STEPS = {"kernels": [], "engine": [{"type": "filter", "where": "c0 >= 0"}]}


def column(number):
    """A column with three rules; the fourth comes with `required`."""
    valid = {"metric": "invalidValues", "arguments": {"validValues": list(range(10))}}
    return {
        "name": f"c{number}",
        "logicalType": "integer",
        "required": True,
        "logicalTypeOptions": {"minimum": 0},
        "quality": [
            {"name": f"valid {number}", **valid, "unit": "percent", "mustBeLessThan": 50},
            {"name": f"null {number}", "metric": "nullValues", "mustBeLessThan": 5},
        ],
    }


def lines():
    """Rows of which row n breaks two rules of column n."""
    yield ",".join(f"c{number}" for number in range(COLUMNS))
    for row in range(ROWS):
        yield ",".join("-1" if number == row else str(number % 10) for number in range(COLUMNS))


@pytest.mark.parametrize("steps", STEPS)
def test_two_thousand_rules_are_planned_and_answered(project, steps):
    made = project()
    made.put({"in.csv": "\n".join([*lines(), ""])})
    table = {"properties": [column(number) for number in range(COLUMNS)]}
    made.define("it", table, {"source": {"type": "csv", "path": "in.csv"}, "transforms": STEPS[steps]})
    report = made.run("it")
    # The filter takes out the row whose c0 is negative before any rule sees it.
    refused = ROWS - (steps == "engine")
    assert (report.entry.counts.good, report.entry.counts.quarantined) == (0, refused)
    found = {verdict.rule: (verdict.status, verdict.rows) for verdict in report.entry.rules}
    assert len(found) == 4 * COLUMNS
    assert sum(status == "rejected rows" for status, _ in found.values()) == refused
    assert found["c299.range"] == ("rejected rows", 1)
    assert found["c300.range"] == ("passed", 0)
    assert len(json.dumps([verdict.model_dump() for verdict in report.entry.rules])) < 1000 * len(found)


def test_the_input_is_read_once_for_all_row_rules(project, monkeypatch):
    """A task that reads leaves one file of rejects, and the parser rejects a record of the input."""
    readings = []

    def write(plan, engine, manifests, parsed, txn, scratch):
        for path in Path(plan.ledger.layout.spill(txn)).glob("*.rejects"):
            rows = [row for batch in rejects([str(path)]) for row in batch.to_pylist()]
            readings.extend(row["record"] for row in rows if row["violations"][0]["rule"] == "TYPE_FORMAT")
        return written(plan, engine, manifests, parsed, txn, scratch)

    written = quarantine.write
    monkeypatch.setattr(quarantine, "write", write)
    for steps in STEPS.values():
        made = project()
        made.put({"in.csv": "\n".join(["c0,c1,c2", "1,2,3", "bad,2,3", "1,-2,3", "4,5,6", ""])})
        table = {"properties": [column(number) for number in range(3)]}
        made.define("it", table, {"source": {"type": "csv", "path": "in.csv"}, "transforms": steps})
        counts = made.run("it").entry.counts
        assert (counts.read, counts.good, counts.quarantined) == (4, 2, 2)
        assert readings == [1]
        readings.clear()
