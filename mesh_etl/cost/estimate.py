"""The estimate of a product: what a run costs as configured, what else it could run on, and what its table costs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.job import Deployment
from mesh_etl.config.deployment.settled import of_domain, of_job
from mesh_etl.config.deployment.times import duration
from mesh_etl.config.env import AwsWorld
from mesh_etl.contract.load import contract_of
from mesh_etl.cost.compute import Choice, Terms, choice, choices
from mesh_etl.cost.figures import Figures
from mesh_etl.cost.frequency import Frequency, frequency
from mesh_etl.cost.history import GlueRun, Ran, a_month, usual
from mesh_etl.cost.prices import PriceTable, generation
from mesh_etl.cost.storage import Storage, storage
from mesh_etl.cost.watching import Watching, of_product
from mesh_etl.cost.work import Reading, Work, work
from mesh_etl.deploy.workers import WORKERS
from mesh_etl.errors import Fault, PlanError
from mesh_etl.sources.base import Source
from mesh_etl.upkeep.lifecycle import rules

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, Project


@dataclass(frozen=True)
class Known:
    """What is known of a product: bytes of its pinned inputs, its past runs in the ledger and on Glue, its table.

    `inputs` is empty where inputs could not be looked at or have no size, and `table` None before the first version.
    """

    inputs: Mapping[str, int] = field(default_factory=dict)
    runs: tuple[Ran, ...] = ()
    glue: tuple[GlueRun, ...] = ()
    table: int | None = None


@dataclass(frozen=True)
class Estimate:
    """What it comes to. `best` is the cheapest choice that ends in time, and the execution class that makes it so.

    `watching` is None where the table has no prices of CloudWatch.
    """

    product: str
    region: str
    priced_as: str
    settings: Deployment
    reading: Reading
    read_basis: str
    work: Work
    configured: Choice
    choices: tuple[Choice, ...]
    best: tuple[Choice, str] | None
    frequency: Frequency
    storage: Storage
    watching: Watching | None
    source: str  # of the prices
    asked: str  # the day of the prices
    prices_file: str  # empty for those that come with the library

    @property
    def price(self) -> float:
        """Dollars of a run as it is configured; of a stream, of an hour."""
        flex = self.settings.execution == "flex" and self.configured.flex is not None
        return self.configured.flex if flex else self.configured.standard  # type: ignore[return-value]

    @property
    def monthly(self) -> float | None:
        """Dollars a month for runs as they are configured; None where nobody knows how many there are."""
        return None if self.frequency.runs is None else self.price * self.frequency.runs


def estimated(
    job: LoadedJob,
    known: Known,
    table: PriceTable,
    gb: float | None = None,
    runs: float | None = None,
    region: str = "",
) -> Estimate:
    """The estimate of the job, with the prices of `region`, by default that of its account.

    `gb` is how much a run reads and `runs` how often there is one in a month, where it is not as it looks now.
    Raises `PlanError` COST_INPUT_UNKNOWN when nothing says how much a run reads.
    """
    settings = of_job(job.project.mesh, job.domain, job.job.deploy)
    region = region or region_of(job)
    priced_as, prices = table.of(region)
    reading, basis = _reading(job, settings, known, gb)
    effort = work(reading, known.glue, known.runs, _cores(settings, known.runs))
    stream = settings.stream is not None
    terms = Terms(settings.engine, settings.auto_scaling, stream, generation(settings.glue_version), prices)
    timeout = duration(settings.timeout).total_seconds()
    configured = choice(effort, WORKERS[settings.worker_type], settings.workers, terms)
    others = tuple(choices(effort, timeout, terms))
    keep_logs = of_domain(job.project.mesh, job.domain).keep_logs
    often = Frequency(runs, "as you say") if runs is not None else frequency(job, known.runs)
    return Estimate(
        product=job.product,
        region=region,
        priced_as=priced_as,
        settings=settings,
        reading=reading,
        read_basis=basis,
        work=effort,
        configured=configured,
        choices=others,
        best=_cheapest([*([configured] if stream or configured.at_worst <= timeout else []), *others]),
        frequency=often,
        storage=storage(
            job.job.maintenance,
            known.table,
            known.runs,
            reading,
            adds=bool(job.job.target.mode.incremental),
            runs_a_month=(a_month(known.runs) if stream else often.runs) or 0.0,
            tier=_tier(job),
            prices=prices,
        ),
        watching=of_product(settings, often.runs or 0.0, keep_logs, prices.cloudwatch) if prices.cloudwatch else None,
        source=prices.source,
        asked=table.asked.isoformat(),
        prices_file=table.file,
    )


def region_of(job: LoadedJob) -> str:
    """The region in which the job runs; that of the first prices for an environment that is this machine."""
    return job.identity.region if job.identity is not None else project_region(job.project)


def project_region(project: Project) -> str:
    """The region of the environment; that of the first prices for one that is this machine."""
    world = project.env.world
    return world.region if isinstance(world, AwsWorld) else "us-east-1"


def _reading(job: LoadedJob, settings: Deployment, known: Known, gb: float | None) -> tuple[Reading, str]:
    """What a run reads, and what says so."""
    stated: dict[str, Source] = {"source": job.job.source, **job.job.inputs}
    engine, transforms = settings.engine, bool(job.job.transforms)
    main = job.job.source.type
    if gb is not None:
        return Reading({main: round(gb * 1e9)}, engine, transforms), "as you say"
    if sum(known.inputs.values()):
        by_type: dict[str, int] = {}
        for name, size in known.inputs.items():
            by_type[stated[name].type] = by_type.get(stated[name].type, 0) + size
        return Reading(by_type, engine, transforms), "the files that a run would read now"
    if before := usual(one.read for one in known.runs):
        return Reading({main: round(before)}, engine, transforms), "what runs have read so far"
    if settings.stream is not None:  # it costs the same whatever comes
        return Reading({main: 0}, engine, transforms), "nothing yet"
    problem = "nothing says how much a run of it reads"
    raise PlanError(
        Fault("COST_INPUT_UNKNOWN", problem, job.product, f"say it in gigabytes: mesh-etl cost {job.product} --gb 5")
    )


def _cores(settings: Deployment, runs: Sequence[Ran]) -> int:
    """The cores that the runs of the ledger had: those of the job on Glue, else those of this machine."""
    if runs and runs[-1].engine == "glue":
        return max(1, settings.workers - 1) * WORKERS[settings.worker_type].vcpus
    return os.cpu_count() or 1


def _cheapest(found: Sequence[Choice]) -> tuple[Choice, str] | None:
    priced = [(one.standard, one, "standard") for one in found]
    priced += [(one.flex, one, "flex") for one in found if one.flex is not None]
    return min(priced, key=lambda one: one[0])[1:] if priced else None


def _tier(job: LoadedJob) -> str | None:
    """The class of storage that the table's files move to."""
    moves = [one["Transitions"][0] for one in rules(job, contract_of(job), "") if "Transitions" in one]
    return str(moves[0]["StorageClass"]) if moves else None


def assumptions(one: Estimate) -> tuple[str, ...]:
    """What the estimate takes for granted, in sentences; the last one says where the prices are from."""
    figures = Figures.read()
    told = [] if one.settings.stream else _of_work(one, figures)
    if one.priced_as != one.region:
        told.append(f"prices of {one.region} are not known: those of {one.priced_as} stand in for them")
    if not one.storage.measured:
        told.append(f"the table has the usual share of its input ({figures.table_per_text_byte.basis})")
    if one.watching is not None:
        logs, spent = figures.log(one.settings.engine), "an hour" if one.settings.stream else "a run"
        told.append(f"{spent} writes {logs.value:g} MB of logs ({logs.basis})")
    table = f" ({one.prices_file})" if one.prices_file else ""
    return (*told, f"prices: {one.source}, looked up on {one.asked}{table}")


def _of_work(one: Estimate, figures: Figures) -> list[str]:
    """What the time of a run is taken from."""
    overhead = figures.overhead(one.settings.engine)
    told = [f"{overhead.value:.0f} s of a run are no work ({overhead.basis})"]
    if one.work.basis.startswith("benchmarks"):
        told += sorted({figures.speed(kind).basis for kind in one.reading.bytes})
        told += [] if one.settings.engine == "embedded" else [figures.speed_of_spark.basis]
        told += [figures.speed_with_transforms.basis] if one.reading.transforms else []
    if one.settings.auto_scaling:
        told.append("auto scaling takes a worker back as soon as it has no work")
    return told
