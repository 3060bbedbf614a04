"""The columns that rows have when they are checked, as an engine's expressions over what the transforms made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import Column

    from mesh_etl.kernels.write.supply import Supplied
    from mesh_etl.plan import Plan


def spilled_columns(plan: Plan) -> list[Column]:
    """What comes in, in the contract's types, and what the mode fills."""
    from pyspark.sql import functions as F

    filled = {one.name: _filled(one) for one in plan.supplied}
    return [filled.get(one.name, F.col(f"`{one.name}`")).cast(one.type.ddl()).alias(one.name) for one in plan.spilled]


def _filled(one: Supplied) -> Column:
    from pyspark.sql import functions as F

    if one.column:
        return F.col(f"`{one.column}`")
    return F.lit(one.value if one.value is None or isinstance(one.value, bool) else one.value.isoformat())
