"""Worlds: where clients, secrets and locations come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mesh_etl.worlds.base import World

if TYPE_CHECKING:
    from pathlib import Path

    from mesh_etl.config.env import Env

__all__ = ["World", "open", "through"]


def open(env: Env, root: Path) -> World:
    """The world that the environment names; nothing is contacted before the first client is asked for."""
    from mesh_etl.config.env import LocalWorld
    from mesh_etl.worlds.aws import Account
    from mesh_etl.worlds.local import Laptop

    found: World
    if isinstance(env.world, LocalWorld):
        found = Laptop(root, env.world.home)
    else:
        found = Account(root, env.world.region, env.world.account, env.world.profile)
    for made in _through:
        found = made(found)
    return found


_through: list[Callable[[World], World]] = []


@contextmanager
def through(made: Callable[[World], World]) -> Iterator[None]:
    """Each world that this process opens in the block is what `made` makes of it: its clients' calls can be watched."""
    _through.append(made)
    try:
        yield
    finally:
        _through.remove(made)
