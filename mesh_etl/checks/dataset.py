"""Rules over the whole table: a value is measured on what was staged and compared."""

from __future__ import annotations

from dataclasses import dataclass

from mesh_etl.contract.comparison import Comparison
from mesh_etl.expressions import Select

STAGED = "staged"  # what a rule's query calls the table that it is about


@dataclass(frozen=True)
class Unique:
    """The columns' combination occurs once in the table: a primary key, a unique column, or `duplicateValues`.

    `comparison` is applied to the number (or percentage) of surplus rows.
    """

    id: str
    columns: tuple[str, ...]
    fails: bool
    comparison: Comparison
    percent: bool = False

    def text(self) -> str:
        """The rule in words."""
        return f"duplicates of ({', '.join(self.columns)}) {self.comparison}{' %' if self.percent else ''}"


@dataclass(frozen=True)
class Measure:
    """A count over the good rows compared with a bound: the rows that break `counts`, or all where that is empty."""

    id: str
    counts: str
    fails: bool
    comparison: Comparison
    percent: bool = False

    def text(self) -> str:
        """The rule in words."""
        what = f"rows that break {self.counts}" if self.counts else "rows"
        return f"{what} {self.comparison}{' %' if self.percent else ''}"


@dataclass(frozen=True)
class Query:
    """The one value that a SELECT over the staged table returns, compared with a bound."""

    id: str
    query: Select
    fails: bool
    comparison: Comparison

    def text(self) -> str:
        """The rule in words."""
        return f"({self.query}) {self.comparison}"
