"""`select`: keep some columns, in the order given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from mesh_etl.transforms.base import Context, Transform, transform
from mesh_etl.transforms.columns import Names, column, keep, require

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@transform
class Select(Transform):
    """Keep these columns, in this order, and drop the others.

    - {type: select, columns: [order_key, status]}
    """

    type: Literal["select"] = "select"
    columns: Names = Field(min_length=1, description="The columns to keep, in order.")

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """The frame with these columns only."""
        require(df, self.columns, f"{context.place}.columns")
        return keep(df, map(column, self.columns))
