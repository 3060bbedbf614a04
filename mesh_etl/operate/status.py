"""How a unit stands in its account: its stack, its jobs' last runs, its tables, and what a deploy would change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.deploy.stacks.assembled import assembled
from mesh_etl.deploy.stacks.original import original
from mesh_etl.deploy.stacks.standing import REVIEW, Standing, standing
from mesh_etl.errors import ConfigError, MeshError, PlanError
from mesh_etl.operate.flow import DeployedFlow, deployed_flows
from mesh_etl.operate.flow_runs import FlowRun
from mesh_etl.operate.runs import Run, runs
from mesh_etl.operate.table import TableStatus, table_status

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob
    from mesh_etl.operate.target import Target
    from mesh_etl.worlds import World


@dataclass(frozen=True)
class JobStatus:
    """A job with its last run, where it has one; `called` is what commands know it by, `table` its product's."""

    name: str
    called: str
    last: Run | None
    table: TableStatus | None
    unknown: str = ""  # why there is no last run: the code, where the job is not in the account


@dataclass(frozen=True)
class Status:
    """`current` says whether the stack is what this checkout would deploy, None where that cannot be told."""

    estate: Estate
    stack: Standing | None
    current: bool | None
    checkout: str
    jobs: tuple[JobStatus, ...]
    flows: tuple[tuple[DeployedFlow, tuple[FlowRun, ...]], ...] = ()  # each with its last run, if there is one


def status_of(project: Project, world: World, target: Target) -> Status:
    """How the target stands now. Raises as `World.client` and `explained` do."""
    estate = target.estate
    cloudformation = world.client("cloudformation", estate.deployer)
    found = standing(cloudformation, estate.stack)
    if found is None:
        return Status(estate, None, None, "", ())
    current, checkout = _compared(project, cloudformation, estate, found)
    glue = world.client("glue", estate.deployer)
    jobs = tuple(_job(project, glue, one) for one in target.jobs)
    return Status(estate, found, current, checkout, jobs, _flows(project, world, target))


def _flows(project: Project, world: World, target: Target) -> tuple[tuple[DeployedFlow, tuple[FlowRun, ...]], ...]:
    """The flows of the unit, or of the product; none where the checkout's do not fit together, as it then says."""
    estate, meant = target.estate, {product for job in target.jobs for product in job.products}
    try:
        found = deployed_flows(project, estate, lambda service: world.client(service, estate.deployer))
    except ConfigError:
        return ()
    return tuple((one, one.conductor.runs(1)) for one in found if meant.intersection(one.flow.products))


def _compared(project: Project, cloudformation: Any, estate: Estate, stack: Standing) -> tuple[bool | None, str]:
    """Whether the deployed root template, which names all others by their hashes, is the checkout's.

    A stack that is only a change set has no template yet.
    """
    import json
    from tempfile import TemporaryDirectory

    try:
        with TemporaryDirectory(prefix="mesh-etl-") as aside:  # who only looks leaves nothing in the project
            wanted = json.loads(assembled(project, estate, Path(aside)).root.content())
    except MeshError as error:
        return None, f"cannot be packaged: {error.faults[0]}"
    change = f"would change it: mesh-etl deploy {estate.unit} --env {estate.env} --dry-run"
    if stack.status == REVIEW:
        return False, change
    try:
        body = original(cloudformation, estate.stack, estate.stack)
    except PlanError:
        return False, change
    return (True, "is what is deployed") if body.get("Resources") == wanted["Resources"] else (False, change)


def _job(project: Project, glue: Any, job: GlueJob) -> JobStatus:
    table = table_status(project.job(job.product), job.settings.late_after) if job.product else None
    called = job.product or job.name
    try:
        last = runs(glue, job.name, 1)
    except PlanError as error:
        return JobStatus(job.name, called, None, table, error.code)
    return JobStatus(job.name, called, last[0] if last else None, table)
