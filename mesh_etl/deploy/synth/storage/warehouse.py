"""Where the tables of a unit are in S3, and whether their bucket is made with its stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.deploy.estate import CENTRE
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.govern.policies.places import Place

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate


def tables(project: Project, estate: Estate) -> Place | None:
    """Where the domain's tables are; None for the governance account, and for tables that are not in S3."""
    if estate.unit == CENTRE:
        return None
    root = project.table_root(f"{estate.unit}.")
    if not root.startswith("s3://"):
        return None
    bucket, _, prefix = root.removeprefix("s3://").partition("/")
    return Place(bucket, prefix, project.mesh.domains[estate.unit].account or "", estate.unit)


def made_here(project: Project, estate: Estate) -> bool:
    """Whether the bucket comes with the domain's stack: it states a warehouse of its own, and no other has that bucket.

    Raises `ConfigError` BUCKET_SHARED.
    """
    place, mesh = tables(project, estate), project.mesh
    if place is None or estate.settings.buckets == "existing" or mesh.domains[estate.unit].warehouse is None:
        return False
    others = {name: one.warehouse for name, one in mesh.domains.items() if name != estate.unit and one.warehouse}
    sharers = [name for name, where in others.items() if _bucket(project.path(where)) == place.bucket]
    if _bucket(project.warehouse) == place.bucket:
        sharers.append("the whole mesh")
    if not sharers:
        return True
    problem = f"the bucket '{place.bucket}' is also that of {', '.join(sharers)}: no stack of one can make it"
    fix = "give the domain a bucket of its own, or state deployment: {buckets: existing}"
    where = project.where_mesh("domains", estate.unit, "warehouse")
    raise ConfigError(Fault("BUCKET_SHARED", problem, where, fix))


def _bucket(address: str) -> str | None:
    return address.removeprefix("s3://").partition("/")[0] if address.startswith("s3://") else None
