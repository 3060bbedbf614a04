"""A small mesh on AWS in a folder, whose files a test may change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mesh_etl.config import Project
from mesh_etl.deploy.estate import estate

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {id}
version: 1.0.0
status: active
schema: [{{name: {name}, properties: [{{name: id, logicalType: integer, primaryKey: true, required: true}}]}}]
"""


def product(name, **job):
    """The files of a product that reads CSV from S3 and appends, unless the job says otherwise."""
    domain, _, own = name.partition(".")
    whole = {
        "product": name,
        "source": {"type": "csv", "path": f"${{raw}}/{own}"},
        "target": {"mode": "append"},
        **job,
    }
    folder = f"configs/{domain}/{own}"
    return {
        f"{folder}/job.yaml": json.dumps(whole, indent=1),
        f"{folder}/contract.yaml": CONTRACT.format(id=own, name=own),
    }


class Shop:
    """The mesh: two domains in accounts of their own, a consumer, and one product of sales."""

    def __init__(self, root: Path) -> None:
        self.root = root
        persona = {"role": "engineer", "rights": ["describe", "insert", "alter"], "runs_jobs": True}
        self.mesh = {
            "name": "shop",
            "warehouse": "${lake}/tables",
            "accounts": {
                name: {"id": digit * 12} for name, digit in (("centre", "1"), ("sales", "2"), ("people", "3"))
            },
            "governance": {"account": "centre"},
            "domains": {
                name: {"owner": name, "account": name, "personas": {"engineer": persona}}
                for name in ("sales", "people")
            },
        }
        self.values = {"lake": "s3://lake", "raw": "${lake}/raw", "other": "nothing uses it"}
        self.write(product("sales.orders"))
        self.write_mesh()

    def write(self, files):
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def write_mesh(self):
        world = {"type": "aws", "region": "eu-west-1", "account": "1" * 12, "profile": "mine"}
        env = {"world": world, "values": self.values}
        self.write({"configs/mesh.yaml": json.dumps(self.mesh), "configs/env/prod.yaml": json.dumps(env)})

    def project(self):
        return Project.open(self.root, "prod")

    def estate(self, unit="sales"):
        return estate(self.project(), unit)


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path / "shop")
