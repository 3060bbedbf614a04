"""Where the parts of a table lie below its root. Nothing under a `txn` is ever changed once it is committed."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """The paths of one table, as strings that Python, storage and engines read; the root has no slash at its end.

    A ledger entry names files relative to the root, so that a table can be moved.
    """

    root: str

    def path(self, *parts: str) -> str:
        """The path of what the ledger calls by its parts, joined."""
        return "/".join((self.root, *(part for part in parts if part)))

    def relative(self, path: str) -> str:
        """What the ledger calls a path below the root."""
        return path.removeprefix(f"{self.root}/")

    def data(self, txn: str, partition: str = "") -> str:
        """The folder of a partition's files, or of all files of the transaction."""
        return self.path("data", txn, partition)

    def quarantine(self, txn: str) -> str:
        """The folder of the transaction's rejected rows."""
        return self.path("quarantine", txn)

    def metrics(self, txn: str) -> str:
        """The folder of the states that the transaction keeps of what it wrote."""
        return self.path("metrics", txn)

    def tombstones(self, txn: str) -> str:
        """The folder of the keys that the transaction has deleted."""
        return self.path("tombstones", txn)

    def staged(self, txn: str) -> tuple[str, ...]:
        """The folders of what the transaction has staged, none of which is read before it commits."""
        return self.data(txn), self.quarantine(txn), self.metrics(txn), self.tombstones(txn)

    def spill(self, txn: str) -> str:
        """The folder of the transaction's intermediate files, gone before the commit."""
        return self.path("_spill", txn)

    def ledger(self) -> str:
        """The folder of the ledger's entries."""
        return self.path("_ledger")

    def entry(self, seq: int) -> str:
        """The ledger entry `seq`."""
        return self.path("_ledger", f"{seq:020d}.json")

    def checkpoints(self) -> str:
        """The folder of the states that are kept of the whole table, so that history need not be read."""
        return self.path("_ledger", "checkpoints")

    def checkpoint(self, seq: int) -> str:
        """The state of the table at version `seq`."""
        return self.path("_ledger", "checkpoints", f"{seq:020d}.json.z")

    def contract(self, sha256: str) -> str:
        """The summary of a contract, by the hash of its content."""
        return self.path("_ledger", "contracts", f"{sha256}.json")


def new_txn() -> str:
    """A name for one attempt to write: unique, and sorted by time for people who look."""
    now = datetime.datetime.now(datetime.UTC)
    return f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:12]}"
