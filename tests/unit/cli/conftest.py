"""A small project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

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


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
