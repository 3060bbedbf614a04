"""Whether a product is later than its job allows, and the event that says so."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.settled import of_job
from mesh_etl.config.deployment.times import duration
from mesh_etl.errors import Fault
from mesh_etl.events import DataProductLate, emit
from mesh_etl.plan.ledgers import ledger_of

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.worlds import World


@dataclass(frozen=True)
class Lateness:
    """A product whose newest rows are those of version `seq`, published at `published`, and should be newer."""

    seq: int
    published: datetime.datetime
    after: str  # what the job allows, as it says it
    fault: Fault


def late(job: LoadedJob, now: datetime.datetime | None = None) -> Lateness | None:
    """How late the product is at `now`, in UTC; None where it is not, where nothing says when, or without a version.

    What upkeep commits makes no row newer. A run that finds nothing new commits nothing.
    """
    stated = of_job(job.project.mesh, job.domain, job.job.deploy).late_after
    snapshot = ledger_of(job, job.product).snapshot() if stated else None
    if stated is None or snapshot is None:
        return None
    published = datetime.datetime.fromisoformat(snapshot.data.committed_at)
    if (now or datetime.datetime.now(datetime.UTC)) - published <= duration(stated):
        return None
    moment = published.isoformat(timespec="minutes")
    problem = f"{job.product}: version {snapshot.data.seq} is of {moment}, longer ago than {stated}"
    fault = Fault(
        "LATE", problem, job.where("deploy", "late_after"), f"see why it has not run: mesh-etl runs {job.product}"
    )
    return Lateness(snapshot.data.seq, published, stated, fault)


def announce_late(job: LoadedJob, lateness: Lateness, world: World) -> list[Fault]:
    """The event `DataProductLate` is told; returns why it could not be. Its id stays the same for one version."""
    told = DataProductLate(
        mesh=job.project.mesh.name,
        product=job.product,
        at=datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
        seq=lateness.seq,
        published=lateness.published.isoformat(),
        late_after=lateness.after,
    )
    return emit(world, job.project, [told], job.identity)
