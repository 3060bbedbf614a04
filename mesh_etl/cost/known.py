"""What can be found out about a product: its pinned inputs, its table, its past runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.config.env import AwsWorld
from mesh_etl.cost.estimate import Known
from mesh_etl.cost.history import GlueRun, glue_runs, published
from mesh_etl.deploy.estate import estate
from mesh_etl.errors import Fault, MeshError
from mesh_etl.plan import build
from mesh_etl.worlds.error_codes import code_of

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.plan import Plan
    from mesh_etl.worlds import World


def known(job: LoadedJob, world: World, required: bool) -> tuple[Known, tuple[Fault, ...]]:
    """What is known of the product now, and what kept us from knowing more.

    Raises what looking at its inputs and its table raises where that is `required`.
    """
    try:
        plan = build(job)
    except MeshError as error:
        if required:
            fix = "mend that, or say how much a run reads: --gb 5"
            unseen = Fault("COST_INPUT_UNKNOWN", "what a run reads is not known", job.product, fix)
            raise type(error)(*error.faults, unseen) from error
        problem = f"past runs and the table were not seen ({error.code})"
        fix = f"mesh-etl plan {job.product} says what is in the way"
        return Known(), (Fault("COST_UNSEEN", problem, job.product, fix),)
    runs, faults = _on_glue(job, world)
    return of_plan(plan, runs), faults


def of_plan(plan: Plan, glue: tuple[GlueRun, ...] = ()) -> Known:
    """What a plan knows: nothing is asked but the ledger."""
    sizes = {name: sum(file.size for file in one.files) for name, one in plan.inputs.items()}
    head = plan.head
    return Known(sizes, published(plan.ledger), glue, head.bytes if head else None)


def _on_glue(job: LoadedJob, world: World) -> tuple[tuple[GlueRun, ...], tuple[Fault, ...]]:
    """The past runs of its Glue job, and why they are not known; neither where it is no environment of AWS."""
    if not isinstance(job.project.env.world, AwsWorld):
        return (), ()
    from botocore.exceptions import BotoCoreError, ClientError

    unit = estate(job.project, job.domain)
    made = unit.job_of(job.product)
    if made is None:
        return (), ()
    try:
        return glue_runs(world.client("glue", unit.deployer), made.name), ()
    except (BotoCoreError, ClientError) as error:
        if (code := code_of(error)) == "EntityNotFoundException":  # it has not been deployed yet
            return (), ()
    except MeshError as error:
        code = error.code
    fix = "sign in as somebody who may ask for glue:GetJobRuns, or go by what is estimated"
    return (), (Fault("COST_UNSEEN", f"the runs of its Glue job were not seen ({code})", job.product, fix),)
