"""`derive`: new columns from expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from mesh_etl.errors import Fault, PlanError
from mesh_etl.expressions import Expression
from mesh_etl.transforms.base import Context, Transform, transform
from mesh_etl.transforms.columns import Name, column, keep, require, require_free, require_read
from mesh_etl.transforms.engine_sql import for_engine
from mesh_etl.transforms.trace import business, when_alive

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@transform
class Derive(Transform):
    """Add columns, or replace some, by SQL expressions over the columns that are there before this step.

    - {type: derive, columns: {net: "price * (1 - discount)"}, replace: {status: "upper(status)"}}
    """

    type: Literal["derive"] = "derive"
    columns: dict[Name, Expression] = Field(default={}, description="New columns: `{name: expression}`.")
    replace: dict[Name, Expression] = Field(default={}, description="New values of columns that exist already.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.columns and not self.replace:
            raise ValueError("derives nothing: give 'columns', 'replace' or both")
        return self

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """The frame with the new values in place and the new columns at its end."""
        place, names = context.place, business(df)
        require(df, self.replace, f"{place}.replace")
        require_free(self.columns, names, f"{place}.columns", "put it under 'replace' to change its values")
        require_read(df, self.columns, f"{place}.columns")
        require_read(df, self.replace, f"{place}.replace")
        written = for_engine(df, {**self.replace, **self.columns})
        values = {name: when_alive(df, value) for name, value in written.items()}
        derived = keep(
            df,
            (values[name].alias(name) if name in values else column(name) for name in [*names, *self.columns]),
        )
        void = [name for name, kind in derived.dtypes if kind == "void"]
        if void:
            fix = "say which type the NULL has, as in cast(null as string)"
            raise PlanError(*(Fault("TYPE_MISSING", f"'{name}' has no type", place, fix) for name in void))
        return derived
