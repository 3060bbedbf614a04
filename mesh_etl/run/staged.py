"""What a run has staged: files, quarantine, counts and verdicts, audited and ready to be committed."""

from __future__ import annotations

from dataclasses import dataclass

from mesh_etl.checks import Verdict
from mesh_etl.plan import Plan
from mesh_etl.tables.entry import Changed, Counts, Deletion, Input, Partition, Quarantine, Tombstones


@dataclass(frozen=True)
class Staged:
    """The outcome of a run that passed its audit. `partitions` hold only the files that this run wrote."""

    plan: Plan
    txn: str
    engine: str
    partitions: tuple[Partition, ...]
    quarantine: Quarantine
    counts: Counts
    inputs: tuple[Input, ...]
    dropped: dict[str, int]
    verdicts: tuple[Verdict, ...]
    metrics: str = ""  # the folder with the states of what was written, below the table's root
    gone: frozenset[str] = frozenset()  # files of the table, by the ledger's paths, that do not stay
    changed: Changed | None = None
    tombstones: tuple[Tombstones, ...] | None = None
    deletion: Deletion | None = None
    expansion: float | None = None  # bytes in memory for each byte of the files that were written
