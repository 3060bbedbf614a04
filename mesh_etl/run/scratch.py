"""Where a run keeps what it needs for a while, such as spilled rows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mesh_etl.storage import Scratch, faults

if TYPE_CHECKING:
    from mesh_etl.run.engines import Engine
    from mesh_etl.tables.ledger import Ledger


@contextmanager
def scratch(ledger: Ledger, engine: Engine, txn: str) -> Iterator[Scratch]:
    """A folder that all workers of the engine reach and others may not enter; nothing of it is left after the block.

    It lies below the table's root; but for a table in S3 on the disk of this machine, where all workers share it.
    """
    layout = ledger.layout
    if "://" not in layout.root:
        with faults(layout.root):
            found = Scratch.on_disk(layout.spill(txn))
    elif engine.shares_disk:
        found = Scratch(tempfile.mkdtemp(prefix="mesh-etl-"))
    else:
        found = Scratch(layout.spill(txn), ledger.storage)
    try:
        yield found
    finally:
        found.storage.remove(found.folder)
