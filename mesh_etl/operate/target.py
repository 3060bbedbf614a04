"""What a command is about: a unit of the mesh, or one of its products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.deploy import names
from mesh_etl.deploy.estate import Estate, GlueJob, estate, units
from mesh_etl.errors import ConfigError, Fault, did_you_mean

if TYPE_CHECKING:
    from mesh_etl.config import Project


@dataclass(frozen=True)
class Target:
    """A unit, and those of its jobs that are meant; `product` is empty where the whole unit is."""

    estate: Estate
    product: str
    jobs: tuple[GlueJob, ...]

    @property
    def name(self) -> str:
        """What the user has called it."""
        return self.product or self.estate.unit


def target(project: Project, name: str) -> Target:
    """The target of that name: `sales` is a unit, `sales.orders` a product.

    Raises `ConfigError`: UNKNOWN_UNIT, UNKNOWN_PRODUCT, and as `estate` does.
    """
    unit, dot, _ = name.partition(".")
    found = estate(project, unit)
    if not dot:
        return Target(found, "", found.jobs)
    job = found.job_of(name)
    if job is None:
        fix = did_you_mean(name, found.products)
        raise ConfigError(Fault("UNKNOWN_PRODUCT", f"'{name}' has no job", f"unit {unit}", fix))
    return Target(found, name, (job,))


def job_of(project: Project, name: str) -> tuple[Estate, GlueJob]:
    """The one job that a product, or the name of a job itself, stands for.

    Raises `ConfigError`: SEVERAL_JOBS for a unit, whose jobs have to be named, and as `target` does.
    """
    for unit in units(project):
        if name.startswith(names.inside((found := estate(project, unit)).stack)):
            job = next((one for one in found.jobs if one.name == name), None)
            if job is not None:
                return found, job
    meant = target(project, name)
    if meant.product or len(meant.jobs) == 1:
        return meant.estate, meant.jobs[0]
    every = ", ".join(one.name for one in meant.jobs)
    fix = f"name a product as in {name}.NAME, or one of its jobs: {every}"
    raise ConfigError(Fault("SEVERAL_JOBS", f"'{name}' has several jobs", "configs/mesh.yaml", fix))
