"""What the commits of a table come to: one value that each entry moves on, so that no reader goes through history.

Folding the entries from the first one and going on from a state that was kept give the same state: `apply` looks at
nothing but the state and the entry, and, where an entry brings an earlier version back, at the state of that version.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field, fields

from mesh_etl.tables.entry import Entry, Partition, Tombstones
from mesh_etl.tables.history import ChangesUnknown, TableFile, Values, born
from mesh_etl.tables.quarantine import Refused, settled


@dataclass(frozen=True)
class Commit:
    """A commit's transaction, and the folder in which it has kept what it knows of the rows that it wrote."""

    txn: str
    metrics: str


@dataclass(frozen=True)
class Size:
    """How much there is: rows, files and bytes."""

    rows: int = 0
    files: int = 0
    bytes: int = 0

    @classmethod
    def of(cls, partitions: Iterable[Partition]) -> Size:
        """The size of these partitions."""
        files = [file for one in partitions for file in one.files]
        return cls(sum(file.rows for file in files), len(files), sum(file.bytes for file in files))

    def __add__(self, other: Size) -> Size:
        return Size(self.rows + other.rows, self.files + other.files, self.bytes + other.bytes)

    def __sub__(self, other: Size) -> Size:
        return Size(self.rows - other.rows, self.files - other.files, self.bytes - other.bytes)


@dataclass
class TableState:
    """A table after its commits up to version `seq`; 0 and empty before the first one.

    `txn` is the transaction of that commit, `data` the version that changed the rows last, 0 where none did.
    `partitions` are those with files, `files` what is known of each of their files by its name, `size` is theirs, and
    `lossy` is the last version that took rows away or wrote them anew. Since the commit that replaced the table, itself
    included: `seen` are the inputs that were read, each with its version, `work` the first commit of each piece of
    work, and `commits` where each has kept its states. `tombstones` are those of deleted rows. `tags` are names of
    versions, `expired` versions that cannot be read any more, and `fenced` transactions that may never commit.
    """

    seq: int = 0
    txn: str = ""
    data: int = 0
    lossy: int = 0
    size: Size = Size()
    partitions: dict[Values, Partition] = field(default_factory=dict)
    files: dict[Values, dict[str, TableFile]] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    work: dict[str, int] = field(default_factory=dict)
    commits: dict[int, Commit] = field(default_factory=dict)
    tombstones: tuple[Tombstones, ...] = ()
    tags: dict[str, int] = field(default_factory=dict)
    expired: set[int] = field(default_factory=set)
    fenced: set[str] = field(default_factory=set)

    def copy(self) -> TableState:
        """A state that can be moved on while this one stays."""
        return TableState(**{one.name: copy(getattr(self, one.name)) for one in fields(self)})

    def apply(self, entry: Entry, version: Callable[[int], TableState]) -> frozenset[str]:
        """The state is that after the entry; returns the names of the files that it took away or wrote anew.

        `version` gives the table at an earlier version, for an entry that brings one back.
        """
        restored = None if entry.restores is None else version(entry.restores)
        lost = self._replace_files(entry, restored)
        if lost:
            self.lossy = entry.seq
        settled(self.refused, entry)
        if entry.cleared:
            self.seen, self.work, self.commits = {}, {}, {}
            self.tombstones = ()
        if restored is not None:
            self.seen, self.work, self.commits = copy(restored.seen), copy(restored.work), copy(restored.commits)
            self.tombstones = restored.tombstones
        if entry.tombstones is not None:
            self.tombstones = entry.tombstones
        for one in entry.inputs:
            if not one.reference:
                self.seen.pop(one.path, None)  # the last one that was read stands last
                self.seen[one.path] = one.version
        self.commits[entry.seq] = Commit(entry.txn, entry.metrics)
        if not entry.is_upkeep:
            self.work.setdefault(entry.idem_key, entry.seq)
            self.data = entry.seq
        self.expired.update(entry.expired)
        self.fenced.update(entry.fenced)
        for name, seq in entry.tags.items():
            self.tags.pop(name, None)
            if seq is not None:
                self.tags[name] = seq
        self.seq, self.txn = entry.seq, entry.txn
        return lost

    def standing(self) -> list[TableFile]:
        """The files of the table, partition by partition."""
        return [file for _, group in sorted(self.files.items(), key=lambda one: str(one[0])) for file in group.values()]

    def added(self, after: int) -> list[TableFile]:
        """The files that commits later than version `after` have added, partition by partition.

        Raises `ChangesUnknown` with the last of these commits that also took files away, or wrote them anew.
        """
        if self.lossy > after:
            raise ChangesUnknown(self.lossy)
        return [one for file in self.standing() for one in file.where(lambda it: None if it.of else it.seq > after)]

    def _replace_files(self, entry: Entry, restored: TableState | None) -> frozenset[str]:
        """The entry's partitions are the table's; returns the names of files that are not, or no longer the same."""
        stated = {one.values: self.files.get(one.values, {}) for one in entry.partitions}
        touched = self.files if entry.cleared else stated
        known = self.files if restored is None else restored.files
        merged = {one.path.rpartition("/")[2]: one.of for one in entry.merged}
        after = {one.values: born(one, entry.seq, known.get(one.values, {}), merged) for one in entry.partitions}
        before = {name for group in touched.values() for file in group.values() for name in file.names()}
        now = {name for group in after.values() for file in group.values() for name in file.names()}
        if entry.cleared:
            self.partitions, self.files, self.size = {}, {}, Size()
        self.size -= Size.of(one for values in stated if (one := self.partitions.get(values)) is not None)
        self.size += Size.of(entry.partitions)
        for one in entry.partitions:
            self.partitions.pop(one.values, None)
            self.files.pop(one.values, None)
            if one.files:
                self.partitions[one.values] = one
                self.files[one.values] = after[one.values]
        # Files that come back are older than readers think who have read what came since: no one can go on from there.
        return frozenset(before - now if restored is None else before ^ now)


def folding(entries: Iterable[Entry]) -> Iterator[tuple[TableState, frozenset[str]]]:
    """The state after each of these entries, the table's oldest first, and the files that it took away or wrote anew.

    It is one state that moves on: what is to be kept of it has to be copied.
    """
    state, known = TableState(), list[Entry]()
    for entry in entries:
        known.append(entry)
        lost = state.apply(entry, lambda seq: folded(one for one in known if one.seq <= seq))
        yield state, lost


def folded(entries: Iterable[Entry]) -> TableState:
    """The table that these entries make, the oldest of the table first."""
    state = TableState()
    for state, _ in folding(entries):  # noqa: B007 - the last one counts
        pass
    return state


def first_loss(entries: Iterable[Entry], names: Collection[str]) -> int | None:
    """The first version that took one of the files with these names away; None when none did."""
    return next((state.seq for state, lost in folding(entries) if not lost.isdisjoint(names)), None)
