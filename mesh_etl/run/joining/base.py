"""What a join is given and what it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.tables.entry import Changed, Tombstones

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.run.progress import Progress
    from mesh_etl.storage import Scratch


@dataclass(frozen=True)
class Joining:
    """The rows that passed the checks, spilled (`manifests`), and a place for what is made of them.

    They are spilled by partition, but where the mode is `keyed`: there their order is that in which they were read.
    """

    plan: Plan
    engine: Engine
    manifests: Sequence[dict[str, Any]]
    scratch: Scratch
    progress: Progress
    txn: str


@dataclass(frozen=True)
class Joined:
    """The segments that become files of the table.

    `manifests` are as those of the spill: a file and, by batch, partition, rows and bytes. `gone` are the paths of the
    table's files, as its ledger calls them, whose rows are in the segments by now or no longer in the table; other
    files stay. `changed` says what became of the rows; None for a mode that joins nothing. `tombstones` are all that
    stand from the commit on; None for those that stood before.
    """

    manifests: Sequence[dict[str, Any]]
    gone: frozenset[str] = frozenset()
    changed: Changed | None = None
    tombstones: tuple[Tombstones, ...] | None = None

    @property
    def rows(self) -> int:
        """The rows that are to be encoded."""
        return sum(segment["rows"] for manifest in self.manifests for segment in manifest["segments"])
