"""The ledger of a table: its entries are the truth, and creating one is the commit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from mesh_etl.contract.summary import Summary, canonical
from mesh_etl.errors import Fault, PlanError, RunError
from mesh_etl.storage import OutcomeUnknown, Storage
from mesh_etl.tables.entry import ContractRef, Entry, Partition
from mesh_etl.tables.layout import Layout
from mesh_etl.tables.quarantine import standing

_ATTEMPTS = 20
_UPGRADE = "it was damaged, or written by a newer mesh_etl: restore the file or upgrade"


@dataclass(frozen=True)
class Snapshot:
    """The table as one version of the ledger says: its entry, and all partitions by their values.

    `data` is the entry that changed the rows of the table last; `refused` counts the rows in the quarantine.
    """

    entry: Entry
    data: Entry
    partitions: dict[tuple[str | None, ...], Partition]
    refused: int

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
                    _UPGRADE,
                )
            ) from None

    def contract(self, entry: Entry) -> Summary:
        """The summary of the contract that a commit was checked against.

        Raises `PlanError`: LEDGER_MISSING, and LEDGER_UNREADABLE for one that is damaged or newer than this library.
        """
        kept = entry.contract
        found = self._summary(kept) if kept.summary is None else dict(kept.summary)
        try:
            return Summary.from_json(found)
        except (TypeError, KeyError):
            problem = f"the contract of version {entry.seq} does not read"
            where = self.layout.entry(entry.seq)
            raise PlanError(Fault("LEDGER_UNREADABLE", problem, where, _UPGRADE)) from None

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """The entries later than version `after`, oldest first."""
        yield from (self.entry(seq) for seq in self.seqs() if seq > after)

    def snapshot(self, seq: int | None = None) -> Snapshot | None:
        """The table at a version, or at its head; None for a table without a commit."""
        return folded(entry for entry in self.entries() if seq is None or entry.seq <= seq)

    def keep(self, summary: Summary) -> str:
        """The summary is in the ledger; returns the hash of its content, by which an entry names it.

        It is written before the entry. One that no entry names does no harm: the next commit that has it finds it.
        Raises `RunError` STORAGE_FAILED where the storage does not answer; then there is no commit yet.
        """
        content = canonical(summary.to_json()).encode()
        name = hashlib.sha256(content).hexdigest()
        path = self.layout.contract(name)
        try:
            _definite(lambda: self.storage.create(path, content))
        except OutcomeUnknown:
            problem = "the storage does not answer; nothing was committed"
            raise RunError(Fault("STORAGE_FAILED", problem, path, "run again"), retryable=True) from None
        return name

    def append(self, entry: Entry) -> bool:
        """True when the entry is in the ledger at its version, False when another one is.

        An answer that was lost is asked for again until it is definite: the same create, never an undo.
        """
        content = entry.model_dump_json().encode()
        path = self.layout.entry(entry.seq)
        return _definite(lambda: self.storage.create(path, content) or self._is_mine(entry))

    def _summary(self, kept: ContractRef) -> dict[str, Any]:
        """The summary that lies beside the entries."""
        path = self.layout.contract(kept.summary_sha256)
        content = self.storage.read(path)
        if content is None:
            problem = f"the summary of contract {kept.id} {kept.version} is not in the ledger"
            raise PlanError(Fault("LEDGER_MISSING", problem, path, "restore the file"))
        if hashlib.sha256(content).hexdigest() != kept.summary_sha256:
            raise PlanError(Fault("LEDGER_UNREADABLE", "the contract's summary is damaged", path, "restore the file"))
        found: dict[str, Any] = json.loads(content)
        return found

    def _is_mine(self, entry: Entry) -> bool:
        return self.entry(entry.seq).txn == entry.txn


def _definite(ask: Callable[[], bool]) -> bool:
    """The answer, asked for again while it is lost. Raises `OutcomeUnknown` when it stays so."""
    for _ in range(_ATTEMPTS - 1):
        with suppress(OutcomeUnknown):
            return ask()
    return ask()


def folded(entries: Iterable[Entry]) -> Snapshot | None:
    """The table that these entries make, the oldest of the table first; None where there is none."""
    found = list(entries)
    if not found:
        return None
    partitions: dict[tuple[str | None, ...], Partition] = {}
    for entry in found:
        if entry.cleared:
            partitions = {}
        partitions.update({partition.values: partition for partition in entry.partitions})
    data = next((entry for entry in reversed(found) if not entry.is_upkeep), found[-1])
    filled = {key: one for key, one in partitions.items() if one.files}
    return Snapshot(found[-1], data, filled, sum(file.rows for file in standing(found)))


def _is_entry(name: str) -> bool:
    return len(name) == 25 and name.endswith(".json") and name[:20].isdigit()
