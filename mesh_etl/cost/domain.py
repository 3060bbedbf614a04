"""What the jobs of a domain cost in a month: its products, and the chores that keep them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.settled import of_domain
from mesh_etl.config.env import AwsWorld
from mesh_etl.config.product_name import domain_of
from mesh_etl.cost.compute import Terms, choice
from mesh_etl.cost.cron import times_a_month
from mesh_etl.cost.estimate import Estimate, estimated, project_region
from mesh_etl.cost.figures import Figures
from mesh_etl.cost.known import known
from mesh_etl.cost.prices import PriceTable, generation
from mesh_etl.cost.watching import of_chore
from mesh_etl.cost.work import Work
from mesh_etl.deploy.estate import GlueJob, estate
from mesh_etl.deploy.synth.watch.dashboard import ROWS
from mesh_etl.deploy.workers import WORKERS
from mesh_etl.errors import Fault, MeshError

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.worlds import World

CHORE_SECONDS = 2  # for each product, assumed: ledger and listing are read, and rarely is there more to do


@dataclass(frozen=True)
class DomainCost:
    """The estimates of a domain's products, and dollars a month of its chores by the name of their jobs.

    `left_out` are the products of which nothing is known, and `unknown` has what kept us from knowing it, or more of
    the others. `watched` is what CloudWatch costs for each chore, and `dashboards` for those of the domain: nothing
    where the table has no such prices. `budget` is what the domain means to spend in a month.
    """

    products: tuple[Estimate, ...]
    left_out: tuple[str, ...]
    chores: Mapping[str, float]
    watched: Mapping[str, float]
    dashboards: float
    unknown: tuple[Fault, ...]
    budget: float | None

    @property
    def uncounted(self) -> tuple[str, ...]:
        """The products of which nobody knows how often they run: their runs are not in the sum."""
        return tuple(one.product for one in self.products if one.monthly is None)

    @property
    def monthly(self) -> float:
        """Dollars a month, of what is known."""
        runs = sum(one.monthly or 0.0 for one in self.products)
        watched = sum(one.watching.monthly for one in self.products if one.watching) + sum(self.watched.values())
        kept = sum(one.storage.monthly for one in self.products)
        return runs + kept + sum(self.chores.values()) + watched + self.dashboards


def domain_cost(project: Project, domain: str, world: World, table: PriceTable, region: str = "") -> DomainCost:
    """What all jobs of the domain cost; of a product of which nothing is known, why."""
    products, left_out, unknown = list[Estimate](), list[str](), list[Fault]()
    for product in project.products():
        if domain_of(product) == domain:
            job = project.job(product)
            try:
                seen, faults = known(job, world, required=False)
                unknown += faults  # first, for it is why nothing is known
                products.append(estimated(job, seen, table, region=region))
            except MeshError as error:
                unknown += error.faults
                left_out.append(product)
    budget = of_domain(project.mesh, domain).budget
    chores, watched = _chores(project, domain, table, region) if isinstance(project.env.world, AwsWorld) else ({}, {})
    jobs = len(products) + len(left_out) + len(chores)
    _, prices = table.of(region or project_region(project))
    dashboards = ceil(jobs / ROWS) * prices.cloudwatch.dashboard_month if prices.cloudwatch else 0.0
    return DomainCost(
        tuple(products),
        tuple(left_out),
        chores,
        watched,
        dashboards,
        tuple(unknown),
        budget.monthly if budget else None,
    )


def _chores(project: Project, domain: str, table: PriceTable, region: str) -> tuple[dict[str, float], dict[str, float]]:
    """Dollars a month of the jobs that keep the domain's tables, by name, and of watching them."""
    unit = estate(project, domain)
    _, prices = table.of(region or unit.account.region)
    found, watched = {}, {}
    for job in unit.jobs:
        if job.schedule is not None:
            settings, often = job.settings, times_a_month(job.schedule) or 0.0
            terms = Terms(settings.engine, settings.auto_scaling, False, generation(settings.glue_version), prices)
            found[job.name] = _chore(job, terms) * often
            if prices.cloudwatch is not None:
                kept = unit.settings.keep_logs
                watched[job.name] = of_chore(settings.engine, often, kept, prices.cloudwatch).monthly
    return found, watched


def _chore(job: GlueJob, terms: Terms) -> float:
    overhead = Figures.read().overhead(job.settings.engine).value
    work = Work(CHORE_SECONDS * len(job.products), overhead, 1, 0.5, 3.0, "an assumption")
    return choice(work, WORKERS[job.settings.worker_type], job.settings.workers, terms).standard
