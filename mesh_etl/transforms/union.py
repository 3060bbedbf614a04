"""`union`: the rows of other inputs as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import ConfigDict, Field

from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.transforms.base import Context, Transform, transform
from mesh_etl.transforms.columns import Names, column, reference

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@transform
class Union(Transform):
    """Add the rows of other inputs, which must have the same columns with the same types, in any order.

    - {type: union, with: [orders_2024, orders_2025]}
    """

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)
    traced: ClassVar[bool] = False

    type: Literal["union"] = "union"
    with_: Names = Field(alias="with", min_length=1, description="The names of the other inputs.")

    def reads(self) -> tuple[str, ...]:
        """The other inputs."""
        return self.with_

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """The rows of all inputs; raises `PlanError` UNION_COLUMNS or UNION_TYPES where they differ."""
        want = dict(df.dtypes)
        for position, name in enumerate(self.with_):
            where = f"{context.place}.with[{position}]"
            other = reference(context, name, where)
            _require_same(want, dict(other.dtypes), name, where)
            df = df.unionByName(other.select(*map(column, want)))
        return df


def _require_same(want: dict[str, str], have: dict[str, str], name: str, where: str) -> None:
    faults = [
        Fault("UNION_COLUMNS", f"input '{name}' has no column '{column}'", where, did_you_mean(column, have))
        for column in want
        if column not in have
    ]
    faults += [
        Fault("UNION_COLUMNS", f"column '{column}' of input '{name}' is in no other", where, "drop it with 'select'")
        for column in have
        if column not in want
    ]
    faults += [
        Fault("UNION_TYPES", f"'{column}' is {kind} here and {have[column]} in input '{name}'", where, "cast one")
        for column, kind in want.items()
        if have.get(column, kind) != kind
    ]
    if faults:
        raise PlanError(*faults)
