"""What starts together and follows on: a flow is one start, the products that begin then, and those that follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.config.deployment.start import OnDemand, OnFiles, OnSchedule, RunState
from mesh_etl.deploy import names
from mesh_etl.deploy.places import place
from mesh_etl.deploy.synth.flow.waits import Waits, waits
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate

ALL_NEW = "--all-new"  # an argument of a job: products of which each must have something new, or the run does nothing


@dataclass(frozen=True)
class Published:
    """It starts when one of these products has been published, and with `every` runs only if each has something new."""

    products: tuple[str, ...]
    every: bool = False


@dataclass(frozen=True)
class Step:
    """A product that follows others of its flow: after all or any of them, when their runs ended in these states."""

    product: str
    after: tuple[str, ...]
    when: str
    states: tuple[RunState, ...]


@dataclass(frozen=True)
class Flow:
    """One start: `heads` begin with it, `steps` follow, each after those that it waits for.

    `name` is its first head, which is another's name only if that product is no longer there.
    """

    heads: tuple[str, ...]
    start: OnDemand | OnSchedule | OnFiles | Published
    steps: tuple[Step, ...]

    @property
    def name(self) -> str:
        """The product after which the flow is called."""
        return self.heads[0]

    @property
    def products(self) -> tuple[str, ...]:
        """All products of the flow, each after those that it waits for."""
        return (*self.heads, *(step.product for step in self.steps))

    @property
    def arguments(self) -> dict[str, str]:
        """What the jobs of its heads are started with, beside what they have of their own."""
        start = self.start
        return {ALL_NEW: ",".join(start.products)} if isinstance(start, Published) and start.every else {}

    def workflow(self, stack: str) -> str:
        """The workflow's name, which says how it starts: another start is another workflow.

        CloudFormation can change neither the kind of a trigger nor replace one that keeps its name, and a workflow has
        one start trigger at most: so the new workflow is made beside the old one, which goes at the end.
        """
        kind = {OnDemand: "asked", OnSchedule: "scheduled", OnFiles: "files", Published: "published"}[type(self.start)]
        return names.flow(stack, self.name, kind)

    def machine(self, stack: str) -> str:
        """The state machine's name."""
        return names.flow(stack, self.name)


def flows(project: Project, estate: Estate) -> tuple[Flow, ...]:
    """The flows of a unit, by name; a product that only people start is in none, unless another follows it.

    A product is in more than one where it follows any of products that start apart. Raises `ConfigError`: STARTS_APART
    where a product waits for all of such, and what `waits` does.
    """
    waiting = waits(project, estate)
    starts = _starts(estate, waiting)
    together = {head: head for head in starts}  # from each head to the first of those that start with it
    reached: dict[str, set[str]] = {head: {head} for head in starts}
    faults = []
    for product, one in waiting.items():
        before = [reached.get(parent, set()) for parent in one.here]
        if before and not one.any and not set.intersection(*_named(before, together)):
            fault = _joined(project, estate, product, set().union(*before), starts, together)
            faults += [fault] if fault else []
        chosen = set.union if one.any else set.intersection
        mine = chosen(*_named(before, together)) if before else set()
        reached[product] = reached.get(product, set()) | mine
    if faults:
        raise ConfigError(*faults)
    return tuple(_flow(name, starts, waiting, together, reached) for name in _shown(starts, waiting, together, reached))


def _starts(estate: Estate, waiting: Mapping[str, Waits]) -> dict[str, OnDemand | OnSchedule | OnFiles | Published]:
    """How each product that waits for none of its own unit starts, by product in order."""
    found: dict[str, OnDemand | OnSchedule | OnFiles | Published] = {}
    for job in sorted(estate.jobs, key=lambda one: one.name):
        start, product = job.settings.start, job.product
        if not product:
            continue
        if isinstance(start, OnDemand | OnSchedule | OnFiles):
            found[product] = start
        elif (one := waiting[product]).elsewhere:
            found[product] = Published(one.elsewhere, every=not one.any)
    return dict(sorted(found.items()))


def _named(before: Iterable[set[str]], together: Mapping[str, str]) -> list[set[str]]:
    return [{together[head] for head in heads} for heads in before]


def _joined(
    project: Project,
    estate: Estate,
    product: str,
    heads: set[str],
    starts: Mapping[str, OnDemand | OnSchedule | OnFiles | Published],
    together: dict[str, str],
) -> Fault | None:
    """Heads that one product waits for start as one from now on, if they start alike; else why they cannot."""
    names = {together[head] for head in heads}
    kinds = [starts[name] for name in sorted(names)]
    if all(one == kinds[0] for one in kinds) and isinstance(kinds[0], OnDemand | OnSchedule):
        first = min(names)
        together.update({head: first for head, name in together.items() if name in names})
        return None
    problem = f"'{product}' waits for all of products that start apart from each other: {', '.join(sorted(names))}"
    fix = "start these at the same time, let one of them follow the other, or say when: any"
    return Fault("STARTS_APART", problem, place(project, estate.maker(product), "start"), fix)


def _shown(
    starts: Mapping[str, object],
    waiting: Mapping[str, Waits],
    together: Mapping[str, str],
    reached: Mapping[str, set[str]],
) -> list[str]:
    """The names of flows that need something in AWS: all but those of one product that only people start."""
    followed = {together[head] for product in waiting for head in reached[product] if head != product}
    return [
        name
        for name in sorted(set(together.values()))
        if name in followed or not isinstance(starts[name], OnDemand)
    ]  # fmt: skip


def _flow(
    name: str,
    starts: Mapping[str, OnDemand | OnSchedule | OnFiles | Published],
    waiting: Mapping[str, Waits],
    together: Mapping[str, str],
    reached: Mapping[str, set[str]],
) -> Flow:
    heads = tuple(head for head, first in sorted(together.items()) if first == name)
    inside = {product for product in reached if name in {together[head] for head in reached[product]}}
    steps = []
    for product, one in waiting.items():
        after = tuple(parent for parent in one.here if parent in inside)
        if product in inside and product not in heads and after:
            steps.append(Step(product, after, one.start.when, one.start.states))
    return Flow(heads, starts[name], tuple(steps))
