"""Cases of the governance compiler as data: a mesh and contracts, and the lines of the state or the faults they give.

A file of `tests/cases/governance/` has a `mesh` and `contracts` that all of its cases start from. A case lays its own
over them, key by key (null takes a key away), and says `want`: lines that are in the state, `absent`: what no line
says, `warns` and `raises`: parts of what is told; without `raises` there is no fault, and no warning but `warns`.
"""

from __future__ import annotations

import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from mesh_etl.config import PartitionField, parse
from mesh_etl.config.mesh_file import mesh_of
from mesh_etl.contract.load import understand
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.govern.compile import Compiled, compiled
from mesh_etl.govern.principals import name_of
from mesh_etl.govern.products import Governed, Read
from mesh_etl.govern.requests.approved import Approved
from tests.unit.govern.compile.written import lines

CASES = Path(__file__).parents[3] / "cases" / "governance"
CONTRACT = {"apiVersion": "v3.2.0", "kind": "DataContract", "version": "1.0.0", "status": "active"}
FILES = {path.stem: parse(path.read_text(), path.name).data for path in sorted(CASES.glob("*.yaml"))}


def listed() -> list[Any]:
    return [
        pytest.param(file, case, id=f"{name}: {case['case']}") for name, file in FILES.items() for case in file["cases"]
    ]


def laid_over(base: Any, own: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(own, dict):
        return own
    merged = {**base, **{key: laid_over(base.get(key), value) for key, value in own.items()}}
    return {key: value for key, value in merged.items() if value is not None}


def written(data: Any, name: str) -> Any:
    text = StringIO()
    YAML().dump(data, text)
    return parse(text.getvalue(), name)


def product(name: str, stated: dict[str, Any]) -> Governed:
    """A product of a contract with the keys `columns`, `partition_by` and `reads` beside those of the standard."""
    stated = dict(stated)
    table = {"name": name.partition(".")[2], "properties": stated.pop("columns"), **stated.pop("table", {})}
    keys = tuple(PartitionField.parse(text) for text in stated.pop("partition_by", ()))
    reads = tuple(Read(other, tuple(columns), "job.yaml:1:1") for other, columns in stated.pop("reads", {}).items())
    document = written({**CONTRACT, "id": name, **stated, "schema": [table]}, f"{name}.yaml")
    domain, _, own = name.partition(".")
    return Governed(name, understand(document), f"s3://lake/{domain}/{own}", keys, reads)


def done(file: dict[str, Any], case: dict[str, Any]) -> tuple[Compiled, Any]:
    mesh = mesh_of(written(laid_over(file["mesh"], case.get("mesh", {})), "mesh.yaml"), {}, "env.yaml")
    contracts = laid_over(file.get("contracts", {}), case.get("contracts", {}))
    products = [product(name, stated) for name, stated in contracts.items()]
    requests = [Approved(**{**one, "columns": tuple(one.get("columns", ()))}) for one in case.get("requests", ())]
    today = datetime.date.fromisoformat(case.get("today", "2026-06-01"))
    return compiled(mesh, products, requests, today=today), mesh


def told(parts: list[str], faults: tuple[Fault, ...]) -> None:
    """Each part is said by a fault, and each fault has a part."""
    assert [part for part in parts if not any(part in str(fault) for fault in faults)] == [], list(map(str, faults))
    assert [str(fault) for fault in faults if not any(part in str(fault) for part in parts)] == []


@pytest.mark.parametrize(("file", "case"), listed())
def test_case(file: dict[str, Any], case: dict[str, Any]) -> None:
    known = {"case", "mesh", "contracts", "requests", "today", "want", "absent", "warns", "raises"}
    assert set(case) <= known, "a key that nothing reads"
    try:
        found, mesh = done(file, case)
    except ConfigError as error:
        told(case.get("raises", []), error.faults)
        assert "raises" in case
        return
    told(case.get("raises", []), found.faults)
    told(case.get("warns", []), found.warnings)
    state = lines(found.state, lambda who: name_of(mesh, who))
    assert [line for line in case.get("want", ()) if line not in state] == [], "\n".join(state)
    assert [line for line in state for part in case.get("absent", ()) if part in line] == []
