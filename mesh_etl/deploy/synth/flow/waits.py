"""For which products each job waits, and whether it can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.start import AfterProducts
from mesh_etl.config.product_name import domain_of
from mesh_etl.deploy.places import place
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.sources import Table

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob


@dataclass(frozen=True)
class Waits:
    """A product that starts after others: those of its own unit, and those that are heard of as they are published.

    Where it waits for all, and one of them is another unit's, all are heard of; and its run asks the ledgers whether
    each of them has something new.
    """

    here: tuple[str, ...]
    elsewhere: tuple[str, ...]
    start: AfterProducts

    @property
    def any(self) -> bool:
        """Whether one of them is enough."""
        return self.start.when == "any" or len(self.here) + len(self.elsewhere) == 1


def waits(project: Project, estate: Estate) -> Mapping[str, Waits]:
    """The products that wait, such that each comes after those of the unit that it waits for.

    Raises `ConfigError`, for all of them: FOLLOWS_NOTHING, UNKNOWN_PRODUCT, FOLLOWS_NO_JOB, FOLLOWS_A_STREAM,
    FOLLOWS_AS_STREAM, FOLLOWS_ELSEWHERE, NO_EVENT_BUS, DEPENDENCY_CYCLE.
    """
    found: dict[str, Waits] = {}
    faults: list[Fault] = []
    for job in estate.jobs:
        start, product = job.settings.start, job.product
        if not product or not isinstance(start, AfterProducts):
            continue
        named = start.products or estate.reads[product]
        here = tuple(one for one in named if domain_of(one) == estate.unit)
        if start.when == "all" and len(here) < len(named):
            here = ()
        found[product] = Waits(here, tuple(one for one in named if one not in here), start)
        faults += _faults(project, estate, job, found[product])
    faults = faults or list(_cycle(project, estate, found))
    if faults:
        raise ConfigError(*faults)
    order = TopologicalSorter({product: one.here for product, one in found.items()}).static_order()
    return {product: found[product] for product in order if product in found}


def _faults(project: Project, estate: Estate, job: GlueJob, one: Waits) -> Iterator[Fault]:
    product = job.product
    where = place(project, job, "start")
    if not one.here and not one.elsewhere:
        fix = "name them: start: {type: after, products: [domain.name]}"
        yield Fault("FOLLOWS_NOTHING", f"'{product}' is to start after others, and reads no product", where, fix)
    if job.task == "stream":
        fix = "let it start on demand or by the clock; each of its looks reads what is new"
        yield Fault("FOLLOWS_AS_STREAM", f"'{product}' goes on and on, and would be started again", where, fix)
    known = project.products()
    for other in (*one.here, *one.elsewhere):
        if other not in known:
            is_view = other in project.views()
            fix = "name the products that the view reads" if is_view else did_you_mean(other, known)
            problem = f"'{other}' is a view, which no job makes" if is_view else f"there is no product '{other}'"
            yield Fault("FOLLOWS_NO_JOB" if is_view else "UNKNOWN_PRODUCT", problem, where, fix)
        elif (followed := estate.job_of(other)) is not None and followed.task == "stream":
            fix = "let it start by the clock"
            yield Fault("FOLLOWS_A_STREAM", f"the job of '{other}' goes on and on: nothing comes after it", where, fix)
    if not one.elsewhere:
        return
    others = ", ".join(one.elsewhere)
    unasked = [other for other in one.elsewhere if other not in _newest(project, product)]
    if unasked and not one.any:
        fix = "read the newest version of each, or let it start after any of them: when: any"
        problem = f"it waits for all, and no run can see what is new in {', '.join(unasked)}"
        yield Fault("FOLLOWS_ELSEWHERE", problem, where, fix)
    if one.start.states != ("SUCCEEDED",):
        fix = "leave states out, or name products of its own domain alone"
        problem = f"other domains tell what they have published, and of no run that failed: {others}"
        yield Fault("FOLLOWS_ELSEWHERE", problem, where, fix)
    if project.event_bus is None:
        fix = "state governance.event_bus, on which products tell what they have published: docs/events.md"
        yield Fault("NO_EVENT_BUS", f"nothing tells this domain that {others} was published", where, fix)


def _newest(project: Project, product: str) -> set[str]:
    """The products of which the job reads what is newest."""
    job = project.job(product).job
    read = [one for one in (job.source, *job.inputs.values()) if isinstance(one, Table)]
    return {one.product for one in read if one.version is None and one.between is None}


def _cycle(project: Project, estate: Estate, found: Mapping[str, Waits]) -> Iterator[Fault]:
    """Products that wait for each other, so that none of them ever starts."""
    try:
        waiting = {name: sorted({*one.here, *one.elsewhere} & found.keys()) for name, one in sorted(found.items())}
        TopologicalSorter(waiting).prepare()
    except CycleError as error:
        circle = error.args[1][::-1]
        first = circle.index(min(circle))
        named = [*circle[first:-1], *circle[:first], circle[first]]
        problem, where = f"these products start after each other: {' after '.join(named)}", estate.maker(named[0])
        yield Fault("DEPENDENCY_CYCLE", problem, place(project, where, "start"), "let one of them start by the clock")
