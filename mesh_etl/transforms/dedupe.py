"""`dedupe`: keep one row per key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from mesh_etl.transforms.base import Context, Transform, transform
from mesh_etl.transforms.columns import Names, column, require
from mesh_etl.transforms.trace import FATE, ROW, business, drop_rows

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_RANK = "_mesh_rank"


def _ordering(text: str) -> str:
    if not text.removeprefix("-") or text.removeprefix("-").lower().startswith("_mesh_"):
        raise ValueError("names no column; write 'updated_at', or '-updated_at' for the latest first")
    return text


@transform
class Dedupe(Transform):
    """Keep one row per key: the first by `order_by`; the others are counted as `dedupe[n]`.

    NULLs come last in either direction. Rows that are equal by `order_by` keep the one that stands first in the
    input. A row with a NULL in its key has no key: it is kept.

        - {type: dedupe, keys: [order_key], order_by: ["-updated_at"]}
    """

    type: Literal["dedupe"] = "dedupe"
    keys: Names = Field(min_length=1, description="The columns that make two rows the same.")
    order_by: tuple[Annotated[str, AfterValidator(_ordering)], ...] = Field(
        default=(), description="Which row comes first: column names, with a leading `-` for the greatest first."
    )

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """The frame in which all but the first row of each key have a fate."""
        from pyspark.sql import Window
        from pyspark.sql import functions as F

        require(df, self.keys, f"{context.place}.keys")
        require(df, [name.removeprefix("-") for name in self.order_by], f"{context.place}.order_by")
        keyless = self._keyless(df)
        groups = [_compared(df, name) for name in self.keys]
        if ROW in df.columns:
            # Rows without a key, dead ones among them, would gather in one task: each is a group of its own.
            groups += [F.when(keyless, F.col(ROW).getField(part)) for part in ("item", "record")]
        window = Window.partitionBy(*groups).orderBy(*(_direction(df, name) for name in self.order_by), *_ties(df))
        ranked = df.withColumn(_RANK, F.row_number().over(window))
        return drop_rows(ranked, (F.col(_RANK) == 1) | keyless, self.rule(context.place)).drop(_RANK)

    def _keyless(self, df: DataFrame) -> Column:
        """Whether a row has no key, because a part of it is NULL or because the row is dead."""
        from pyspark.sql import functions as F

        keyless = F.col(FATE).isNotNull() if FATE in df.columns else F.lit(False)
        for name in self.keys:
            keyless = keyless | column(name).isNull()
        return keyless


def _compared(df: DataFrame, name: str) -> Column:
    """The column as rows are compared by it: -0.0 is 0.0, which the windows of Sail tell apart."""
    from pyspark.sql import functions as F

    kinds = {known.lower(): kind for known, kind in df.dtypes}
    found = column(name)
    zeros = kinds.get(name.lower()) in ("float", "double")
    return F.when(found == 0, F.lit(0.0)).otherwise(found) if zeros else found


def _direction(df: DataFrame, name: str) -> Column:
    compared = _compared(df, name.removeprefix("-"))
    return compared.desc_nulls_last() if name.startswith("-") else compared.asc_nulls_last()


def _ties(df: DataFrame) -> list[Column]:
    """What settles a tie: the place in the input, or for a frame that has none the values of the row."""
    from pyspark.sql import functions as F

    if ROW in df.columns:
        return [F.col(ROW).getField(part).asc() for part in ("item", "record")]
    kinds = dict(df.dtypes)
    return [column(name).asc_nulls_last() for name in business(df) if "map<" not in kinds[name]]
