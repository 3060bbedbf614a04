"""The worked cases of tests/cases/access, most of them from AWS's documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mesh_etl.config.yaml import read
from mesh_etl.govern.evaluate import Access, Evaluator
from tests.unit.govern.evaluate import stated

CASES = Path(__file__).parents[3] / "cases" / "access"


def cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        found += [pytest.param(case, id=f"{path.stem}: {case['it']}") for case in read(path, path.name).data]
    return found


@pytest.mark.parametrize("case", cases())
def test_worked_cases(case: dict[str, Any]) -> None:
    state = stated.state(case)
    for who, tables in case["want"].items():
        for name, want in tables.items():
            answer = Evaluator(state).access(stated.principal(who), stated.table(name))
            assert {key: _plain(answer)[key] for key in want} == want, f"{who} on {name}: {answer.obstacles}"


def _plain(answer: Access) -> dict[str, Any]:
    return {
        "verdict": answer.verdict,
        "columns": [one.name for one in answer.columns.values() if one.verdict == "allowed"],
        "masked": [one.name for one in answer.columns.values() if one.verdict == "masked"],
        "through": {one.name: one.through.name for one in answer.columns.values() if one.through},
        "rows": {one.name: list(one.rows) for one in answer.columns.values() if one.rows},
        "rights": sorted(answer.rights),
        "lacks": [one.lack for one in answer.obstacles],
        "granted": [name for name in answer.names if answer.granted(name).verdict == "allowed"],
        "administers": [account for account, id_ in stated.ACCOUNTS.items() if id_ in answer.administers],
        "unenforced": bool(answer.unenforced),
    }
