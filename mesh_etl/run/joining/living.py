"""Which rules a row has to keep that comes to take another one away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.kernels.join.living import OfLiving
from mesh_etl.modes.keyed import Keyed

if TYPE_CHECKING:
    from mesh_etl.kernels.write.rules import RowRule
    from mesh_etl.plan import Plan


def row_rules(plan: Plan) -> tuple[RowRule, ...]:
    """The rules for rows that come; of one that deletes, only those about its key: the rest of it may be missing."""
    mode = plan.mode.joining
    removals = mode.removals() if isinstance(mode, Keyed) else None
    if not isinstance(mode, Keyed) or removals is None:
        return plan.checks.row
    whole, column, values = set(mode.keys), removals.column, removals.values
    return tuple(one if one.column in whole else OfLiving(one, column, values) for one in plan.checks.row)
