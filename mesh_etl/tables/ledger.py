"""The ledger of a table: its entries are the truth, and creating one is the commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from mesh_etl.errors import Fault, PlanError
from mesh_etl.tables.entry import Entry, Partition
from mesh_etl.tables.layout import Layout
from mesh_etl.tables.storage import OutcomeUnknown, Storage

_ATTEMPTS = 20


@dataclass(frozen=True)
class Snapshot:
    """The table as one version of the ledger says: the entry that made it, and all partitions by their values."""

    entry: Entry
    partitions: dict[tuple[str | None, ...], Partition]

    @property
    def seq(self) -> int:
        """The version."""
        return self.entry.seq

    @property
    def rows(self) -> int:
        """The rows of the table."""
        return sum(partition.rows for partition in self.partitions.values())

    @property
    def files(self) -> int:
        """The files of the table."""
        return sum(len(partition.files) for partition in self.partitions.values())

    @property
    def bytes(self) -> int:
        """The bytes of the table."""
        return sum(file.bytes for partition in self.partitions.values() for file in partition.files)


@dataclass(frozen=True)
class Ledger:
    """The entries below a table's root, in a storage."""

    layout: Layout
    storage: Storage

    def seqs(self) -> list[int]:
        """The versions that exist, oldest first."""
        return [int(name[:20]) for name in self.storage.names(self.layout.ledger()) if _is_entry(name)]

    def entry(self, seq: int) -> Entry:
        """The entry of a version. Raises `PlanError` when it is missing or cannot be read."""
        path = self.layout.entry(seq)
        content = self.storage.read(path)
        if content is None:
            raise PlanError(Fault("LEDGER_MISSING", f"version {seq} is not in the ledger", path))
        try:
            return Entry.model_validate_json(content)
        except ValidationError as error:
            raise PlanError(
                Fault(
                    "LEDGER_UNREADABLE",
                    f"the entry does not read as one ({error.error_count()} faults)",
                    path,
                    "it was damaged, or written by a newer mesh_etl: restore the file or upgrade",
                )
            ) from None

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """The entries later than version `after`, oldest first."""
        yield from (self.entry(seq) for seq in self.seqs() if seq > after)

    def snapshot(self, seq: int | None = None) -> Snapshot | None:
        """The table at a version, or at its head; None for a table without a commit."""
        return folded(entry for entry in self.entries() if seq is None or entry.seq <= seq)

    def append(self, entry: Entry) -> bool:
        """True when the entry is in the ledger at its version, False when another one is.

        An answer that was lost is asked for again until it is definite: the same create, never an undo.
        """
        content = entry.model_dump_json().encode()
        path = self.layout.entry(entry.seq)
        for attempt in range(_ATTEMPTS):
            try:
                if self.storage.create(path, content):
                    return True
                return self._is_mine(entry)
            except OutcomeUnknown:
                if attempt == _ATTEMPTS - 1:
                    raise
        return False

    def _is_mine(self, entry: Entry) -> bool:
        return self.entry(entry.seq).txn == entry.txn


def folded(entries: Iterable[Entry]) -> Snapshot | None:
    """The table that these entries make, the oldest of the table first; None where there is none."""
    partitions: dict[tuple[str | None, ...], Partition] = {}
    last: Entry | None = None
    for entry in entries:
        if entry.cleared:
            partitions = {}
        partitions.update({partition.values: partition for partition in entry.partitions})
        last = entry
    return Snapshot(last, {key: one for key, one in partitions.items() if one.files}) if last else None


def _is_entry(name: str) -> bool:
    return len(name) == 25 and name.endswith(".json") and name[:20].isdigit()
