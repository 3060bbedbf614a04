"""Accounts that nobody has put in yet: a new project can be looked at as on AWS before there is an account for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.config import placement
from mesh_etl.config.env import AwsWorld
from mesh_etl.placeholder import ACCOUNT, unset

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.errors import Fault


def placeholders(project: Project) -> tuple[Fault, ...]:
    """One fault, PLACEHOLDER_ACCOUNT, for each place where zeros stand for an account.

    What only looks says it as a warning; what would change an account refuses to begin.
    """
    places = [
        project.where_mesh("accounts", name, "id")
        for name, account in project.mesh.accounts.items()
        if account.id == ACCOUNT
    ]
    if isinstance(project.env.world, AwsWorld) and project.env.world.account == ACCOUNT:
        places.append(placement.env_path(project.env_name).as_posix())
    return tuple(unset(place) for place in places)
