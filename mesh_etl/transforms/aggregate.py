"""`aggregate`: one row per group."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from mesh_etl.expressions import Aggregation
from mesh_etl.transforms.base import Context, Transform, transform
from mesh_etl.transforms.columns import Name, Names, column, require, require_free, require_read
from mesh_etl.transforms.engine_sql import for_engine

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@transform
class Aggregate(Transform):
    """Combine the rows of each group into one; without `group_by`, all rows into one.

    - {type: aggregate, group_by: [nation], columns: {revenue: "sum(price)", orders: "count(*)"}}
    """

    traced: ClassVar[bool] = False

    type: Literal["aggregate"] = "aggregate"
    group_by: Names = Field(default=(), description="The columns whose values make a group; NULL is a value here.")
    columns: dict[Name, Aggregation] = Field(
        min_length=1, description="The columns of each group: `{name: aggregate expression}`."
    )

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """The groups, with their keys first."""
        require(df, self.group_by, f"{context.place}.group_by")
        require_free(self.columns, self.group_by, f"{context.place}.columns", "choose another name")
        require_read(df, self.columns, f"{context.place}.columns")
        keys = [column(name) for name in self.group_by]
        values = for_engine(df, self.columns, keys)
        return df.groupBy(*keys).agg(*(value.alias(name) for name, value in values.items()))
