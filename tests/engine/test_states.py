"""Verdicts on a table that grew commit by commit are those on the same table made at once, and need no second scan."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mesh_etl.errors import PlanError, RunError

MODES = [
    {"mode": "append"},
    {"mode": "append", "partition_by": ["k"]},
    {"mode": "replace_partitions", "partition_by": ["k"]},
]
PATTERN = {"metric": "invalidValues", "arguments": {"pattern": "^[a-z]+$"}, "name": "shape", "severity": "warning"}
RULES = [
    {"metric": "nullValues", "mustBeLessThan": 99, "unit": "percent", "name": "nulls", "severity": "warning"},
    {
        "metric": "missingValues",
        "arguments": {"missingValues": ["-"]},
        "mustBe": 1,
        "name": "missing",
        "severity": "warning",
    },
    {**PATTERN, "mustBeLessThan": 2},
]


def table(rules=RULES, **more):
    properties = [
        {"name": "id", "logicalType": "integer"},
        {"name": "k", "logicalType": "string"},
        {"name": "v", "logicalType": "string", "quality": rules},
    ]
    return {"properties": properties, **more}


def csv(*rows):
    return "id,k,v\n" + "".join(f"{row}\n" for row in rows)


FILES = [
    csv("1,a,x", "2,a,", "3,b,-", "4,b,Y"),
    csv("5,c,", "6,c,z", "7,c,-"),
    csv("8,b,", "9,b,7", "10,c,"),
]


def verdicts(report, *names):
    found = {rule.rule: (rule.status, rule.rows, rule.measured) for rule in report.entry.rules}
    return {name: found[name] for name in names}


def folder(made):
    return Path(made.root) / "warehouse" / "d" / "it"


@pytest.mark.parametrize("target", MODES, ids=str)
def test_verdicts_of_a_growing_table_are_those_of_the_whole(project, table_rows, target):
    made = project()
    source = {"type": "csv", "path": "data/*.csv"}
    steps = [{"type": "select", "columns": ["id", "k", "v"]}] if target == MODES[1] else []  # once through the engine
    made.define("it", table(), {"source": source, "target": target, "transforms": steps})
    for number, content in enumerate(FILES):
        if target["mode"] == "replace_partitions":
            made.put({f"data/{number - 1}.csv": None} if number else {})
        made.put({f"data/{number}.csv": content})
        report = made.run("it")
        rows = table_rows(report)
        made.put({"all.csv": csv(*(",".join("" if cell is None else str(cell) for cell in row) for row in rows))})
        made.define("whole", table(), {"source": {"type": "csv", "path": "all.csv"}})
        assert verdicts(report, "nulls", "missing", "shape") == verdicts(made.run("whole"), "nulls", "missing", "shape")


def test_a_rule_that_is_new_is_counted_in_the_files_that_stay_and_then_kept(project, monkeypatch):
    made, job = project(), {"source": {"type": "csv", "path": "data/*.csv"}, "target": MODES[1]}
    made.define("it", table(), job)
    made.put({"data/0.csv": FILES[0]})
    made.run("it")
    stricter = {**PATTERN, "arguments": {"pattern": "^[a-x]+$"}, "mustBeLessThan": 9}
    made.define("it", table([*RULES[:2], stricter]), job)
    made.put({"data/1.csv": FILES[1]})
    assert verdicts(made.run("it"), "shape") == {"shape": ("passed", 4, 4.0)}
    read = _reads(monkeypatch)
    made.put({"data/2.csv": FILES[2]})
    assert verdicts(made.run("it"), "shape") == {"shape": ("passed", 5, 5.0)}
    assert read == []


def _reads(monkeypatch):
    from mesh_etl.run import states

    read = []
    real = states.States._scanned
    monkeypatch.setattr(states.States, "_scanned", lambda self, missing: read.extend(missing) or real(self, missing))
    return read


@pytest.mark.parametrize("target", MODES[:2], ids=str)
@pytest.mark.parametrize("forgotten", [False, True])
def test_a_key_that_comes_again_is_found_by_kept_hashes_or_without(project, target, forgotten):
    made = project()
    quality = [{"metric": "duplicateValues", "arguments": {"properties": ["id", "k"]}, "mustBe": 0, "name": "once"}]
    made.define("it", table([], quality=quality), {"source": {"type": "csv", "path": "data/*.csv"}, "target": target})
    made.put({"data/0.csv": FILES[0]})
    made.run("it")
    made.put({"data/1.csv": FILES[1]})
    assert verdicts(made.run("it"), "once") == {"once": ("passed", 0, 0.0)}
    if forgotten:
        shutil.rmtree(folder(made) / "metrics")
    made.put({"data/2.csv": csv("6,c,again", "11,a,new")})
    with pytest.raises(RunError) as raised:
        made.run("it")
    assert raised.value.code == "RULE_FAILED"
    assert "measured 1" in str(raised.value)


def test_a_failed_run_leaves_no_states(project):
    made = project()
    rule = {"metric": "nullValues", "mustBe": 5, "name": "five"}
    made.define("it", table([rule]), {"source": {"type": "csv", "path": "data/*.csv"}, "target": MODES[0]})
    made.put({"data/0.csv": FILES[0]})
    with pytest.raises(RunError):
        made.run("it")
    assert list((folder(made) / "metrics").glob("*")) == []


def check(name, **arguments):
    return {"type": "custom", "engine": "mesh_etl", "severity": "warning", "name": name, "implementation": arguments}


def test_history_is_judged_from_what_commits_kept(project):
    made = project()
    columns = [check("nulls", check="change", metric="nullShare", percent=10)]
    columns.append(check("kinds", check="anomaly", metric="distinct", over="table", last=2, at_least=2))
    whole = [check("volume", check="anomaly", metric="rowCount", last=2, at_least=2)]
    made.define(
        "it", table(columns, quality=whole), {"source": {"type": "csv", "path": "data/*.csv"}, "target": MODES[0]}
    )
    found = []
    for number, content in enumerate([csv("1,a,x", "2,a,"), csv("3,a,x", "4,a,"), csv("5,a,x", "6,a,y", "7,a,z")]):
        made.put({f"data/{number}.csv": content})
        report = made.run("it")
        found.append({name: one[:1] for name, one in verdicts(report, "nulls", "kinds", "volume").items()})
    reasons = {rule.rule: rule.reason for rule in report.entry.rules}
    assert [one["nulls"] for one in found] == [("not executed",), ("passed",), ("warned",)]
    assert [one["kinds"] for one in found] == [("not executed",), ("not executed",), ("warned",)]
    assert [one["volume"] for one in found] == [("not executed",), ("not executed",), ("warned",)]
    assert reasons["volume"] == "measured 3, expected 2 to 2 by 2 earlier versions"
    assert reasons["kinds"] == "measured 3, expected 1 to 1 by 2 earlier versions"


def test_service_levels_are_measured_by_each_run(project):
    made = project()
    levels = [
        {"property": "errorRate", "value": 10, "unit": "percent"},
        {"property": "latency", "value": 1, "unit": "d", "element": "at"},
        {
            "property": "frequency",
            "value": 1,
            "unit": "d",
            "customProperties": [{"property": "severity", "value": "error"}],
        },
        {"property": "timeToRepair", "value": 1, "unit": "h"},
    ]
    properties = [{"name": "id", "logicalType": "integer", "required": True}, {"name": "at", "logicalType": "date"}]
    made.define(
        "it", {"properties": properties, "slaProperties": levels}, {"source": {"type": "csv", "path": "in.csv"}}
    )
    made.put({"in.csv": "id,at\n1,2020-01-01\nx,2020-01-02\n"})
    report = made.run("it")
    found = {rule.rule: (rule.status, rule.severity) for rule in report.entry.rules if rule.rule.startswith("sla.")}
    assert found == {
        "sla.errorRate": ("warned", "warning"),
        "sla.latency": ("warned", "warning"),
        "sla.frequency": ("not executed", "error"),
        "sla.timeToRepair": ("not executed", "warning"),
    }


def test_columns_that_are_classified_keep_no_values(project):
    import pyarrow.parquet as pq

    made = project()
    properties = [
        {"name": "id", "logicalType": "integer", "classification": "personal"},
        {"name": "n", "logicalType": "integer"},
    ]
    job = {"source": {"type": "csv", "path": "in.csv"}, "target": MODES[0], "checks": {"sketches": "all"}}
    quality = [{"metric": "duplicateValues", "arguments": {"properties": ["id"]}, "mustBe": 0}]
    made.define("it", {"properties": properties, "quality": quality}, job)
    made.put({"in.csv": "id,n\n4711,1\n,2\n"})
    kept = Path(made.root, "warehouse/d/it", made.run("it").entry.metrics)
    secret, open_ = pq.read_table(kept / "columns.parquet").to_pylist()
    known = {name: value for name, value in secret.items() if value and name not in ("partition", "column")}
    assert known == {"rows": 2, "nulls": 1}
    assert open_["distinct"] is not None
    assert [path.name for path in kept.glob("*.keys")] == []


def test_sketches_that_cannot_be_kept_are_refused(project):
    made = project()
    properties = [{"name": "id", "logicalType": "integer", "classification": "secret"}]
    job = {"source": {"type": "csv", "path": "in.csv"}, "checks": {"sketches": ["idd", "id"]}}
    made.define("it", {"properties": properties}, job)
    made.put({"in.csv": "id\n1\n"})
    with pytest.raises(PlanError) as raised:
        made.run("it")
    assert [fault.code for fault in raised.value.faults] == ["COLUMN_MISSING", "SKETCH_REFUSED"]
    assert "did you mean 'id'" in str(raised.value)
