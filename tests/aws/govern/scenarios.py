"""Pairs of configurations that a mesh goes through, written into a project one after the other."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

from mesh_etl.config import Project
from tests.aws.govern.conftest import JOB, MARKETING

FINANCE = "5" * 12
MESH = f"""\
name: shop
warehouse: .mesh/warehouse
accounts:
  governance: {{id: "{"1" * 12}"}}
  sales: {{id: "{"2" * 12}"}}
  marketing: {{id: "{MARKETING}"}}
  finance: {{id: "{FINANCE}"}}
governance: {{account: governance}}
domains:
  sales:
    owner: sales-team
    account: sales
    personas:
      engineer: {{role: sales-engineer, rights: [describe, select, insert, delete, alter], runs_jobs: true}}
      steward: {{role: sales-steward, rights: [describe, select]}}
consumers:
  marketing:
    account: marketing
    principals: {{analyst: marketing-analyst, lead: marketing-lead}}
  finance:
    account: finance
    principals: {{planner: finance-planner}}
tags:
  sensitivity:
    values: [public, internal, personal]
    default: personal
    assign: [sales.steward]
  area:
    values: [north, south]
expressions:
  open: {{sensitivity: [public]}}
access:
  - {{to: marketing.analyst, tagged: open}}
  - {{to: marketing.lead, tagged: {{sensitivity: [public, internal]}}}}
"""
ROLES = """\
roles:
  - role: europe
    access: read
    customProperties:
      - {property: principals, value: [marketing.analyst]}
      - {property: columns, value: [id, region]}
      - {property: rows, value: "region = 'EUROPE'"}
"""
COLUMNS = {"id": "internal", "region": "public", "email": "personal"}


def contract(name: str, columns: dict[str, str], roles: str = "") -> str:
    """A contract of text columns, each with its classification."""
    listed = "".join(
        f"      - {{name: {column}, logicalType: string, classification: {level}}}\n"
        for column, level in columns.items()
    )
    head = f"apiVersion: v3.1.0\nkind: DataContract\nid: {name}\nversion: 1.0.0\nstatus: active\n"
    return f"{head}schema:\n  - name: {name}\n    properties:\n{listed}{roles}"


@dataclass(frozen=True)
class Setup:
    """The mesh file, and the contract of each product of sales."""

    mesh: str = MESH
    products: dict[str, str] = field(
        default_factory=lambda: {
            "orders": contract("orders", COLUMNS, ROLES),
            "items": contract("items", {"id": "public", "note": "internal"}),
        }
    )

    def meshed(self, *pairs: tuple[str, str]) -> Setup:
        """The same with parts of the mesh file replaced."""
        text = self.mesh
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        return replace(self, mesh=text)

    def with_product(self, name: str, text: str | None) -> Setup:
        """The same with another contract of the product, or without the product."""
        return replace(self, products={one: told for one, told in {**self.products, name: text}.items() if told})

    def write(self, root: Path) -> Project:
        """The project below the folder says this, and nothing else."""
        shutil.rmtree(root / "configs", ignore_errors=True)
        files = {"mesh.yaml": self.mesh, "env/local.yaml": "world: {type: local, home: .mesh}\n"}
        for name, text in self.products.items():
            files[f"sales/{name}/contract.yaml"] = text
            files[f"sales/{name}/job.yaml"] = JOB.replace("sales.orders", f"sales.{name}")
        for path, text in files.items():
            (root / "configs" / path).parent.mkdir(parents=True, exist_ok=True)
            (root / "configs" / path).write_text(text)
        return Project.open(root)


BASE = Setup()
ASIA = ROLES.replace("EUROPE", "ASIA")
MASKED = ROLES + '      - {property: mask, value: {region: "upper(region)"}}\n'
WIDE = BASE.with_product("orders", contract("orders", {**COLUMNS, "phone": "personal"}, ROLES))
SCENARIOS: dict[str, tuple[Setup | None, Setup]] = {
    "from nothing": (None, BASE),
    "a consumer comes": (
        BASE,
        BASE.meshed(("access:\n", "access:\n  - {to: finance.planner, tagged: {sensitivity: [internal]}}\n")),
    ),
    "a column becomes personal": (
        BASE,
        BASE.with_product("orders", contract("orders", {**COLUMNS, "region": "personal"}, ROLES)),
    ),
    "a personal column becomes public": (
        BASE,
        BASE.with_product("orders", contract("orders", {**COLUMNS, "email": "public"}, ROLES)),
    ),
    "two columns change places": (
        BASE,
        BASE.with_product("orders", contract("orders", {**COLUMNS, "region": "personal", "email": "public"}, ROLES)),
    ),
    "a filter shows other rows": (BASE, BASE.with_product("orders", contract("orders", COLUMNS, ASIA))),
    "a role gets masks": (BASE, BASE.with_product("orders", contract("orders", COLUMNS, MASKED))),
    "a column comes": (BASE, WIDE),
    "a column goes": (WIDE, BASE),
    "a consumer leaves": (
        BASE.meshed(("access:\n", "access:\n  - {to: finance.planner, tagged: {sensitivity: [internal]}}\n")),
        BASE,
    ),
    "a whole account in place of its role": (BASE, BASE.meshed(("to: marketing.analyst", "to: marketing"))),
    "a product comes": (BASE.with_product("items", None), BASE),
    "a product leaves": (BASE, BASE.with_product("items", None)),
    "the domain has another owner": (BASE, BASE.meshed(("owner: sales-team", "owner: shop-team"))),
    "the domain has another class": (
        BASE.meshed(("account: sales\n    personas", "account: sales\n    tags: {area: north}\n    personas")),
        BASE.meshed(("account: sales\n    personas", "account: sales\n    tags: {area: south}\n    personas")),
    ),
    "a tag gets a value": (BASE, BASE.meshed(("[public, internal, personal]", "[public, internal, secret, personal]"))),
    "a tag loses a value": (
        BASE,
        BASE.meshed(("    values: [north, south]\n", "    values: [north]\n")),
    ),
    "a tag has another default": (
        BASE,
        BASE.meshed(
            ("[public, internal, personal]", "[public, internal, personal, secret]"),
            ("default: personal", "default: secret"),
        ),
    ),
    "a saved expression changes": (
        BASE,
        BASE.meshed(("open: {sensitivity: [public]}", "open: {sensitivity: [internal]}")),
    ),
    "an expression and the columns change": (
        BASE,
        BASE.meshed(
            ("open: {sensitivity: [public]}", "open: {sensitivity: [internal]}")
        ).with_product("orders", contract("orders", {"id": "public", "region": "internal", "email": "personal"}, ASIA)),
    ),
}  # fmt: skip
