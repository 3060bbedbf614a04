"""A project of one product that reads what is new in a folder, and the job scripts in this process."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from mesh_etl.glue import main

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {name}
version: 1.0.0
status: active
schema:
  - name: {name}
    properties:
      - {{name: id, logicalType: integer, required: true}}
"""


def write_product(root: Path, name: str, source: str = "in", mode: str = "append", deploy: str = "") -> None:
    """The product shop.<name>, with both its files."""
    folder = root / "configs/shop" / name
    folder.mkdir(parents=True)
    (folder / "contract.yaml").write_text(CONTRACT.format(name=name))
    job = f"product: shop.{name}\nsource: {{type: csv, path: {source}}}\ntarget: {{mode: {mode}}}\n"
    (folder / "job.yaml").write_text(job + (f"deploy: {deploy}\n" if deploy else ""))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "configs/env").mkdir(parents=True)
    (tmp_path / "in").mkdir()
    (tmp_path / "configs/mesh.yaml").write_text(
        "name: test\nwarehouse: .mesh/warehouse\ndomains: {shop: {owner: us}}\n"
    )
    (tmp_path / "configs/env/local.yaml").write_text("world: {type: local}\n")
    write_product(tmp_path, "visits")
    (tmp_path / "in/a.csv").write_text("id\n1\n2\n")
    return tmp_path


@pytest.fixture
def script(shop, capsys):
    """Runs the task of a script in the shop; returns its exit code, the lines that it told, and its stderr."""

    def call(task, *arguments):
        capsys.readouterr()
        code = 0
        where = () if "--job" in arguments else ("--root", str(shop))
        try:
            main(task, [f"jobs/{task}.py", *where, *arguments])
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, [json.loads(line) for line in said.out.splitlines()], said.err

    return call


@pytest.fixture
def scripts() -> Path:
    """The folder of the scripts."""
    assert sys.version_info >= (3, 11)
    return Path(__file__).resolve().parents[3] / "jobs"
