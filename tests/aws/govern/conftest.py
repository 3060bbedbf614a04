"""A mesh of three accounts with one product, on embedded AWS whose calls are counted and can fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mesh_etl import embedded_aws
from mesh_etl.config import Project
from mesh_etl.config.governance.identity import Identity

GOVERNANCE, SALES, MARKETING = "1" * 12, "2" * 12, "4" * 12
MESH = f"""\
name: shop
warehouse: table
accounts:
  governance: {{id: "{GOVERNANCE}"}}
  sales: {{id: "{SALES}"}}
  marketing: {{id: "{MARKETING}"}}
governance: {{account: governance}}
domains:
  sales:
    owner: sales-team
    account: sales
    personas:
      engineer: {{role: sales-engineer, rights: [describe, select, insert, delete, alter], runs_jobs: true}}
consumers:
  marketing:
    account: marketing
    principals: {{analyst: marketing-analyst}}
tags:
  sensitivity:
    values: [public, internal, personal]
    default: personal
expressions:
  open: {{sensitivity: [public]}}
access:
  - {{to: marketing.analyst, tagged: open}}
"""
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, required: true, classification: internal}
      - {name: region, logicalType: string, classification: public}
      - {name: email, logicalType: string, classification: personal}
roles:
  - role: europe
    access: read
    customProperties:
      - {property: principals, value: [marketing.analyst]}
      - {property: columns, value: [id, region]}
      - {property: rows, value: "region = 'EUROPE'"}
"""
JOB = """\
product: sales.orders
contract: contract.yaml
source: {type: csv, path: raw/*.csv}
target: {mode: {type: append}}
"""
WRITES = (
    "Put", "Create", "Update", "Delete", "Add", "Remove", "BatchGrant", "BatchRevoke", "Register", "Deregister",
    "Accept",
)  # fmt: skip
Fault = Callable[[str, str], None]


class World:
    """The accounts of a test below one folder: `writes` are the calls that were to change something."""

    name = "local"

    def __init__(self, home: Path, fault: Fault = lambda _, __: None) -> None:
        self.home = home
        self.fault = fault
        self.calls: list[str] = []
        self.clock: Any = None
        self._clients: dict[tuple[str, Identity], Any] = {}

    @property
    def writes(self) -> list[str]:
        return [name for name in self.calls if name.split(".")[1].startswith(WRITES)]

    def client(self, service: str, identity: Identity) -> Any:
        if (service, identity) not in self._clients:

            def noted(operation: str, phase: str) -> None:
                if phase == "before":
                    self.calls.append(f"{service}.{operation}")
                self.fault(f"{service}.{operation}", phase)

            made = embedded_aws.client(
                service, self.home, identity.region, identity.account, identity.role, noted, durable=False
            )
            self._clients[service, identity] = made
        return self._clients[service, identity]

    def secret(self, ref: str) -> str:
        raise NotImplementedError(ref)

    def location(self, path: str | Path) -> str:
        return f"file://{path}"


def written(root: Path, mesh: str = MESH, contract: str = CONTRACT) -> Project:
    """The project below the folder, as these files say it."""
    for name, text in {
        "configs/mesh.yaml": mesh,
        "configs/env/local.yaml": "world: {type: local, home: .mesh}\n",
        "configs/sales/orders/contract.yaml": contract,
        "configs/sales/orders/job.yaml": JOB,
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Project.open(root)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return written(tmp_path / "project")


@pytest.fixture
def world(project: Project) -> World:
    return World(project.root / ".mesh")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits before it tries again."""
    monkeypatch.setattr("mesh_etl.govern.accounts.PAUSE_SECONDS", 0.0)
