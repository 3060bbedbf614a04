"""The policies that `govern policies` prints allow every call that governing makes: AWS would refuse the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mesh_etl.config.governance.identity import Identity
from mesh_etl.govern.apply import apply
from mesh_etl.govern.policies import policies
from tests.aws.govern.conftest import MESH, World, written


class Watched(World):
    """A world that knows in which account each call was made."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.made: set[tuple[str, str]] = set()

    def client(self, service: str, identity: Identity) -> Any:
        found = super().client(service, identity)

        def noted(model: Any, **_: Any) -> None:
            self.made.add((identity.account, f"{service}:{model.name}"))

        found.meta.events.register(f"provide-client-params.{service}", noted, f"watched {identity.account}")
        return found


def test_every_call_of_an_apply_is_allowed_to_the_role_that_governs(tmp_path: Path) -> None:
    mesh = MESH.replace('"}', '", external_id: of-this-mesh}')
    project = written(tmp_path / "project", mesh)
    world = Watched(tmp_path / "home")
    apply(project, world, "me")
    names = {account.id: name for name, account in project.mesh.accounts.items()}
    allowed = {
        (policy.account, action)
        for policy in policies(project)
        if policy.subject == "role mesh-governor" and policy.kind == "permissions"
        for statement in policy.document["Statement"]
        for action in statement["Action"]
    }
    assert len(world.made) > 40
    assert sorted((names[account], call) for account, call in world.made if (names[account], call) not in allowed) == []
