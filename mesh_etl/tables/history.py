"""The files that a table is made of, and the commits that brought them.

A file keeps its name for life, while a commit that adds rows to a partition carries the partition's files into a new
folder. So a file is known by its name, and by the place at which it was committed first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from mesh_etl.tables.entry import Partition

Values = tuple[str | None, ...]


class ChangesUnknown(Exception):
    """Version `seq` took rows away or wrote them anew, so that files do not tell what it has changed."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"version {seq}")
        self.seq = seq


@dataclass(frozen=True)
class TableFile:
    """A file of a table: its partition's values, where it lies, where it was committed first, and by which version.

    For a file that a compaction wrote, `of` are the files whose rows it holds, as they were before. One that took over
    the states of its commit, because other files of that commit were compacted, is `of` itself alone. So `seq` is the
    version that has kept states of the file, and the versions that brought its rows are those of its first files.
    """

    values: Values
    path: str
    origin: str
    bytes: int
    seq: int
    of: tuple[TableFile, ...] = ()

    @property
    def name(self) -> str:
        """The file's name, which it keeps for life."""
        return self.path.rpartition("/")[2]

    def names(self) -> Iterator[str]:
        """The names of this file and of those whose rows it holds."""
        yield self.name
        for one in self.of:
            yield from one.names()

    def where(self, wanted: Callable[[TableFile], bool | None]) -> tuple[TableFile, ...]:
        """The fewest files with all rows that are wanted and no others.

        `wanted` says for a file whether all its rows are, or None where that is to be asked of the files it is made of.
        """
        answer = wanted(self)
        if answer is None:
            found = tuple(file for one in self.of for file in one.where(wanted))
            return (self,) if found == self.of else found
        return (self,) if answer else ()


def born(
    partition: Partition, seq: int, before: Mapping[str, TableFile], merged: Mapping[str, Collection[str]]
) -> dict[str, TableFile]:
    """The partition's files by name, as version `seq` commits them; those that were there `before` keep their birth.

    `merged` names the files before whose rows a compaction has put into one of the partition's files.
    """
    found = {}
    restated = {before[name].seq for file in partition.files for name in merged.get(file.name, ())}
    for file in partition.files:
        origin, since, of = file.path, seq, tuple(before[name] for name in merged.get(file.name, ()))
        known = before.get(file.name)
        if known is not None:
            origin, since, of = known.origin, known.seq, known.of
            if known.seq in restated:
                since, of = seq, known.of or (known,)
        found[file.name] = TableFile(partition.values, file.path, origin, file.bytes, since, of)
    return found
