"""A world of AWS whose clients are those of accounts in process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesh_etl import worlds
from mesh_etl.testing.accounts import Accounts


@dataclass
class Remote:
    """Who asks for no identity is the role `role` of the account `account`; `seen` is told of each client."""

    world: worlds.World
    accounts: Accounts
    account: str = "shop"
    role: str = "admin"
    seen: Callable[[Any, str, str], None] = lambda client, account, role: None
    name: str = "aws"

    @property
    def home(self) -> Path:
        return self.world.home

    def client(self, service: str, identity: Any = None) -> Any:
        account, role, region = self.account, self.role, self.accounts.region
        if identity is not None:
            account = next(name for name, id_ in self.accounts.ids.items() if id_ == identity.account)
            role, region = identity.role, identity.region
        made = self.accounts.client(service, account, role, region)
        self.seen(made, self.accounts.ids[account], role)
        return made

    def secret(self, ref: str) -> str:
        return self.world.secret(ref)

    def location(self, path: str | Path) -> str:
        return self.world.location(path)
