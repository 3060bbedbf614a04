"""Who asks for access, and who decides on it, as roles: they write into the mesh's own records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.govern.principals import people, runner
from mesh_etl.govern.products import governed
from mesh_etl.govern.requests.approvers import approvers

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.contract.people import Role


def askers(project: Project) -> dict[str, str]:
    """The ARNs of all people whom the mesh file names, by name; roles of jobs are nobody who asks."""
    jobs = {runner(project.mesh, domain) for domain in project.mesh.domains}
    return {name: arn for name, arn in people(project.mesh).items() if arn not in jobs}


def deciders(project: Project) -> dict[str, str]:
    """The ARNs of those who decide on requests, by name: by their place in the mesh, or because a contract says so.

    Raises `ConfigError` with the faults of contracts.
    """
    named: set[str] = set()
    for product in governed(project):
        roles: list[Role | None] = [None, *product.contract.odcs.roles]
        named |= {
            who for role in roles for level in (1, 2) for who in approvers(project.mesh, product.domain, role, level)
        }
    return {name: arn for name, arn in askers(project).items() if name in named}
