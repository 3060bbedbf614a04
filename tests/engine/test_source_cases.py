"""Runs every case of tests/cases/sources through the whole pipeline, with the rows in kernels and through the engine.

A case: `it` says what holds; `given` are input files, `products` other tables (a list: run after run), `served` the
answers of a web service by path, at `{server}`; `apply` is the source as a job states it and `columns` are those of the
contract; `want` is the table with the rejected rows, or `raises` the code and a part of the message.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from mesh_etl.errors import MeshError
from tests.web import Reply, served

CASES = Path(__file__).parent.parent / "cases" / "sources"


def _cases():
    for path in sorted(CASES.glob("*.yaml")):
        for case in YAML(typ="safe").load(path):
            yield pytest.param(case, id=f"{path.stem}: {case['it']}")


@contextmanager
def _source(case):
    """The source of the case, with its web service running, where it has one."""
    if "served" not in case:
        yield case["apply"]
        return
    with served() as web:
        web.answer = lambda asked: case["served"].get(asked.target, Reply(b"", 404))
        yield json.loads(json.dumps(case["apply"]).replace("{server}", web.url))


def _made(project, case, source, steps):
    """A project in which the case's job passes its rows through these transforms."""
    made = project()
    made.put(case.get("given", {}))
    for name, base in case.get("products", {}).items():
        for number, version in enumerate(base if isinstance(base, list) else [base]):
            made.put({f"{name}-{number}.parquet": version})
            files = {"type": "parquet", "path": f"{name}-{number}.parquet"}
            target = {"target": version["target"]} if "target" in version else {}
            made.define(name, version, {"source": files, **target})
            made.run(name)
    made.define("it", {"columns": case["columns"]}, {"source": source, "transforms": steps})
    return made


def play(project, case):
    """The reports of both runs: through kernels alone, and through the engine."""
    select = {"type": "select", "columns": list(case["columns"])}
    with _source(case) as source:
        return [_made(project, case, source, steps).run("it") for steps in ([], [select])]


@pytest.mark.parametrize("case", list(_cases()))
def test_case(case, outcome, table_rows, rejected_rows, plain_rows):
    if "raises" in case:
        code, _, text = case["raises"].partition(" ")
        with pytest.raises((MeshError, ValidationError)) as raised:
            outcome()
        assert raised.value.code == code
        assert text in str(raised.value)
        return
    outcomes = []
    for report in outcome():
        verdicts = {rule.rule: (rule.status, rule.rows) for rule in report.entry.rules}
        outcomes.append((table_rows(report), rejected_rows(report), verdicts, report.entry.counts))
        assert report.entry.counts.balanced
    (rows, rejected, _, counts), through_engine = outcomes
    assert rows == plain_rows(case["want"]["rows"])
    wanted = case["want"].get("rejected", [])
    assert [{key: one[key] for key in want} for one, want in zip(rejected, wanted, strict=True)] == wanted
    assert counts.read == len(rows) + len(rejected)
    assert through_engine == outcomes[0]
