"""The flows that a product is in, as its account has them: what starts with it, and what follows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.deploy.estate import CENTRE
from mesh_etl.deploy.synth.flow.flows import Flow, flows
from mesh_etl.operate.flow_runs import Conductor, FlowRun
from mesh_etl.operate.machine import Machine
from mesh_etl.operate.runs import RECENT, Run, busy, runs
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

    def after(self, product: str) -> tuple[str, ...]:
        """The products of the flow that wait for this one, or for what waits for it."""
        found = {product}
        for step in self.flow.steps:  # each comes after those that it waits for
            if found & set(step.after):
                found.add(step.product)
        return tuple(one for one in self.flow.products if one in found - {product})


def deployed_flows(project: Project, estate: Estate, clients: Clients) -> tuple[DeployedFlow, ...]:
    """The flows of the unit in which one product follows another. Raises `ConfigError` as `flows` does."""
    if estate.unit == CENTRE:
        return ()
    found = []
    for one in flows(project, estate):
        if one.steps:
            jobs = tuple(job for product in one.products if (job := estate.job_of(product)) is not None)
            found.append(DeployedFlow(one, jobs, _conductor(estate, one, clients)))
    return tuple(found)


def require_free(glue: Any, flow: DeployedFlow) -> None:
    """The flow does not run, and its first jobs have room for one more run each.

    Raises `PlanError` (RUN_ACTIVE), worth a retry, and as `runs` does.
    """
    going = [one.id for one in flow.conductor.runs(RECENT) if one.active]
    if going:
        raise busy(flow.name, "the flow runs already", going)
    for job in flow.heads:
        active = [one.id for one in runs(glue, job.name, RECENT) if one.active]
        if len(active) >= job.settings.concurrent_runs:
            raise busy(job.name, "the job runs as often as it may at once", active)


def members(glue: Any, flow: DeployedFlow, run: FlowRun) -> tuple[tuple[str, Run | None], ...]:
    """The last run of each product's job since the flow's run began; None where it did not run."""
    found = []
    for product, job in zip(flow.flow.products, flow.jobs, strict=True):
        last = runs(glue, job.name, 1)
        found.append((product, last[0] if last and last[0].started >= run.started else None))
    return tuple(found)


def _conductor(estate: Estate, flow: Flow, clients: Clients) -> Conductor:
    if estate.settings.orchestration == "triggers":
        return Workflow(clients("glue"), flow.workflow(estate.stack))
    prefix = f"arn:aws:states:{estate.account.region}:{estate.account.id}:stateMachine"
    return Machine(clients("stepfunctions"), f"{prefix}:{flow.machine(estate.stack)}")
