"""Rules that hold a metric of this run against its values in earlier versions of the table."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from mesh_etl.checks.base import Source
from mesh_etl.checks.dataset import DatasetRule

if TYPE_CHECKING:
    from mesh_etl.checks.custom.history import HistoryCheck

Metric = Literal["rowCount", "rejectedShare", "nullShare", "distinct", "mean", "median"]
Over = Literal["run", "table"]
OF_COLUMNS = ("nullShare", "distinct", "mean", "median")
SKETCHED = ("distinct", "median")
OF_NUMBERS = ("mean", "median")


@dataclass(frozen=True)
class Point:
    """What a metric was in a version of the table, and when that was committed."""

    version: int
    at: datetime.datetime
    value: float


@dataclass(frozen=True)
class Range:
    """What a metric is expected to be, both ends included, by so many earlier versions."""

    low: float
    high: float
    versions: int

    def holds(self, value: float) -> bool:
        """Whether the value is expected; a billionth of it is left to rounding."""
        slack = 1e-9 * max(abs(self.low), abs(self.high))
        return self.low - slack <= value <= self.high + slack


@dataclass(frozen=True)
class HistoryRule(DatasetRule):
    """The metric is what its history lets expect; `column` is '' for metrics of the table."""

    source: ClassVar[Source] = "states"
    check: HistoryCheck
    column: str

    @property
    def sketches(self) -> bool:
        """Whether the commits have to keep sketches of the column."""
        return self.check.metric in SKETCHED

    def outlives(self, rival_is_disjoint: bool, partition_by: Collection[str]) -> bool:
        """What a rival writes changes nothing about what this run has written."""
        return self.check.over == "run"

    def text(self) -> str:
        return self.check.text(self.column)
