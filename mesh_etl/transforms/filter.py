"""`filter`: keep the rows for which a condition is true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from mesh_etl.errors import Fault, PlanError
from mesh_etl.expressions import Expression
from mesh_etl.transforms.base import Context, Transform, transform
from mesh_etl.transforms.columns import require_read
from mesh_etl.transforms.engine_sql import for_engine
from mesh_etl.transforms.trace import drop_rows, when_alive

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@transform
class Filter(Transform):
    """Keep the rows for which `where` is true; the others, NULL included, are counted as `filter[n]`.

    - {type: filter, where: "status <> 'X'"}
    """

    type: Literal["filter"] = "filter"
    where: Expression = Field(description="A condition over the columns of the row.")

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """The frame in which the other rows have a fate."""
        where = f"{context.place}.where"
        require_read(df, {"": self.where}, where)
        condition = for_engine(df, {"": self.where})[""]
        kind = df.select(condition.alias("c")).dtypes[0][1]
        if kind != "boolean":
            raise PlanError(Fault("NOT_A_CONDITION", f"is of type {kind}, not a condition", where, "compare it"))
        return drop_rows(df, when_alive(df, condition), self.rule(context.place))
