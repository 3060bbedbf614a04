"""`jobs/audit.py`: all tables of a domain are held against ledger, files, catalogue and clock; nothing is repaired."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from mesh_etl import worlds
from mesh_etl.errors import PublishError, RunError
from mesh_etl.glue import told
from mesh_etl.glue.each import each
from mesh_etl.glue.opened import products_of, project_of
from mesh_etl.publish.lateness import announce_late, late, newest
from mesh_etl.telemetry import of_age, tell
from mesh_etl.upkeep.verify import verify

if TYPE_CHECKING:
    from mesh_etl.errors import MeshError
    from mesh_etl.glue.arguments import Arguments


def work(given: Arguments) -> None:
    """Each product has a line; one that fails keeps no other from being looked at. Raises the errors of all as one.

    A table that is later than `deploy.late_after` allows, or that was never published, is a fault, LATE; the event
    `DataProductLate` tells of its version. How old each table is, CloudWatch is told.
    """
    project = project_of(given)
    world = worlds.open(project.env, project.root)

    def one(product: str) -> MeshError | None:
        job = project.job(product)
        found = verify(job, world)
        unsent, behind = [], list(found.behind)
        if not found.damage:
            table, now = newest(job), datetime.datetime.now(datetime.UTC)
            unsent += tell(world, job, of_age(table, now)) if table is not None else []
            if (lateness := late(job, table, now)) is not None:
                behind.append(lateness.fault)
                unsent += announce_late(job, lateness, world)
        faults = [*found.damage, *behind]
        warnings = told.plain([*found.warnings, *unsent])
        facts = {"product": product, "version": found.version, "versions": found.versions, "files": found.files}
        told.line(
            "audit", outcome="failed" if faults else "well", **facts, faults=told.plain(faults), warnings=warnings
        )
        if not faults:
            return None
        return RunError(*faults) if found.damage else PublishError(*faults)

    each("audit", products_of(given, project), one)
