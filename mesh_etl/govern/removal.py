"""All that the mesh has made in its accounts goes; what others have made stays, and so does the data itself."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

from mesh_etl.govern.apply import Applied, apply
from mesh_etl.govern.difference import Claims, difference
from mesh_etl.govern.governors import with_governors
from mesh_etl.govern.names import role_arn
from mesh_etl.govern.observe import observed
from mesh_etl.govern.planned import ALL, Planned, Scope, bounds, record
from mesh_etl.govern.state import Settings, State

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.worlds import World


def destroy(project: Project, world: World, by: str) -> Applied:
    """The accounts hold nothing of the mesh any more, and nothing that is there is claimed for it from now on.

    May be cut off anywhere and run again. Raises as `apply` does; what is dangerous about it was agreed to.
    """
    done = apply(project, world, by, dangerous=True, planning=removal)
    kept = record(project)
    if kept.claims().things:
        kept.add("destroyed", by, [], Claims(), datetime.datetime.now(datetime.UTC))
    return done


def removal(project: Project, world: World, _: Scope = ALL) -> Planned:
    """What has to go so that the accounts hold nothing of the mesh any more.

    The settings of the accounts stay: they close what would be open to everybody. A database that holds tables of
    others stays with them. No contract is read, so that a mesh with broken ones can be removed as well. Raises
    `PlanError` (GOVERNANCE_MISSING), and `RunError` where an account cannot be read.
    """
    limits = bounds(project)
    if not limits.claims.things:  # nothing was ever applied, or all of it is removed
        return Planned(State(), State(), limits, difference(State(), State(), limits))
    found = observed(project, world, {one[2] for one in limits.claims.things if one[0] == "databases"})
    wanted = with_governors(State(settings=_settings(project.mesh, found)), found, limits.claims)
    changes = difference(found, wanted, limits)
    plain = tuple(replace(one, dangers=()) for one in changes.changes)  # that all of it goes is what is confirmed
    return Planned(found, wanted, limits, replace(changes, changes=plain))


def _settings(mesh: Mesh, found: State) -> dict[str, Settings]:
    """The settings as they are, with our administrators, who have to be it to take anything away."""
    return {
        one.id: replace(found.settings[one.id], admins=frozenset({role_arn(one, one.role)}))
        for one in mesh.accounts.values()
    }
