"""Runs every case of tests/cases/modes: a sequence of runs of one job, between which its inputs change.

A case: `it` says what holds; `source`, `columns`, `properties` and `target` are those of the product; each of `runs`
puts `files`, may change `columns` or `target`, is `at` a date or moment, and has the table's rows after it, its
outcome and what of `entry.Changed` is not 0, or `raises` the code. A run with `delete` takes the rows out that the
condition means.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from mesh_etl.errors import MeshError

CASES = Path(__file__).parent.parent / "cases" / "modes"


def _cases():
    for path in sorted(CASES.glob("*.yaml")):
        for case in YAML(typ="safe").load(path):
            yield pytest.param(case, id=f"{path.stem}: {case['it']}")


@pytest.mark.parametrize("case", list(_cases()))
def test_case(case, project, table_rows, plain_rows):
    made = project()
    rows, version = None, 0
    for run in case["runs"]:
        table = {key: run.get(key, case.get(key)) for key in ("columns", "properties") if key in {**case, **run}}
        source = case.get("source", {"type": "csv", "path": "data/*.csv"})
        made.define("it", table, {"source": source, "target": run.get("target", case["target"])})
        made.put({f"data/{name}": content for name, content in run.get("files", {}).items()})
        if "raises" in run:
            code, _, text = run["raises"].partition(" ")
            with pytest.raises(MeshError) as raised:
                _step(made, run)
            assert raised.value.code == code
            assert text in str(raised.value)
            continue
        report = _step(made, run)
        assert report.outcome == run.get("outcome", "published")
        version += report.outcome == "published"
        rows = plain_rows(run["rows"]) if "rows" in run else rows
        assert table_rows(report) == rows
        assert report.snapshot.seq == version
        if "changed" in run:
            changed = report.snapshot.entry.changed
            assert {name: rows for name, rows in changed if rows} == run["changed"]
        assert report.snapshot.rows == len(rows)
        _check_strays(report)


def _step(made, run):
    """The report of a run, or of a deletion."""
    return made.delete("it", run["delete"]) if "delete" in run else made.run("it", str(run.get("at", "")))


def _check_strays(report):
    """No file lies below the data folder of the last commit that the table does not list, and nothing is spilled."""
    root = Path(report.root)
    listed = {file.path for partition in report.snapshot.partitions.values() for file in partition.files}
    folder = root / "data" / report.snapshot.entry.txn
    assert {str(path.relative_to(root)) for path in folder.rglob("*") if path.is_file()} <= listed
    assert [path for path in (root / "_spill").rglob("*") if path.is_file()] == []
