"""A stack that is called as the unit's own, and by its tags is another's, is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_etl.testing.accounts import Accounts

from .conftest import Command

STACK = "test-prod-shop"


@pytest.mark.parametrize(
    "words",
    [
        ("deploy", "shop", "--yes"),
        ("deploy", "shop", "--dry-run"),
        ("deploy", "shop", "--continue-rollback"),
        ("destroy", "shop", "--with-data", "--confirm", "shop"),
    ],
)
def test_it_is_neither_changed_nor_removed(
    project: Path, deployed: Command, accounts: Accounts, words: tuple[str, ...]
) -> None:
    client = accounts.client("cloudformation", "shop")
    before = client.describe_stacks(StackName=STACK)["Stacks"]
    asked = accounts.calls["cloudformation.CreateChangeSet"]
    mesh = project / "configs/mesh.yaml"
    mesh.write_text(mesh.read_text().replace('"name": "test"', '"name": "test-"'))  # another, of the same name in AWS
    done = deployed(*words)
    assert done.code == 3
    assert f"error: {STACK}" in done.err
    assert "by its tags it is another's: mesh test; give the domain" in done.err
    assert "[STACK_OF_OTHERS]" in done.err
    assert client.describe_stacks(StackName=STACK)["Stacks"] == before
    assert accounts.calls["cloudformation.CreateChangeSet"] == asked
    assert accounts.calls["cloudformation.DeleteStack"] == 0
