"""Rules over the whole table: a value is measured on what was staged and compared."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from mesh_etl.checks.base import Source
from mesh_etl.contract.comparison import Comparison
from mesh_etl.contract.table import Loc
from mesh_etl.contract.types import DataType
from mesh_etl.expressions import Select

STAGED = "staged"  # what a rule's query calls the table that it is about
Path = tuple[str, ...]  # a stored column, or a field inside it


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
    """A count of rows compared with a bound: of those that break the rule `counts`, or of all where that is empty.

    `promise` says in words what that rule asks for.
    """

    source = "counts"
    counts: str
    comparison: Comparison
    percent: bool = False
    promise: str = ""

    def text(self) -> str:
        what = f"rows that break '{self.promise}'" if self.promise else "rows"
        return f"{what} {self.comparison}{' %' if self.percent else ''}"


@dataclass(frozen=True)
class Query(DatasetRule):
    """The one value that a SELECT over the staged table returns, compared with a bound."""

    source = "scan"
    query: Select
    comparison: Comparison

    def text(self) -> str:
        return f"({self.query}) {self.comparison}"


@dataclass(frozen=True)
class Settled(DatasetRule):
    """A statement about the contract itself, which is true or not whatever the rows are."""

    source = "contract"
    statement: str
    holds: bool

    def outlives(self, rival_is_disjoint: bool, partition_by: Collection[str]) -> bool:
        """No commit changes what a contract says."""
        return True

    def text(self) -> str:
        return self.statement


@dataclass(frozen=True)
class ForeignKey(DatasetRule):
    """The columns' combination is a key of another table, or of this one; a row with a NULL in it refers to nothing.

    That is MATCH SIMPLE of SQL. `table` and `keys` are words of the contract at first: its reference's contract and
    columns, and `types` those of `columns`. The plan settles them (`plan/references.py`): then they are a product,
    '' for this one, its stored columns, and the types in which both sides compare. `loc` is the reference's place.
    """

    source = "reference"
    columns: tuple[Path, ...]
    types: tuple[DataType, ...]
    table: str
    keys: tuple[Path, ...]
    loc: Loc

    def outlives(self, rival_is_disjoint: bool, partition_by: Collection[str]) -> bool:
        """What a rival does to this table does not change the other one."""
        return bool(self.table)

    def text(self) -> str:
        mine, theirs = (", ".join(".".join(path) for path in side) for side in (self.columns, self.keys))
        return f"({mine}) is in ({theirs}) of {self.table or 'this table'}"
