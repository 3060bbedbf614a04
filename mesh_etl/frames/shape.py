"""Whether a DataFrame has the columns that a contract promises, and the frame as the contract's types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.checks import Verdict
from mesh_etl.contract.diff import fits
from mesh_etl.contract.types import parse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from mesh_etl.contract.load import Contract


@dataclass(frozen=True)
class Shape:
    """How a frame compares with a contract: what is wrong with which column, and columns that nobody has promised."""

    wrong: dict[str, str]
    unexpected: tuple[str, ...]

    def verdicts(self) -> Iterator[Verdict]:
        """The verdict on the columns as a whole, or on each one that is not as promised."""
        for name, problem in self.wrong.items():
            yield Verdict(f"{name}.column", "failed", 0, problem, problem, name)
        for name in self.unexpected:
            problem = "the contract has no such column"
            yield Verdict(f"{name}.column", "failed", 0, problem, problem, name)
        if not self.wrong and not self.unexpected:
            yield Verdict("columns", "passed", 0, "the columns are the contract's")


def compared(df: DataFrame, contract: Contract) -> Shape:
    """The shape of the frame; asks the engine for names and types alone."""
    found = {field.name: field.dataType.simpleString() for field in df.schema}
    wrong = {}
    for column in contract.schema:
        if column.name not in found:
            wrong[column.name] = f"the frame has no column of type {column.type.glue()}"
        elif not _holds(found[column.name], column.type.ddl()):
            wrong[column.name] = f"the column is {found[column.name]}, the contract says {column.type.glue()}"
    promised = {column.name for column in contract.schema}
    return Shape(wrong, tuple(name for name in found if name not in promised))


def shaped(df: DataFrame, contract: Contract, shape: Shape) -> DataFrame:
    """The contract's columns in its types; those that are wrong are NULL, and no rule is asked about them."""
    from pyspark.sql import functions as F

    return df.select(
        *(
            (F.lit(None) if column.name in shape.wrong else F.col(f"`{column.name}`"))
            .cast(column.type.ddl())
            .alias(column.name)
            for column in contract.schema
        )
    )


def _holds(found: str, wanted: str) -> bool:
    try:
        return fits(parse(found), parse(wanted))
    except ValueError:  # a type that no contract can state, such as an interval
        return False
