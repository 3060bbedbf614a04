"""Hidden columns that let every row be accounted for, whatever the transforms do.

`_mesh_row` says which record of which work item a row stems from. `_mesh_fate` is NULL while a row is alive and names
the rule that took it out otherwise: rows that a filter or a dedupe drops stay in the frame, with their business
columns set to NULL, until the writer has counted them. So one pass gives exact counts per rule and input file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

ROW = "_mesh_row"
ROW_TYPE = "struct<item:int,record:bigint>"
FATE = "_mesh_fate"
HIDDEN = (ROW, FATE)


def hidden(df: DataFrame) -> list[str]:
    """The hidden columns that `df` carries, in order; a `select` must name them to keep its rows traced."""
    return [name for name in HIDDEN if name in df.columns]


def business(df: DataFrame) -> list[str]:
    """The columns of `df` that a user sees."""
    return [name for name in df.columns if name not in HIDDEN]


def when_alive(df: DataFrame, value: Column) -> Column:
    """`value` for rows that are alive, NULL for those that a rule has taken out."""
    from pyspark.sql import functions as F

    return F.when(F.col(FATE).isNull(), value) if FATE in df.columns else value


def drop_rows(df: DataFrame, keep: Column, rule: str) -> DataFrame:
    """`df` in which the rows where `keep` is not true have the fate `rule` and no business values.

    A frame without `_mesh_row` is not traced (a reference input): there the rows simply go.
    """
    from pyspark.sql import functions as F

    if ROW not in df.columns:
        return df.where(keep)
    kept = F.coalesce(keep, F.lit(False))
    if FATE in df.columns:
        fate = F.when(F.col(FATE).isNotNull(), F.col(FATE)).when(~kept, F.lit(rule))
    else:
        fate = F.when(~kept, F.lit(rule))
    marked = df.withColumn("_mesh_next", fate)
    values = [F.when(F.col("_mesh_next").isNull(), F.col(f"`{name}`")).alias(name) for name in business(df)]
    return marked.select(*values, F.col(ROW), F.col("_mesh_next").alias(FATE))
