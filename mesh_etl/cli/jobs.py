"""The jobs that a command works on, and what is wrong with those that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mesh_etl.config import LoadedJob, Project
from mesh_etl.contract.load import Contract, load
from mesh_etl.errors import ConfigError


@dataclass
class Jobs:
    """The jobs that are valid, with their contracts, and the errors of the others; both by product."""

    valid: dict[str, LoadedJob] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    broken: dict[str, ConfigError] = field(default_factory=dict)


def read(project: Project, products: Sequence[str]) -> Jobs:
    """The jobs of the products with their contracts. A product that does not exist is among the broken ones."""
    jobs = Jobs()
    for product in dict.fromkeys(products):
        try:
            job = project.job(product)
            jobs.contracts[job.product] = contract_of(job)
            jobs.valid[job.product] = job
        except ConfigError as error:
            jobs.broken[product] = error
    return jobs


def contract_of(job: LoadedJob) -> Contract:
    """The contract of the job. Raises `ConfigError` with all its faults."""
    path = job.contract_path
    within = path.is_relative_to(job.project.root)
    return load(path, path.relative_to(job.project.root).as_posix() if within else path.name)
