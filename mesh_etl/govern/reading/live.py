"""A reader by the grants that the accounts hold now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PlanError
from mesh_etl.govern.audit import Audit
from mesh_etl.govern.observe import observed
from mesh_etl.govern.principals import principal
from mesh_etl.govern.reading.ended import without_ended
from mesh_etl.govern.reading.reader import Reader
from mesh_etl.govern.store import store

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.worlds import World


def live(project: Project, world: World, who: str, where: str) -> Reader:
    """The principal that `who` names, in the accounts as they are now, without what has ended today.

    Its attempts are noted in the governance store. Raises `PlanError` GOVERNANCE_MISSING in a mesh without a central
    catalogue, `ConfigError` for names that nobody has, and what reading the accounts raises.
    """
    if project.mesh.governance is None:
        fix = "state accounts and governance in configs/mesh.yaml"
        raise PlanError(Fault("GOVERNANCE_MISSING", "the mesh has no governance", where, fix))
    audit = Audit(*store(project))
    state = without_ended(project, observed(project, world))
    return Reader.of(project.mesh, principal(project.mesh, who, where), state, audit)
