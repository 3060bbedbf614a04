"""The flows that a product is in, as its account has them: what starts with it, and what follows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.deploy.estate import CENTRE
from mesh_etl.deploy.synth.flow.flows import Flow, flows
from mesh_etl.operate.flow_runs import Conductor, FlowRun
from mesh_etl.operate.machine import Machine
from mesh_etl.operate.runs import RECENT, Run, busy, require_room
from mesh_etl.operate.workflow import Workflow

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob

Clients = Callable[[str], Any]  # from the name of a service to its client


@dataclass(frozen=True)
class DeployedFlow:
    """A flow of several products, the job of each in the flow's order, and what sees to it."""

    flow: Flow
    jobs: tuple[GlueJob, ...]
    conductor: Conductor

    @property
    def name(self) -> str:
        """What the account calls it."""
        return self.conductor.name

    @property
    def heads(self) -> tuple[GlueJob, ...]:
        """The jobs that begin with it."""
        return self.jobs[: len(self.flow.heads)]

    @property
    def words(self) -> str:
        """Its products, as a sentence says them."""
        return f"{', '.join(self.flow.heads)}, then {', '.join(one.product for one in self.flow.steps)}"

    def after(self, *products: str) -> tuple[str, ...]:
        """The other products of the flow that wait for these, or for what waits for them."""
        found = set(products)
        for step in self.flow.steps:  # each comes after those that it waits for
            if found & set(step.after):
                found.add(step.product)
        return tuple(one for one in self.flow.products if one in found.difference(products))


def deployed_flows(project: Project, estate: Estate, clients: Clients) -> tuple[DeployedFlow, ...]:
    """The flows of the unit in which one product follows another. Raises `ConfigError` as `flows` does."""
    if estate.unit == CENTRE:
        return ()
    found = []
    for one in flows(project, estate):
        if one.steps:
            jobs = tuple(estate.maker(product) for product in one.products)
            found.append(DeployedFlow(one, jobs, _conductor(estate, one, clients)))
    return tuple(found)


def require_free(glue: Any, flow: DeployedFlow, jobs: Iterable[GlueJob]) -> None:
    """The flow does not run, and those of its jobs that are to begin have room for one more run each.

    Raises `PlanError` (RUN_ACTIVE), worth a retry, and as `runs` does.
    """
    going = [one.id for one in flow.conductor.runs(RECENT) if one.active]
    if going:
        raise busy(flow.name, "the flow runs already", going)
    for job in jobs:
        require_room(glue, job.name, job.settings.concurrent_runs)


def members(flow: DeployedFlow, run: FlowRun) -> tuple[tuple[str, Run | None], ...]:
    """The last run of each product's job in the flow's run; None where it did not run."""
    found = flow.conductor.jobs(run, [job.name for job in flow.jobs])
    return tuple((product, found.get(job.name)) for product, job in zip(flow.flow.products, flow.jobs, strict=True))


def _conductor(estate: Estate, flow: Flow, clients: Clients) -> Conductor:
    if estate.settings.orchestration == "triggers":
        return Workflow(clients("glue"), flow.workflow(estate.stack))
    arn = estate.account.arn("states", f"stateMachine:{flow.machine(estate.stack)}")
    return Machine(clients("stepfunctions"), clients("glue"), arn)
