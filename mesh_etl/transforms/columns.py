"""Column names as users write them, and the checks that every transform makes on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.transforms.trace import FATE, HIDDEN, business, hidden

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from mesh_etl.expressions import Expression
    from mesh_etl.transforms.base import Context


def _visible(name: str) -> str:
    if name.lower().startswith("_mesh_"):
        raise ValueError("is reserved: names that start with _mesh_ are internal")
    return name


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"'{twice[0]}' is named twice")
    return names


Name = Annotated[str, Field(min_length=1), AfterValidator(_visible)]
Names = Annotated[tuple[Name, ...], AfterValidator(_distinct)]


def column(name: str) -> Column:
    """The column of this exact name, whatever characters it holds."""
    from pyspark.sql import functions as F

    return F.col("`" + name.replace("`", "``") + "`")


def require(df: DataFrame, names: Iterable[str], where: str) -> None:
    """All `names` are columns of `df`; raises `PlanError` COLUMN_MISSING with one fault for each that is not."""
    known = business(df)
    missing = [name for name in names if name not in known]
    if missing:
        raise PlanError(
            *(Fault("COLUMN_MISSING", f"no column '{name}'", where, did_you_mean(name, known)) for name in missing)
        )


def require_read(df: DataFrame, expressions: Mapping[str, Expression], where: str) -> None:
    """All columns that the expressions read are there, in any case, as SQL has it; raises as `require` does."""
    known = business(df)
    folded = {name.lower() for name in known}
    faults = [
        Fault("COLUMN_MISSING", f"no column '{name}'", f"{where}.{key}" if key else where, did_you_mean(name, known))
        for key, expression in expressions.items()
        for name in expression.columns
        if name.lower() not in folded
    ]
    if faults:
        raise PlanError(*faults)


def require_free(names: Iterable[str], taken: Iterable[str], where: str, fix: str) -> None:
    """No name is used twice in the output; raises `PlanError` COLUMN_EXISTS for each that would be."""
    seen = {name.lower() for name in taken}
    faults = []
    for name in names:
        if name.lower() in seen:
            faults.append(Fault("COLUMN_EXISTS", f"there is a column '{name}' already", where, fix))
        seen.add(name.lower())
    if faults:
        raise PlanError(*faults)


def keep(df: DataFrame, columns: Iterable[Column]) -> DataFrame:
    """`df` with these columns and the hidden ones, so that its rows stay traced."""
    return df.select(*columns, *(column(name) for name in hidden(df)))


def reference(context: Context, name: str, where: str) -> DataFrame:
    """The job's other input `name` without dead rows and hidden columns; raises `PlanError` INPUT_MISSING."""
    if name not in context.inputs:
        raise PlanError(Fault("INPUT_MISSING", f"no input '{name}'", where, did_you_mean(name, context.inputs)))
    df = context.inputs[name]
    if FATE in df.columns:
        df = df.where(column(FATE).isNull())
    return df.drop(*(name for name in HIDDEN if name in df.columns)) if hidden(df) else df
