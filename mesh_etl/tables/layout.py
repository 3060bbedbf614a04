"""Where the parts of a table lie below its root. Nothing under a `txn` is ever changed once it is committed."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The paths of one table, as strings that both Python and the engines read."""

    root: str

    def data(self, txn: str, partition: str = "") -> str:
        """The folder of a partition's files, or of all files of the transaction."""
        return str(Path(self.root) / "data" / txn / partition)

    def quarantine(self, txn: str) -> str:
        """The folder of the transaction's rejected rows."""
        return str(Path(self.root) / "quarantine" / txn)

    def metrics(self, txn: str) -> str:
        """The folder of the states that the transaction keeps of what it wrote."""
        return str(Path(self.root) / "metrics" / txn)

    def spill(self, txn: str) -> str:
        """The folder of the transaction's intermediate files, gone before the commit."""
        return str(Path(self.root) / "_spill" / txn)

    def ledger(self) -> str:
        """The folder of the ledger's entries."""
        return str(Path(self.root) / "_ledger")

    def entry(self, seq: int) -> str:
        """The ledger entry `seq`."""
        return str(Path(self.ledger()) / f"{seq:020d}.json")

    def contract(self, sha256: str) -> str:
        """The summary of a contract, by the hash of its content."""
        return str(Path(self.ledger()) / "contracts" / f"{sha256}.json")


def new_txn() -> str:
    """A name for one attempt to write: unique, and sorted by time for people who look."""
    now = datetime.datetime.now(datetime.UTC)
    return f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:12]}"
