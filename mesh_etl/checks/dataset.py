"""Rules over the whole table: a value is measured on what was staged and compared."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from mesh_etl.checks.base import Source
from mesh_etl.contract.comparison import Comparison
from mesh_etl.expressions import Select

STAGED = "staged"  # what a rule's query calls the table that it is about


@dataclass(frozen=True)
class DatasetRule:
    """A rule with one verdict for the table; the functions of `run/answers/` answer them, one family each.

    `fails` says whether breaking it fails the run, or is only told.
    """

    source: ClassVar[Source]
    id: str
    fails: bool

    def outlives(self, rival_is_disjoint: bool, partition_by: Collection[str]) -> bool:
        """Whether the answer holds although a rival has committed meanwhile, to other partitions or to the same."""
        return False

    def text(self) -> str:
        """The rule in words, for plans and reports."""
        raise TypeError(f"{type(self).__name__} has no text")


@dataclass(frozen=True)
class Unique(DatasetRule):
    """The columns' combination occurs once in the table: a primary key, a unique column, or `duplicateValues`.

    `comparison` is applied to the number (or percentage) of surplus rows.
    """

    source = "keys"
    columns: tuple[str, ...]
    comparison: Comparison
    percent: bool = False

    def outlives(self, rival_is_disjoint: bool, partition_by: Collection[str]) -> bool:
        """A key that holds the columns of the partitions cannot repeat in partitions that the run does not touch."""
        return rival_is_disjoint and set(partition_by) <= set(self.columns)

    def text(self) -> str:
        return f"duplicates of ({', '.join(self.columns)}) {self.comparison}{' %' if self.percent else ''}"


@dataclass(frozen=True)
class Measure(DatasetRule):
    """A count over the good rows compared with a bound: the rows that break `counts`, or all where that is empty."""

    source = "counts"
    counts: str
    comparison: Comparison
    percent: bool = False

    def text(self) -> str:
        what = f"rows that break {self.counts}" if self.counts else "rows"
        return f"{what} {self.comparison}{' %' if self.percent else ''}"


@dataclass(frozen=True)
class Query(DatasetRule):
    """The one value that a SELECT over the staged table returns, compared with a bound."""

    source = "scan"
    query: Select
    comparison: Comparison

    def text(self) -> str:
        return f"({self.query}) {self.comparison}"
