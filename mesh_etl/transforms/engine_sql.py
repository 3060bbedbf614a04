"""Writes expressions for a frame, once the engine has said of which types their parts are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from mesh_etl.expressions import parse
from mesh_etl.expressions.alike import alike
from mesh_etl.expressions.division import divided
from mesh_etl.expressions.exact import exact, operands
from mesh_etl.expressions.fields import guarded
from mesh_etl.expressions.scalar import combines

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from mesh_etl.expressions.scalar import Expression


def for_engine(df: DataFrame, expressions: Mapping[str, Expression], keys: Sequence[Column] = ()) -> dict[str, Column]:
    """The columns to hand to the engine: their integers do not wrap, fields of NULL structs are NULL, and functions
    answer as Spark's do.

    `keys` are the groups of aggregations. The types are the engine's own, in one question per frame (two if some parts
    are aggregates), one more for divisions inside of each other, and none if there is no arithmetic.
    """
    from pyspark.sql import functions as F

    kinds = partial(_types, df, keys)
    trees = divided([alike(parse.tree(expression.sql)) for expression in expressions.values()], kinds)
    types = kinds(list(dict.fromkeys(part for tree in trees for part in operands(tree))))
    return {
        name: F.expr(parse.written(guarded(exact(tree, types)))) for name, tree in zip(expressions, trees, strict=True)
    }


def _types(df: DataFrame, keys: Sequence[Column], parts: Sequence[str]) -> dict[str, str]:
    """The types that the engine gives to parts of expressions."""
    of_group = [part for part in parts if combines(parse.tree(part))]
    of_row = [part for part in parts if part not in of_group]
    types: dict[str, str] = {}
    if of_row:
        types |= zip(of_row, _kinds(df.select(*_numbered(of_row))), strict=True)
    if of_group:
        types |= zip(of_group, _kinds(df.groupBy(*keys).agg(*_numbered(of_group)))[len(keys) :], strict=True)
    return types


def _numbered(parts: list[str]) -> list[Column]:
    from pyspark.sql import functions as F

    return [F.expr(part).alias(f"_mesh_part{number}") for number, part in enumerate(parts)]


def _kinds(df: DataFrame) -> list[str]:
    return [kind for _, kind in df.dtypes]
