"""Contracts with data on which another tool has an opinion (`scripts/oracle`): ours is as the pairs say.

Rules are told apart by their ids; `want` says of each whether it is broken. All quality rules are warnings here, so
that one that is broken does not end the run and every rule has its verdict.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from mesh_etl.errors import RunError
from tests.engine.conftest import share

PAIRS = Path(__file__).parents[1] / "oracle" / "pairs"


def _pairs():
    for path in sorted(PAIRS.glob("*.yaml")):
        for pair in YAML(typ="safe").load(path):
            yield pytest.param(pair, id=f"{path.stem}: {pair['it']}")


def _mild(part):
    """The part of a contract with all its rules as warnings."""
    if isinstance(part, list):
        return [_mild(one) for one in part]
    if not isinstance(part, dict):
        return part
    rules = [{**rule, "severity": "warning"} for rule in part.get("quality", ())]
    return {key: _mild(value) for key, value in part.items()} | ({"quality": rules} if rules else {})


@pytest.mark.parametrize("pair", share(_pairs(), 4))
def test_our_verdicts(pair, project):
    made = project()
    made.put({"in": pair["given"]})
    kind = "json" if pair["given"].startswith("{") else "csv"
    table = {key: pair[key] for key in ("properties", "quality", "slaProperties") if key in pair}
    made.define("t", _mild(deepcopy(table)), {"source": {"type": kind, "path": "in"}})
    try:
        rules = made.run("t").entry.rules
        found = {one.rule: "passed" if one.status == "passed" else "broken" for one in rules}
    except RunError as error:
        found = {fault.where.split(" ")[-1]: "broken" for fault in error.faults if fault.code == "RULE_FAILED"}
    assert {rule: found.get(rule) for rule in pair["want"]} == pair["want"]


def test_the_page_is_of_these_pairs():
    pairs = [one.values[0] for one in _pairs()]
    page = (PAIRS.parents[2] / "docs" / "oracle.md").read_text()
    rules = sum(len(one["want"]) for one in pairs)
    whys = [why for one in pairs for why in one.get("differs", {}).values()]
    assert len(pairs) >= 40
    assert f"{len(pairs)} pairs" in page, "run scripts/oracle"
    assert f"agree on {rules - len(whys)}." in page
    assert [why for why in whys if f"| {why} |" not in page] == []
