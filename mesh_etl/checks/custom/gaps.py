"""`gaps`: numbers or days that are missing in a sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from mesh_etl.checks.custom.base import CheckContext, TableCheck, check

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_COUNTED = {"tinyint", "smallint", "int", "bigint", "date"}


@check
class Gaps(TableCheck):
    """How many whole numbers or days are missing between the lowest and the highest of each group.

    implementation: {check: gaps, column: invoice_number, by: [branch]}
    """

    counts: ClassVar[bool] = True
    type: Literal["gaps"] = "gaps"
    column: str = Field(description="The column of whole numbers or dates.")
    by: tuple[str, ...] = Field(default=(), description="The columns that make a group; the whole table if not given.")

    def columns(self) -> tuple[str, ...]:
        return (self.column, *self.by)

    def refusal(self, context: CheckContext) -> tuple[str, str] | None:
        types = {column.name: column.type.ddl() for column in context.contract.schema}
        if types.get(self.column, "int") not in _COUNTED:
            return f"'{self.column}' holds neither whole numbers nor dates", "name a column that does"
        return super().refusal(context)

    def measure(self, frame: DataFrame) -> float | None:
        from pyspark.sql import functions as F

        values = F.col(f"`{self.column}`")
        if dict(frame.dtypes)[self.column] == "date":
            values = F.datediff(values, F.lit("1970-01-01").cast("date"))
        # Numbers may lie 2**64 apart, which only a decimal can say.
        low, high = F.min(values).cast("decimal(38,0)"), F.max(values).cast("decimal(38,0)")
        missing = high - low + F.lit(1).cast("decimal(38,0)") - F.countDistinct(values).cast("decimal(38,0)")
        groups = frame.where(values.isNotNull()).groupBy(*(F.col(f"`{name}`") for name in self.by))
        found = groups.agg(missing.alias("missing")).agg(F.sum("missing").cast("decimal(38,0)")).collect()[0][0]
        return int(found or 0)
