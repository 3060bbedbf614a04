"""`monotonic`: values that never fall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from mesh_etl.checks.custom.base import TableCheck, check

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@check
class Monotonic(TableCheck):
    """How many rows have a lower value than the row before them in their group; NULL is passed over.

    Rows of one group are sorted in one task: without `by`, that is the whole table.

        implementation: {check: monotonic, column: meter_reading, order_by: [read_at], by: [meter]}
    """

    counts: ClassVar[bool] = True
    type: Literal["monotonic"] = "monotonic"
    column: str = Field(description="The column that never falls.")
    order_by: Annotated[tuple[str, ...], Field(min_length=1)] = Field(description="The columns that order the rows.")
    by: tuple[str, ...] = Field(default=(), description="The columns that make a group; the whole table if not given.")

    def columns(self) -> tuple[str, ...]:
        return (self.column, *self.order_by, *self.by)

    def measure(self, frame: DataFrame) -> float | None:
        from pyspark.sql import Window
        from pyspark.sql import functions as F

        value = F.col(f"`{self.column}`")
        order = [F.col(f"`{name}`") for name in self.order_by]
        # Rows of the same moment count as ordered by their values: no order among them is the wrong one.
        groups = [F.col(f"`{name}`") for name in self.by] or [F.lit(0)]
        window = Window.partitionBy(*groups).orderBy(*order, value)
        before = frame.where(value.isNotNull()).select((value < F.lag(value).over(window)).alias("fell"))
        return before.where(F.col("fell")).count()
