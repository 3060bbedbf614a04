"""The roles of a unit: of its jobs, of its crawlers, and of what starts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.deploy.estate import CENTRE
from mesh_etl.deploy.synth.access.job_role import of_jobs
from mesh_etl.deploy.synth.access.roles import role
from mesh_etl.deploy.synth.access.services import of_services
from mesh_etl.deploy.synth.template import Template
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.govern.policies.trust import jobs as taken_by_jobs

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.package.bundle import Bundle
    from mesh_etl.deploy.synth.template import Resource


def access(project: Project, estate: Estate, bundle: Bundle | None = None) -> tuple[Template, ...]:
    """The template of the unit's roles. The role that governs is there already, and nobody who deploys changes it.

    It, and with `roles: existing` the roles of jobs, have to hold what `mesh-etl govern policies` prints.
    Raises `ConfigError`: JOBS_AS_GOVERNOR, ROLE_TOO_LARGE.
    """
    _judged(project, estate)
    made: dict[str, Resource] = {}
    if estate.settings.roles == "create" and estate.unit != CENTRE:
        trust, does = taken_by_jobs(estate.account), f"Runs the jobs of {estate.unit}"
        made |= role(estate, "jobs", estate.role.role, trust, of_jobs(project, estate), does)
    made |= of_services(project, estate)
    return (Template("access", f"Roles of {estate.unit}, mesh {estate.mesh}, {estate.env}", made),)


def _judged(project: Project, estate: Estate) -> None:
    """The jobs of a domain never run as the role that governs: that one can grant anything."""
    if estate.unit == CENTRE or estate.role.role != estate.account.role:
        return
    problem = f"the jobs of '{estate.unit}' would run as the role that governs, for no persona of it runs jobs"
    fix = "add a persona with runs_jobs: true, whose role is its own"
    where = project.where_mesh("domains", estate.unit)
    raise ConfigError(Fault("JOBS_AS_GOVERNOR", problem, where, fix))
