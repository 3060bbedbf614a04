"""How values are compared: the signs as functions of Arrow, and which values are equal keys."""

from __future__ import annotations

from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

Column = TypeVar("Column", pa.Array, pa.ChunkedArray)

COMPARED: dict[str, Any] = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def as_keys(column: Column) -> Column:
    """The column in which values that are equal as keys have the same bits: -0.0 is 0.0, and every NaN is one.

    Source: Spark SQL, "NaN Semantics", whose groups and joins take them so; Arrow tells them apart.
    """
    if not pa.types.is_floating(column.type):
        return column
    return one_nan(pc.add(column, pa.scalar(0.0, column.type)))


def one_nan(column: Column) -> Column:
    """The column of floats in which every NaN has the same bits: engines of Rust order one with a sign before all else.

    A processor makes such a one of 0 / 0.
    """
    found = pc.is_nan(column)
    return pc.if_else(found, pa.scalar(float("nan"), column.type), column) if pc.any(found).as_py() else column
