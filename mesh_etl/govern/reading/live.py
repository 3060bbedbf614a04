"""A reader by the grants that the accounts hold now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.govern.audit import Audit
from mesh_etl.govern.observe import observed
from mesh_etl.govern.principals import principal
from mesh_etl.govern.products import sorted_out
from mesh_etl.govern.reading.ended import without_ended
from mesh_etl.govern.reading.reader import Reader
from mesh_etl.govern.required import require_governance
from mesh_etl.govern.store import store

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.worlds import World


def live(project: Project, world: World, who: str, where: str) -> Reader:
    """The principal that `who` names, in the accounts as they are now, without what has ended today.

    Its attempts are noted in the governance store. Of a product whose files have faults nobody can tell what of it has
    ended: it is that product alone which cannot be read then. Raises `PlanError` GOVERNANCE_MISSING in a mesh without a
    central catalogue, `ConfigError` for names that nobody has, and what reading the accounts raises.
    """
    require_governance(project.mesh, where)
    audit = Audit(*store(project))
    products, broken = sorted_out(project)
    state = without_ended(project, observed(project, world), products)
    return Reader.of(project.mesh, principal(project.mesh, who, where), state, audit, broken)
