"""Runs every case of tests/cases/checks through the whole pipeline, with the rows in kernels and through the engine.

A case: `it` says what holds; `properties`, `quality` and more are the contract's table, `given` is its input as CSV or
JSON; `want` has the rows of the table or their number, the rejected rows, and the verdicts as {rule: [status, rows]};
`raises` has the code and a part of the message. Rules that `want.verdicts` does not name must have passed. `others` are
further products `d.<name>`, which come first; one without `given` has a contract and no table.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from mesh_etl.errors import MeshError

CASES = Path(__file__).parent.parent / "cases" / "checks"
KEYS = ("properties", "quality", "relationships", "slaProperties")


def _cases():
    for path in sorted(CASES.glob("*.yaml")):
        for case in YAML(typ="safe").load(path):
            yield pytest.param(case, id=f"{path.stem}: {case['it']}")


def _run(project, case, steps):
    made = project()
    for name, other in case.get("others", {}).items():
        _define(made, name, other, [])
        if "given" in other:
            made.run(name)
    _define(made, "it", case, steps)
    return made.run("it")


def _define(made, name, case, steps):
    given = case.get("given", "")
    made.put({f"{name}.in": given})
    table = {key: case[key] for key in KEYS if key in case}
    job = {"source": {"type": "json" if given.startswith("{") else "csv", "path": f"{name}.in"}, "transforms": steps}
    made.define(name, table, {**job, **{key: case[key] for key in ("checks", "target") if key in case}})


def _both_ways(case):
    names = [one.get("physicalName", one["name"]) for one in case["properties"]]
    return [], [{"type": "select", "columns": names}]


@pytest.mark.parametrize("case", [case for case in _cases() if "raises" in case.values[0]])
def test_refused(case, project):
    code, _, text = case["raises"].partition(" ")
    for steps in _both_ways(case):
        with pytest.raises(MeshError) as raised:
            _run(project, case, steps)
        assert raised.value.code == code
        assert text in str(raised.value)


@pytest.mark.parametrize("case", [case for case in _cases() if "want" in case.values[0]])
def test_case(case, project, table_rows, rejected_rows, plain_rows):
    want, outcomes = case["want"], []
    for steps in _both_ways(case):
        report = _run(project, case, steps)
        verdicts = [(rule.rule, rule.status, rule.rows, rule.reason) for rule in report.entry.rules]
        outcomes.append((table_rows(report), rejected_rows(report), verdicts, report.entry.counts))
    rows, rejected, verdicts, counts = outcomes[0]
    assert outcomes[1] == outcomes[0]
    assert counts.balanced
    if isinstance(want["rows"], int):
        assert len(rows) == want["rows"]
    else:
        assert rows == plain_rows(want["rows"])
    assert [{"line": one["line"], "rules": one["rules"]} for one in rejected] == want.get("rejected", [])
    assert len({rule for rule, *_ in verdicts}) == len(verdicts), "every rule has one verdict"
    others = {rule: [status, rows] for rule, status, rows, _ in verdicts if status != "passed" or rows}
    assert others == {rule: list(verdict) for rule, verdict in want.get("verdicts", {}).items()}
    known = {rule for rule, *_ in verdicts}
    assert set(want.get("passed", [])) <= known
    assert all(reason for _, status, _, reason in verdicts if status == "not executed")
