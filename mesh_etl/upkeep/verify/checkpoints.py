"""Whether the kept states of a table are what its commits come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mesh_etl.tables import checkpoint
from mesh_etl.tables.table_state import folded

if TYPE_CHECKING:
    from mesh_etl.tables.entry import Entry
    from mesh_etl.tables.ledger import Ledger


def wrong(ledger: Ledger, entries: Sequence[Entry]) -> list[int]:
    """The versions whose checkpoint a reader would take and that says otherwise than the commits up to it."""
    layout, storage = ledger.layout, ledger.storage
    found = []
    for seq in checkpoint.seqs(layout, storage):
        state = checkpoint.read(layout, storage, seq)
        if state is not None and state != folded(entry for entry in entries if entry.seq <= seq):
            found.append(seq)
    return found


def remove(ledger: Ledger, seqs: Sequence[int]) -> None:
    """Readers find none of these checkpoints, and go through the commits instead; a later commit makes a new one."""
    for seq in seqs:
        ledger.storage.remove(ledger.layout.checkpoint(seq))
