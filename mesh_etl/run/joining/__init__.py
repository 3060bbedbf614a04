"""What a mode makes of the rows that a run brings and of those that the table holds: one file for each such mode.

A mode that only adds rows, or puts them in the place of others, joins nothing: what was spilled is encoded as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mesh_etl.modes.cdc import Cdc
from mesh_etl.modes.merge import Merge
from mesh_etl.modes.scd2 import Scd2
from mesh_etl.modes.snapshot import Snapshot
from mesh_etl.run.joining import cdc, merge, scd2, snapshot
from mesh_etl.run.joining.base import Joined, Joining

if TYPE_CHECKING:
    from mesh_etl.modes import Mode

__all__ = ["JOINS", "Joined", "Joining", "joined"]

JOINS: Mapping[type[Mode], Callable[[Any, Joining], Joined]] = {
    Cdc: cdc.joined,
    Merge: merge.joined,
    Scd2: scd2.joined,
    Snapshot: snapshot.joined,
}


def joined(work: Joining) -> Joined:
    """The segments to encode and the files of the table in whose place they come."""
    mode = work.plan.mode.joining
    join = JOINS.get(type(mode))
    return Joined(work.manifests) if join is None else join(mode, work)
