"""`rename`: give columns other names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from mesh_etl.transforms.base import Context, Transform, transform
from mesh_etl.transforms.columns import Name, column, keep, require, require_free
from mesh_etl.transforms.trace import business

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@transform
class Rename(Transform):
    """Give columns other names; all at once, so that two columns can swap theirs.

    - {type: rename, columns: {o_orderkey: order_key}}
    """

    type: Literal["rename"] = "rename"
    columns: dict[Name, Name] = Field(min_length=1, description="The new name of each column: `{old: new}`.")

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """The frame with the new names, its columns in their old order."""
        where = f"{context.place}.columns"
        require(df, self.columns, where)
        stay = [name for name in business(df) if name not in self.columns]
        require_free(self.columns.values(), stay, where, "choose another name")
        return keep(df, (column(name).alias(self.columns.get(name, name)) for name in business(df)))
