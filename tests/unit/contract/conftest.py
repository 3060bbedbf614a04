from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mesh_etl.config.yaml import parse
from mesh_etl.contract.load import Contract, understand
from mesh_etl.errors import ConfigError, Fault

HEAD = """\
apiVersion: {version}
kind: DataContract
id: sales.orders
version: 1.0.0
"""

Understand = Callable[..., Contract]


@pytest.fixture
def contract() -> Understand:
    """A contract from YAML text; the four required keys are added."""

    def build(text: str, version: str = "v3.2.0") -> Contract:
        return understand(parse(HEAD.format(version=version) + text, "contract.yaml"))

    return build


@pytest.fixture
def one_column(contract: Understand) -> Understand:
    """A contract with one table `orders` and the given properties, each as one line of flow YAML."""

    def build(*properties: str, table: str = "", rest: str = "", **options: Any) -> Contract:
        lines = ["schema:", "  - name: orders", *([f"    {table}"] if table else []), "    properties:"]
        lines += [f"      - {one}" for one in properties]
        return contract("\n".join([*lines, rest, ""]), **options)

    return build


@pytest.fixture
def faults(one_column: Understand) -> Callable[..., tuple[Fault, ...]]:
    """The faults of such a contract."""

    def build(*properties: str, **options: Any) -> tuple[Fault, ...]:
        with pytest.raises(ConfigError) as raised:
            one_column(*properties, **options)
        return raised.value.faults

    return build
