"""The project that a job script works on, and which of its products."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.config import Project
from mesh_etl.config.deployment.settled import of_job
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.config.deployment.job import Deployment
    from mesh_etl.glue.arguments import Arguments


def project_of(given: Arguments) -> Project:
    """The project: the compiled one at `--job`, else the folder `--root` in the environment `--env`.

    Raises `ConfigError` ARGUMENT_INVALID for both at once, and what opening it raises.
    """
    if given["job"] and (given["root"] or given["env"]):
        fix = "leave --root and --env out: the compiled configuration is of one environment"
        raise ConfigError(Fault("ARGUMENT_INVALID", "it says where the configuration is already", "--job", fix))
    if given["job"]:
        return Project.compiled(given["job"])
    return Project.open(given["root"] or ".", given["env"] or "local")


def products_of(given: Arguments, project: Project) -> tuple[str, ...]:
    """The product that is named, else those that the project was compiled for, else all of a folder's.

    Raises `ConfigError` ARGUMENT_INVALID for one that the project has as what its own products read.
    """
    if given["product"] and project.assigned and given["product"] not in project.assigned:
        fix = f"leave it out: this is the configuration of {', '.join(project.assigned)}"
        raise ConfigError(Fault("ARGUMENT_INVALID", "the job is not one for this product", "--product", fix))
    return (given["product"],) if given["product"] else project.assigned or project.products()


def job_of(given: Arguments, project: Project) -> LoadedJob:
    """The job of the product that is named, or of the only one.

    Raises `ConfigError`: ARGUMENT_MISSING, and as `products_of` does.
    """
    products = products_of(given, project)
    if len(products) != 1:
        fix = "add --product DOMAIN.NAME"
        raise ConfigError(Fault("ARGUMENT_MISSING", f"there are {len(products)} products", "--product", fix))
    return project.job(products[0])


def settings_of(job: LoadedJob) -> Deployment:
    """How the job is deployed, of what mesh, domain and job say."""
    return of_job(job.project.mesh, job.domain, job.job.deploy)


def engine_of(given: Arguments, job: LoadedJob) -> str:
    """The engine that is named; else in Glue the one that the job is deployed with, and `embedded` elsewhere."""
    return given["engine"] or (settings_of(job).engine if given.in_glue else "embedded")
