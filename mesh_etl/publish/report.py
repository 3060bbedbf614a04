"""What a run did, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from mesh_etl.errors import Fault
from mesh_etl.tables.entry import Entry
from mesh_etl.tables.ledger import Snapshot

Outcome = Literal["published", "done before", "nothing new"]


@dataclass(frozen=True)
class Written:
    """What a run wrote of the table: how many files, and their bytes."""

    files: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Report:
    """The outcome of a run and the commit that the table stands at."""

    product: str
    outcome: Outcome
    entry: Entry
    snapshot: Snapshot
    root: str
    catalog: tuple[str, ...]  # what had to change in the catalogue, in words
    warnings: tuple[Fault, ...] = ()  # what is wrong and has stopped nothing
    central: tuple[str, ...] = ()  # what had to change in the central catalogue, in words
    written: Written = Written()  # nothing, where the run has published nothing

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON data; it holds counts, names and places, no cell values."""
        entry = self.entry
        return {
            "product": self.product,
            "outcome": self.outcome,
            "version": entry.seq,
            "committed_at": entry.committed_at,
            "root": self.root,
            "operation": entry.operation,
            "engine": entry.engine,
            "contract": {"id": entry.contract.id, "version": entry.contract.version, "sha256": entry.contract.sha256},
            "counts": entry.counts.model_dump(),
            "changed": entry.changed.model_dump() if entry.changed else None,
            "dropped": dict(entry.dropped),
            "quarantine": entry.quarantine.model_dump(mode="json"),
            "rules": [rule.model_dump() for rule in entry.rules],
            "drift": {name: one.model_dump() for name, one in entry.drift.items()},
            "evolved": [column.model_dump() for column in entry.evolved],
            "inputs": [one.model_dump(mode="json") for one in entry.inputs],
            "written": {"files": self.written.files, "bytes": self.written.bytes},
            "table": {
                "version": self.snapshot.data.seq,
                "rows": self.snapshot.rows,
                "files": self.snapshot.files,
                "bytes": self.snapshot.bytes,
                "partitions": len(self.snapshot.partitions),
            },
            "catalog": list(self.catalog),
            "central": list(self.central),
            "warnings": [str(one) for one in self.warnings],
        }
