"""What checks on the history of a metric share."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from mesh_etl.checks.custom.base import Check, CheckContext
from mesh_etl.checks.history import OF_COLUMNS, OF_NUMBERS, HistoryRule, Metric, Over, Point, Range
from mesh_etl.contract.classified import told

if TYPE_CHECKING:
    from mesh_etl.checks.dataset import DatasetRule

_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal")


class HistoryCheck(Check):
    """A metric of each run, or of the whole table at each version, is what its earlier values let expect.

    It stands on a property, or on the table for metrics of the table. Nothing is read for it but what earlier commits
    have kept.
    """

    metric: Metric = Field(description="What is measured: rowCount, rejectedShare, nullShare, distinct, mean, median.")
    over: Over = Field(default="run", description="Measured on what each run wrote, or on the whole table after it.")

    def expected(self, earlier: Sequence[Point], now: datetime.datetime) -> Range | str:
        """What the metric is expected to be by its earlier values, oldest first; or why that cannot be said yet."""
        raise TypeError(f"{type(self).__name__} expects nothing")

    def reach(self) -> int | None:
        """How many earlier versions are looked at; None for all."""
        return None

    def words(self) -> str:
        """What is expected, in words."""
        raise TypeError(f"{type(self).__name__} has no words")

    def text(self, column: str) -> str:
        """The check on a column, or on the table where it is '', in words."""
        what = f"{self.metric} of {column}" if column else self.metric
        return f"{what} of {'each run' if self.over == 'run' else 'the table'} {self.words()}"

    def refusal(self, context: CheckContext) -> tuple[str, str] | None:
        spot = context.spot
        if context.comparison is not None:
            return "the check compares with earlier versions and with no number", "remove the comparison"
        if self.metric not in OF_COLUMNS:
            if spot is not None:
                return f"{self.metric} is about the table", "move the rule to the table"
            if self.metric == "rejectedShare" and self.over == "table":
                return "rejectedShare is about runs: a table holds no rejected rows", "remove 'over'"
            return None
        if spot is None or spot.steps:
            return f"{self.metric} is about a stored column", "move the rule to the property"
        if self.metric in OF_NUMBERS and not spot.type.ddl().startswith(_NUMBERS):
            return f"'{spot.column}' holds no numbers", "check nullShare or distinct"
        if self.metric != "nullShare" and not told(spot.found):
            problem = f"'{spot.column}' is classified '{spot.found.classification}': its values are not summed up"
            return problem, "check nullShare"
        return None

    def rule(self, context: CheckContext) -> DatasetRule:
        return HistoryRule(context.id, context.fails, self, context.spot.column if context.spot else "")


def short(needed: int, found: int, what: str = "earlier versions") -> str:
    """Why nothing can be expected yet."""
    return f"needs {needed} {what}, has {found}"
