"""Where in the configuration a part of a deployment is stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import GlueJob


def place(project: Project, job: GlueJob, *loc: str | int) -> str:
    """The place of a key of `deploy:`, in the job's file where it says so itself, else of its domain or the mesh."""
    if job.task not in ("run", "stream"):
        return project.where_mesh("deployment", "jobs", *loc)
    loaded = project.job(job.products[0])
    if str(loc[0]) in loaded.job.deploy.model_fields_set:
        return loaded.where("deploy", *loc)
    if str(loc[0]) in project.mesh.domains[loaded.domain].deployment.jobs.model_fields_set:
        return project.where_mesh("domains", loaded.domain, "deployment", "jobs", *loc)
    return project.where_mesh("deployment", "jobs", *loc)
