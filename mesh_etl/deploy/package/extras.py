"""Which packages a job needs beyond those that all need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.contract.load import contract_of
from mesh_etl.deploy.estate import GlueJob
from mesh_etl.deploy.package.lock import Extra
from mesh_etl.order import needs
from mesh_etl.plan.references import led_to
from mesh_etl.sources.avro import Avro
from mesh_etl.sources.databases import Address
from mesh_etl.sources.jdbc import Jdbc

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, Project

_DRIVERS: dict[str, Extra] = {"postgresql": "postgresql", "mariadb": "mysql", "mysql": "mysql"}


def extras_of(project: Project, job: GlueJob) -> tuple[Extra, ...]:
    """The extras that the job needs, in order: by its engine, its sources, and the tables that it reads and writes,
    those that its foreign keys lead to among them.

    Chores never start an engine's frames.
    """
    found: set[Extra] = set()
    if job.settings.engine == "embedded" and job.product:
        found.add("embedded")
    for product in job.products:
        loaded = project.job(product)
        found |= _of_sources(loaded) if job.product else set()
        read = (*needs(loaded), *led_to(loaded, contract_of(loaded)))
        tables = (loaded, *(project.job(name) for name in read if project.has_job(name)))
        if any(one.job.target.format == "iceberg" for one in tables):
            found.add("iceberg")
    return tuple(sorted(found))


def _of_sources(job: LoadedJob) -> set[Extra]:
    found: set[Extra] = set()
    for one in (job.job.source, *job.job.inputs.values()):
        if isinstance(one, Avro):
            found.add("avro")
        if isinstance(one, Jdbc):
            found.add(_DRIVERS[Address.parse(one.url).scheme])
    return found
