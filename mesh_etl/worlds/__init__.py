"""Worlds: where clients, secrets and locations come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.worlds.base import World

if TYPE_CHECKING:
    from pathlib import Path

    from mesh_etl.config.env import Env

__all__ = ["World", "open"]


def open(env: Env, root: Path) -> World:
    """The world that the environment names; nothing is contacted before the first client is asked for."""
    from mesh_etl.config.env import LocalWorld
    from mesh_etl.worlds.aws import Account
    from mesh_etl.worlds.local import Laptop

    if isinstance(env.world, LocalWorld):
        return Laptop(root, env.world.home)
    return Account(root, env.world.region, env.world.account, env.world.profile)
