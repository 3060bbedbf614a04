"""What kernels hand to each other: inputs cut into work items, and parsed records with those that were rejected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from mesh_etl.contract.types import Schema
    from mesh_etl.stores import InputFile


@dataclass(frozen=True)
class WorkItem:
    """A piece of one input file: bytes `start` to `end`, or row groups for formats that have them."""

    number: int
    input: str
    file: InputFile
    start: int
    end: int
    header: tuple[str, ...] = ()


class Violation(NamedTuple):
    """A broken rule, and the column that broke it ('' when the whole record did)."""

    rule: str
    column: str


class Place(NamedTuple):
    """Where a record stands: its line, counted from 1 within its work item, and its raw text."""

    line: int
    raw: str


class Reject(NamedTuple):
    """A record that is not what the schema says; `row` is its row in `Parsed.spoiled`, -1 where it has no cells."""

    record: int
    place: Place
    violations: tuple[Violation, ...]
    row: int = -1


class Share(NamedTuple):
    """What one work item has of a `Parsed`: its rows, its rejects, and how many records and lines were read."""

    item: int
    rows: int
    rejects: int
    read: int
    lines: int
    ignored: int = 0
    comments: int = 0


@dataclass(frozen=True)
class Parsed:
    """A run of records: the typed ones as a batch, the others as rejects, and how many there were in all.

    `records` holds, for each row of `batch`, the index of its record within its work item. `read` is counted on
    another path than the rows (line ends, footers), so that a parser that loses one is found out. `locate` finds the
    line and raw text for rows of `batch`; it costs a scan, so it is asked for the few that need it. `shares` says which
    rows and rejects belong to which item, in their order, where one run of records comes from several items. `spoiled`
    has the rejected records that could be cut into cells, NULL where a cell is bad, so that the others can be judged.
    """

    batch: pa.RecordBatch
    records: np.ndarray
    rejects: list[Reject]
    read: int
    lines: int
    locate: Callable[[Sequence[int]], list[Place]] = field(repr=False)
    ignored: int = 0  # records of which something was left out because nothing reads it
    comments: int = 0  # lines that are no records because the source says what comments begin with
    shares: tuple[Share, ...] = ()
    spoiled: pa.RecordBatch | None = None

    def of(self, item: WorkItem) -> Parsed:
        """The same, all of it the share of this item."""
        rows, rejects = self.batch.num_rows, len(self.rejects)
        share = Share(item.number, rows, rejects, self.read, self.lines, self.ignored, self.comments)
        return replace(self, shares=(share,))


class Reader(Protocol):
    """A parser for one format; picklable, so that it travels to the engine's workers."""

    @property
    def schema(self) -> Schema:
        """The columns of the batches."""
        ...

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        """The ranges that can be parsed on their own; together they cover the file once."""
        ...

    def parse(self, item: WorkItem) -> Iterator[Parsed]:
        """All records of the item, in order, in bounded memory."""
        ...

    def locate(self, item: WorkItem, records: Sequence[int]) -> list[Place]:
        """Line and raw text of the records with these indices, in the given order."""
        ...

    def first_line(self, item: WorkItem) -> int:
        """The line number of the item's first line when all earlier lines of the file are in earlier items."""
        ...


@runtime_checkable
class BundleReader(Reader, Protocol):
    """A reader that parses many small work items at once, for less than one call each would cost."""

    def bundles(self, items: Sequence[WorkItem]) -> Iterator[Parsed]:
        """All records of the items, in order, with the shares that each item has; even an empty one has a share."""
        ...
