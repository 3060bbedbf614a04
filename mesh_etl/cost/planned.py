"""What a run costs that is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.config.env import AwsWorld
from mesh_etl.cost.estimate import Estimate, estimated
from mesh_etl.cost.known import of_plan
from mesh_etl.cost.prices import PriceTable
from mesh_etl.errors import PlanError

if TYPE_CHECKING:
    from mesh_etl.plan import Plan


def planned_cost(plan: Plan) -> Estimate | None:
    """The estimate by what the plan knows; None on this machine, and where nothing says how much a run reads."""
    if not isinstance(plan.job.project.env.world, AwsWorld):
        return None
    try:
        return estimated(plan.job, of_plan(plan), PriceTable.of_project(plan.job.project))
    except PlanError:  # COST_INPUT_UNKNOWN: `mesh-etl cost` says what is missing, a plan has other things to say
        return None
