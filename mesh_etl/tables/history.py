"""Which files a table is made of, and which of its commits brought them.

A file keeps its name for life, while a commit that adds rows to a partition carries the partition's files into a new
folder. So a file is known by its name, and by the place at which it was committed first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from mesh_etl.tables.entry import Entry, Partition

Values = tuple[str | None, ...]


class ChangesUnknown(Exception):
    """Version `seq` took rows away or wrote them anew, so that files do not tell what it has changed."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"version {seq}")
        self.seq = seq


@dataclass(frozen=True)
class TableFile:
    """A file of a table: its partition's values, where it lies, where it was committed first, and by which version."""

    values: Values
    path: str
    origin: str
    bytes: int
    seq: int


def standing(entries: Iterable[Entry]) -> list[TableFile]:
    """The files of the table that these entries make, partition by partition."""
    files, _ = _folded(entries)
    return [file for _, group in sorted(files.items(), key=lambda one: str(one[0])) for file in group.values()]


def added(entries: Iterable[Entry], after: int) -> list[TableFile]:
    """The files that commits later than version `after` have added, partition by partition.

    Raises `ChangesUnknown` with the last of these commits that also took files away, or wrote them anew.
    """
    entries = list(entries)
    _, losses = _folded(entries)
    if losses and max(losses) > after:
        raise ChangesUnknown(max(losses))
    return [file for file in standing(entries) if file.seq > after]


def first_loss(entries: Iterable[Entry], names: Collection[str]) -> int | None:
    """The first version that took one of the files with these names away; None when none did."""
    _, losses = _folded(entries)
    return next((seq for seq, lost in losses.items() if not lost.isdisjoint(names)), None)


def _folded(entries: Iterable[Entry]) -> tuple[dict[Values, dict[str, TableFile]], dict[int, set[str]]]:
    """The files by partition and name, and the names of those that each version took away, oldest version first."""
    files: dict[Values, dict[str, TableFile]] = {}
    losses: dict[int, set[str]] = {}
    for entry in entries:
        touched = files if entry.cleared else {one.values: files.get(one.values, {}) for one in entry.partitions}
        lost = {name for group in touched.values() for name in group}
        after = {one.values: dict(_files(one, entry.seq, files.get(one.values, {}))) for one in entry.partitions}
        lost -= {name for group in after.values() for name in group}
        if lost:
            losses[entry.seq] = lost
        if entry.cleared:
            files = {}
        files.update(after)
    return files, losses


def _files(partition: Partition, seq: int, before: dict[str, TableFile]) -> Iterator[tuple[str, TableFile]]:
    for file in partition.files:
        known = before.get(file.name)
        origin, since = (known.origin, known.seq) if known else (file.path, seq)
        yield file.name, TableFile(partition.values, file.path, origin, file.bytes, since)
