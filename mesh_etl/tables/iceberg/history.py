"""The versions of a table: the snapshots on main, and before the oldest of them the entries that they continue.

A version is called by its snapshot's sequence number, which rises and never changes; numbers of snapshots that lost a
race are missing. Each entry names the one before it, so that the history of what was read and checked outlives the
snapshots that are expired.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.tables.iceberg.commit import ENTRY

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyiceberg.table.metadata import TableMetadata
    from pyiceberg.table.snapshots import Snapshot

    from mesh_etl.tables.entry import Entry

TXN = "mesh_etl.txn"


@dataclass(frozen=True)
class Version:
    """A version: its snapshot where there still is one, and the name of its entry where one was written."""

    seq: int
    name: str
    snapshot: Snapshot | None = None
    follows_expired: bool = False  # the oldest snapshot that is left, with others before it

    @property
    def txn(self) -> str:
        """The transaction that made it; of another engine, its snapshot."""
        if self.name:
            return self.name[21:]
        return f"snapshot-{self.snapshot.snapshot_id}" if self.snapshot else ""


def entry_name(seq: int, txn: str) -> str:
    """What the entry of a version is called, below `_ledger/entries`."""
    return f"{seq:020d}-{txn}"


def txn_of(snapshot: Snapshot) -> str:
    """The transaction of this library that made the snapshot; '' for one of another engine."""
    return (snapshot.summary[TXN] if snapshot.summary else None) or ""


def versions(metadata: TableMetadata, entry: Callable[[str], Entry]) -> list[Version]:
    """All versions, oldest first; `entry` reads the entry of a name."""
    line = main_line(metadata)
    if not line:
        return []
    found = [
        Version(one.sequence_number or 0, entry_name(one.sequence_number or 0, txn_of(one)) if txn_of(one) else "", one)
        for one in line
    ]
    first = found[0]
    last = next((one.name for one in found if one.name), metadata.properties.get(ENTRY, ""))
    older = [one for one in _before(last, entry) if one.seq < first.seq]
    if older or line[0].parent_snapshot_id is not None:
        found[0] = Version(first.seq, first.name, first.snapshot, follows_expired=True)
    return [*reversed(older), *found]


def main_line(metadata: TableMetadata) -> list[Snapshot]:
    """The snapshots that led to the present one, oldest first, as far as they are left."""
    known = {one.snapshot_id: one for one in metadata.snapshots}
    found: list[Snapshot] = []
    next_id = metadata.current_snapshot_id
    while next_id is not None and next_id in known:
        found.append(known[next_id])
        next_id = known[next_id].parent_snapshot_id
    return found[::-1]


def _before(name: str, entry: Callable[[str], Entry]) -> Iterator[Version]:
    """The entry of this name and those before it, newest first."""
    while name:
        found = entry(name)
        yield Version(found.seq, name)
        name = found.previous
