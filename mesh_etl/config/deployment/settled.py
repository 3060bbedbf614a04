"""What holds for one domain or one job, of what mesh, domain and job say."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mesh_etl.config.deployment.job import Deployment
from mesh_etl.config.deployment.mesh import DomainDeployment

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh

Stated = TypeVar("Stated", Deployment, DomainDeployment)


def of_domain(mesh: Mesh, domain: str) -> DomainDeployment:
    """How the jobs of the domain are deployed: what it states itself, else what the mesh does."""
    found = mesh.domains[domain].deployment
    return _joined(DomainDeployment, mesh.deployment, found, jobs=_joined(Deployment, mesh.deployment.jobs, found.jobs))


def of_job(mesh: Mesh, domain: str, stated: Deployment) -> Deployment:
    """How a job of the domain is deployed that states `stated` itself."""
    return _joined(Deployment, of_domain(mesh, domain).jobs, stated)


def _joined(kind: type[Stated], *layers: Stated, **also: object) -> Stated:
    """The keys that a layer states, those of a later layer before those of an earlier one."""
    found = {name: getattr(layer, name) for layer in layers for name in layer.model_fields_set & set(kind.model_fields)}
    return kind.model_construct(**{**found, **also})
