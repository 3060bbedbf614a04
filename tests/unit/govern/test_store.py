"""The records of governance lie in the central account, whoever looks at them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mesh_etl.config import Project
from mesh_etl.govern.store import store

CENTRAL, HERE = "111111111111", "222222222222"


def project(folder: Path, governance: str, world: str) -> Project:
    (folder / "configs/env").mkdir(parents=True)
    (folder / "configs/env/local.yaml").write_text(f"world: {world}\n")
    (folder / "configs/mesh.yaml").write_text(
        "name: shop\nwarehouse: s3://lake\n"
        f'accounts: {{central: {{id: "{CENTRAL}"}}, sales: {{id: "{HERE}"}}}}\n'
        f"governance: {{{governance}}}\n"
        "domains: {sales: {owner: team, account: sales}}\n"
    )
    return Project.open(folder)


AWS = f'{{type: aws, region: eu-west-1, account: "{HERE}"}}'


@pytest.mark.parametrize(
    ("governance", "world", "root", "owner"),
    [
        ("account: central, store: s3://records/mesh", AWS, "s3://records/mesh", CENTRAL),
        ("account: central", AWS, "s3://lake/_governance", HERE),
        ("account: central, store: s3://records/mesh", "{type: local}", "s3://records/mesh", None),
    ],
)
def test_a_bucket_named_for_it_is_the_central_accounts(
    tmp_path: Path, governance: str, world: str, root: str, owner: str | None
) -> None:
    found, storage = store(project(tmp_path, governance, world))
    kept: Any = storage
    assert (found, kept.bucket_owner) == (root, owner)
