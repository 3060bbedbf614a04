"""The order in which products are made: a product comes after those that it reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from mesh_etl.config import LoadedJob
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.sources import Table


def needs(job: LoadedJob) -> tuple[str, ...]:
    """The products whose tables the job reads, each once, in the order in which the job names them."""
    sources = (job.job.source, *job.job.inputs.values())
    return tuple(dict.fromkeys(one.product for one in sources if isinstance(one, Table)))


def unknown_needs(jobs: Iterable[LoadedJob], products: Iterable[str]) -> list[Fault]:
    """A fault for each product that a job reads and that is not among `products`."""
    known = set(products)
    return [unread(job, name, known) for job in jobs for name in needs(job) if name not in known]


def unread(job: LoadedJob, name: str, known: Collection[str]) -> Fault:
    """Why the job cannot read the product, which has no table."""
    if name in job.project.views():
        fix = "read the products that it reads, and say what it says in a transform of type sql"
        return Fault("IS_A_VIEW", f"'{name}' is a view: it has no table that a job could read", _place(job, name), fix)
    problem = f"there is no product '{name}' to read"
    return Fault("UNKNOWN_PRODUCT", problem, _place(job, name), did_you_mean(name, known))


def in_order(
    jobs: Iterable[LoadedJob], refers: Mapping[str, Collection[str]] = MappingProxyType({})
) -> tuple[LoadedJob, ...]:
    """The jobs such that each comes after those among them that it needs, and by name where that leaves a choice.

    `refers` has the products to which the foreign keys of a product lead: they come first where no circle arises, so
    that the keys are looked up in what this run makes. Raises `ConfigError` (DEPENDENCY_CYCLE) naming the products that
    wait for each other.
    """
    known = {job.product: job for job in sorted(jobs, key=lambda one: one.product)}
    before = {name: [one for one in needs(job) if one in known] for name, job in known.items()}
    for name in known:
        for other in sorted(set(refers.get(name, ())) & known.keys()):
            if not _waits(other, name, before):
                before[name].append(other)
    sorter = TopologicalSorter(before)
    try:
        sorter.prepare()
    except CycleError as error:
        raise ConfigError(_cycle(error.args[1], known)) from None
    found: list[LoadedJob] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        found += [known[name] for name in ready]
        sorter.done(*ready)
    return tuple(found)


def _waits(product: str, other: str, before: Mapping[str, Collection[str]]) -> bool:
    """Whether the product is the other one, or comes after it."""
    seen, ahead = set[str](), [product]
    while ahead:
        name = ahead.pop()
        if name == other:
            return True
        if name not in seen:
            seen.add(name)
            ahead += before[name]
    return False


def _place(job: LoadedJob, product: str) -> str:
    for name, one in job.job.inputs.items():
        if isinstance(one, Table) and one.product == product:
            return job.where("inputs", name, "product")
    return job.where("source", "product")


def _cycle(circle: list[str], known: dict[str, LoadedJob]) -> Fault:
    names = circle[::-1]  # graphlib lists them from the one that is read to the one that reads it
    start = names.index(min(names[:-1]))
    names = [*names[start:-1], *names[:start], names[start]]
    problem = f"these products wait for each other: {' reads '.join(names)}"
    return Fault("DEPENDENCY_CYCLE", problem, str(known[names[0]].path), "take one of these inputs out")
