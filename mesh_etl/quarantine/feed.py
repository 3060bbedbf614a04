"""How refused records are read once more: those of text from the text that was kept, others from their input file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mesh_etl.kernels.work import WorkItem
from mesh_etl.quarantine.rows import Row
from mesh_etl.sources import Opened, Source
from mesh_etl.tables.entry import Entry

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Stuck:
    """A row that cannot be read again, and why."""

    row: Row
    reason: str


class Feed(Protocol):
    """One input of a replay, and the refused row behind each of its records."""

    @property
    def rows(self) -> Mapping[Key, Row]:
        """The rows that are read again."""
        ...

    @property
    def source(self) -> Source:
        """The source to open."""
        ...

    def opened(self, found: Opened) -> Opened:
        """The opened source with nothing but the records of the rows."""
        ...

    def key(self, refused: Mapping[str, Any]) -> Key:
        """The key in `rows` of a record that was refused anew, as the quarantine tells it."""
        ...

    def refuse(self, place: str, reason: str) -> list[Stuck]:
        """The rows of the file at this place are no longer read; returns them, none where it is no file of theirs."""
        ...

    def missed(self, items: Sequence[WorkItem]) -> list[Stuck]:
        """The rows that the work on the input does not reach."""
        ...


class Versions:
    """The versions of the inputs that commits have read."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._known = {(entry.seq, one.name, one.path): one.version for entry in entries for one in entry.inputs}

    def of(self, row: Row) -> str:
        """The version of the file that the row stems from, empty where no commit tells it."""
        return self._known.get((row.held.seq, row.input or "", row.file or ""), "")


def by_file(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows by the address of the file that they stem from."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.file or "", []).append(row)
    return found
