"""Where in the configuration a part of a deployment is stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob


def place(project: Project, job: GlueJob, *loc: str | int) -> str:
    """The place of a key of `deploy:`, in the job's file where it says so itself, else of its domain or the mesh."""
    if not job.product:
        return project.where_mesh("deployment", "jobs", *loc)
    loaded = project.job(job.product)
    if str(loc[0]) in loaded.job.deploy.model_fields_set:
        return loaded.where("deploy", *loc)
    if str(loc[0]) in project.mesh.domains[loaded.domain].deployment.jobs.model_fields_set:
        return project.where_mesh("domains", loaded.domain, "deployment", "jobs", *loc)
    return project.where_mesh("deployment", "jobs", *loc)


def of_unit(project: Project, estate: Estate, *loc: str | int) -> str:
    """The place of a key of `deployment:`, at the unit's domain where it says so itself, else of the mesh."""
    domain = project.mesh.domains.get(estate.unit)
    if domain is not None and str(loc[0]) in domain.deployment.model_fields_set:
        return project.where_mesh("domains", estate.unit, "deployment", *loc)
    return project.where_mesh("deployment", *loc)
