"""What a table should be after each thing that is done to it, told by plain sets; and a process that ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mesh_etl.crashtest.watch import Watch

Row = tuple[int, str, int]  # number, month, amount


class Died(BaseException):
    """The process ended: nothing may handle it."""


@dataclass
class Doomed(Watch):
    """No call after the `last` is made, by nobody: whatever handles the end of the process finds it has ended."""

    last: int = 0

    def enter(self, name: str, *ways: Any) -> None:
        super().enter(name, *ways)
        if len(self.calls) > self.last:
            raise Died


@dataclass(frozen=True)
class Table:
    """What a version should be: its rows, the inputs that it has read, and the rows it refused."""

    rows: frozenset[Row] = frozenset()
    seen: frozenset[str] = frozenset()
    refused: frozenset[Row] = frozenset()


@dataclass
class Delivery:
    """The rows of an input that the job takes, and those that it refuses."""

    good: tuple[Row, ...]
    bad: tuple[Row, ...]


@dataclass
class Held:
    """A run that has staged its rows and not committed them, and the inputs that it has read."""

    staged: Any
    inputs: frozenset[str]


@dataclass
class Oracle:
    """All versions as they should be. The mode says how rows meet those of the table."""

    mode: str
    versions: dict[int, Table] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    tags: dict[str, int] = field(default_factory=dict)

    @property
    def head(self) -> Table:
        return self.versions[max(self.versions)] if self.versions else Table()

    def joined(self, rows: frozenset[Row], new: frozenset[Row]) -> frozenset[Row]:
        """The rows with the new ones; the last row of each key where rows are merged."""
        if self.mode == "append":
            return rows | new
        latest: dict[int, Row] = {}
        for row in sorted(rows | new, key=lambda one: one[2]):
            latest[row[0]] = row
        return frozenset(latest.values())
