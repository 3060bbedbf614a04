"""A small project and the command line in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from mesh_etl.cli import main

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {name}
version: 1.0.0
status: active
schema:
  - name: {name}
    properties:
      - {{name: id, logicalType: integer, required: true, description: The number.}}
      - {{name: country, logicalType: string}}
"""


class Said(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without products, which is the working folder."""
    write(tmp_path / "configs/mesh.yaml", 'name: m\nwarehouse: "${warehouse}"\ndomains: {shop: {owner: shop-team}}\n')
    write(
        tmp_path / "configs/env/local.yaml",
        "world: {type: local, home: .mesh}\nvalues: {warehouse: .mesh/warehouse}\n",
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def product(project: Path) -> Callable[..., Path]:
    """Adds the product shop.<name>; returns its folder."""

    def add(name: str, source: str, more: str = "", contract: str = CONTRACT) -> Path:
        folder = project / "configs/shop" / name
        write(folder / "contract.yaml", contract.format(name=name))
        write(folder / "job.yaml", f"product: shop.{name}\nsource: {source}\ntarget: {{mode: replace}}\n{more}")
        return folder

    return add


@pytest.fixture
def mesh(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Runs a command; `main` always ends the process, which is an exception here."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("COLUMNS", raising=False)

    def call(*words: str) -> Said:
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main(list(words))
        said = capfd.readouterr()
        return Said(int(end.value.code or 0), said.out, said.err)

    return call


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
