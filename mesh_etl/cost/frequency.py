"""How often a product is made in a month, and what says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.settled import of_job
from mesh_etl.config.deployment.start import AfterProducts, OnSchedule
from mesh_etl.cost.cron import HOURS, times_a_month
from mesh_etl.cost.history import Ran, a_month
from mesh_etl.order import needs

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, Project


@dataclass(frozen=True)
class Frequency:
    """Runs in a month, None where nothing tells, and what says so. Of a stream they are the hours."""

    runs: float | None
    basis: str


def frequency(job: LoadedJob, runs: Sequence[Ran]) -> Frequency:
    """How often the job runs: by its schedule, by that of the products that it follows, or as it has run so far."""
    settings = of_job(job.project.mesh, job.domain, job.job.deploy)
    if settings.stream is not None:
        return Frequency(HOURS, "a stream: every hour of the month")
    stated = _stated(job.project, job.product, frozenset())
    if stated.runs is not None:
        return stated
    if (found := a_month(runs)) is not None:
        return Frequency(found, "as often as it has run so far")
    return stated


def _stated(project: Project, product: str, asked: frozenset[str]) -> Frequency:
    """How often a product runs by what the configuration states, None where that does not tell."""
    job = project.job(product)
    start = of_job(project.mesh, job.domain, job.job.deploy).start
    match start:
        case OnSchedule():
            found = times_a_month(start.at)
            return Frequency(found, start.at if found is not None else f"{start.at} is not understood")
        case AfterProducts():
            before = [one for one in start.products or needs(job) if one not in asked]
            known = [_stated(project, one, asked | {product}).runs for one in before]
            told = [one for one in known if one is not None]
            if not told or (start.when == "all" and len(told) < len(known)):
                return Frequency(None, f"after {', '.join(before) or 'nothing'}, whose schedule is not known")
            return Frequency(min(told) if start.when == "all" else sum(told), f"after {', '.join(before)}")
    return Frequency(None, "started by hand" if start.type == "on_demand" else "whenever files come")
