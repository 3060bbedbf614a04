"""What a job may look up of Iceberg tables of other domains: the central entry, which says where their metadata are.

The files themselves are read by what Lake Formation lends for the table, of which the role has no right of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mesh_etl.config.product_name import domain_of
from mesh_etl.contract.load import contract_of
from mesh_etl.govern.names import central, central_account
from mesh_etl.govern.policies.documents import Statement, allow
from mesh_etl.order import needs
from mesh_etl.plan.references import led_to

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.govern.state import Table


def lent(project: Project, jobs: Iterable[LoadedJob]) -> tuple[Table, ...]:
    """The central entries of the Iceberg tables of other domains that the jobs read, or look up keys in, in order."""
    if project.mesh.governance is None:
        return ()
    found = {(job.domain, name) for job in jobs for name in (*needs(job), *led_to(job, contract_of(job)))}
    others = sorted({name for domain, name in found if domain_of(name) != domain and project.has_job(name)})
    iceberg = [name for name in others if project.job(name).job.target.format == "iceberg"]
    return tuple(central(project.mesh, name) for name in iceberg)


def looking_up_lent(project: Project, found: Iterable[Table]) -> list[Statement]:
    """The statement that lets a role look at these entries, of a catalogue in which it may look at its own already.

    Glue asks for the right on catalogue, database and table, each.
    """
    tables = list(found)
    if not tables:
        return []
    centre = central_account(project.mesh)
    glue = f"arn:aws:glue:{centre.region}:{centre.id}"
    databases = sorted({f"{glue}:database/{one.database}" for one in tables})
    return [
        allow("Lent", ["glue:GetTable"], [*databases, *(f"{glue}:table/{one.database}/{one.name}" for one in tables)])
    ]
