"""Whether a product is later than its job allows, and the event that says so.

One that was never published is late as well: the alarm cannot tell it from one whose runs have all stopped.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.settled import of_job
from mesh_etl.errors import Fault
from mesh_etl.events import DataProductLate, emit
from mesh_etl.plan.ledgers import ledger_of
from mesh_etl.publish.freshness import Freshness

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.worlds import World


@dataclass(frozen=True)
class Lateness:
    """A product whose newest rows should be newer than they are; `newest` is None where it has none at all."""

    newest: Freshness | None
    after: str  # what the job allows, as it says it
    fault: Fault


def newest(job: LoadedJob) -> Freshness | None:
    """How old the product's table is; None without a version. Raises what reading a ledger raises."""
    snapshot = ledger_of(job, job.product).snapshot()
    return Freshness.of(snapshot) if snapshot else None


def late(job: LoadedJob, found: Freshness | None, now: datetime.datetime) -> Lateness | None:
    """How late the product is whose newest version is `found`; None where it is not, or where nothing says when."""
    stated = of_job(job.project.mesh, job.domain, job.job.deploy).late_after
    if stated is None or (found is not None and found.overdue(stated, now) is None):
        return None
    if found is None:
        problem = f"{job.product}: it was never published, and a version is expected every {stated}"
    else:
        moment = found.committed.isoformat(timespec="minutes")
        problem = f"{job.product}: version {found.version} is of {moment}, longer ago than {stated}"
    fault = Fault(
        "LATE", problem, job.where("deploy", "late_after"), f"see why it has not run: mesh-etl runs {job.product}"
    )
    return Lateness(found, stated, fault)


def announce_late(job: LoadedJob, lateness: Lateness, world: World) -> list[Fault]:
    """The event `DataProductLate` is told; returns why it could not be. Its id stays the same for one version.

    Where there is no version, nobody waits for the next one, and nothing is told.
    """
    if lateness.newest is None:
        return []
    told = DataProductLate(
        mesh=job.project.mesh.name,
        product=job.product,
        at=datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
        seq=lateness.newest.version,
        published=lateness.newest.committed.isoformat(),
        late_after=lateness.after,
    )
    return emit(world, job.project, [told], job.identity)
