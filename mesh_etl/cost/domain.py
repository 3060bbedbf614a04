"""What the jobs of a domain cost in a month: its products, and the chores that keep them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.settled import of_domain
from mesh_etl.config.env import AwsWorld
from mesh_etl.cost.compute import Terms, choice
from mesh_etl.cost.cron import times_a_month
from mesh_etl.cost.estimate import Estimate, estimated
from mesh_etl.cost.figures import Figures
from mesh_etl.cost.known import known
from mesh_etl.cost.prices import PriceTable, generation
from mesh_etl.cost.work import Work
from mesh_etl.deploy.estate import GlueJob, estate
from mesh_etl.deploy.workers import WORKERS
from mesh_etl.errors import Fault, MeshError

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.worlds import World

CHORE_SECONDS = 2  # for each product, assumed: ledger and listing are read, and rarely is there more to do


@dataclass(frozen=True)
class DomainCost:
    """The estimates of a domain's products, and dollars a month of its chores by the name of their jobs.

    `unknown` has what keeps a product from being estimated. `budget` is what the domain means to spend in a month.
    """

    products: tuple[Estimate, ...]
    chores: Mapping[str, float]
    unknown: tuple[Fault, ...]
    budget: float | None

    @property
    def monthly(self) -> float:
        """Dollars a month, of what is known."""
        runs = sum(one.monthly or 0.0 for one in self.products)
        return runs + sum(one.storage.monthly for one in self.products) + sum(self.chores.values())


def domain_cost(project: Project, domain: str, world: World, table: PriceTable, region: str = "") -> DomainCost:
    """What all jobs of the domain cost; of a product of which nothing is known, why."""
    products, unknown = [], list[Fault]()
    for product in project.products():
        if product.startswith(f"{domain}."):
            job = project.job(product)
            try:
                seen, faults = known(job, world, required=False)
                products.append(estimated(job, seen, table, region=region))
                unknown += faults
            except MeshError as error:
                unknown += error.faults
    budget = of_domain(project.mesh, domain).budget
    chores = _chores(project, domain, table, region) if isinstance(project.env.world, AwsWorld) else {}
    return DomainCost(tuple(products), chores, tuple(unknown), budget.monthly if budget else None)


def _chores(project: Project, domain: str, table: PriceTable, region: str) -> dict[str, float]:
    """Dollars a month of the jobs that keep the domain's tables, by name."""
    unit = estate(project, domain)
    _, prices = table.of(region or unit.account.region)
    found = {}
    for job in unit.jobs:
        if job.schedule is not None:
            terms = Terms(
                job.settings.engine, job.settings.auto_scaling, False, generation(job.settings.glue_version), prices
            )
            found[job.name] = _chore(job, terms) * (times_a_month(job.schedule) or 0.0)
    return found


def _chore(job: GlueJob, terms: Terms) -> float:
    overhead = Figures.read().overhead(job.settings.engine).value
    work = Work(CHORE_SECONDS * len(job.products), overhead, 1, 0.5, 3.0, "an assumption")
    return choice(work, WORKERS[job.settings.worker_type], job.settings.workers, terms).standard
