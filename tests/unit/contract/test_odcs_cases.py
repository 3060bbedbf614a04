"""Runs every case of tests/cases/odcs: what a review of the contract finds, each with its line and column.

A case: `it` says what holds; `contract` follows the four keys that every contract has; `version`, `kind`, `strict` and
`standard` are how it is reviewed; `faults` and `warnings` are what is found, in full, as `CODE line:column`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from mesh_etl.contract.review import review

CASES = Path(__file__).parents[2] / "cases" / "odcs"
HEAD = "apiVersion: {version}\nkind: {kind}\nid: things\nversion: 1.0.0\n"


def _cases():
    for path in sorted(CASES.glob("*.yaml")):
        for case in YAML(typ="safe").load(path):
            yield pytest.param(case, id=f"{path.stem}: {case['it']}")


def _told(faults):
    return [f"{fault.code} {fault.where.partition(':')[2]}" for fault in faults]


@pytest.mark.parametrize("case", list(_cases()))
def test_case(case, tmp_path):
    path = tmp_path / "contract.yaml"
    head = HEAD.format(version=case.get("version", "v3.2.0"), kind=case.get("kind", "DataContract"))
    path.write_text(head + case["contract"])
    found = review(path, "c.yaml", strict=case.get("strict", False), standard=case.get("standard", False))
    assert _told(found.faults) == case.get("faults", [])
    if "warnings" in case:
        assert set(case["warnings"]) <= set(_told(found.warnings))
        assert case.get("standard") or _told(found.warnings) == case["warnings"]
