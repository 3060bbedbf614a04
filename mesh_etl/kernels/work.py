"""What kernels hand to each other: inputs cut into work items, and parsed records with those that were rejected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from mesh_etl.contract.types import Schema


@dataclass(frozen=True)
class InputFile:
    """A pinned input: its path, its size in bytes and the version that its storage knows it by (mtime or etag)."""

    path: str
    size: int
    version: str
    constants: tuple[tuple[str, str | None], ...] = ()  # partition values that stand in the path, not in the file


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
    """A record that is not what the schema says."""

    record: int
    place: Place
    violations: tuple[Violation, ...]


@dataclass(frozen=True)
class Parsed:
    """A run of records: the typed ones as a batch, the others as rejects, and how many there were in all.

    `records` holds, for each row of `batch`, the index of its record within the work item. `locate` finds the line and
    raw text for such indices; it costs a scan, so it is asked for the few that need it.
    """

    batch: pa.RecordBatch
    records: np.ndarray
    rejects: list[Reject]
    read: int
    lines: int
    locate: Callable[[Sequence[int]], list[Place]] = field(repr=False)


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
