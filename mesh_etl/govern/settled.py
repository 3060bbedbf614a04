"""Drift that is there, and not only in an answer that came before the last change was in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.govern.accounts import Accounts
from mesh_etl.govern.planned import ALL, Planned, Scope, planned

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.worlds import World

READINGS = 3


def settled(project: Project, world: World, scope: Scope = ALL) -> Planned:
    """What `planned` says; on AWS, what differs is read again, since tags and grants are not seen at once.

    Raises as `planned` does.
    """
    accounts = Accounts(project, world)
    found = planned(project, world, scope)
    for reading in range(1, READINGS if accounts.distant else 1):
        if not found.changes:
            break
        accounts.rest(reading)
        found = planned(project, world, scope)
    return found
