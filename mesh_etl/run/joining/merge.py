"""The latest row of each key, by the columns that the job orders rows by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.join.upsert import Upsert
from mesh_etl.modes.keyed import age
from mesh_etl.run.joining.base import Joined, Joining
from mesh_etl.run.joining.keyed import Ties, joined_by_key
from mesh_etl.run.joining.tombstones import Graveyard

if TYPE_CHECKING:
    from mesh_etl.modes.merge import Merge


def joined(mode: Merge, work: Joining) -> Joined:
    """The latest rows, and the files whose rows are older. Raises `RunError` ORDER_TIE."""
    order = mode.order_by or ()
    removals = mode.removals()
    policy = Upsert(
        mode.keys,
        order,
        tuple(column.name for column in work.plan.stored),
        removals.column if removals else "",
        removals.values if removals else (),
        last_wins=mode.ties == "last",
    )
    graveyard = Graveyard(order, age(mode.tombstones)) if order and removals else None
    try:
        return joined_by_key(work, mode.keys, policy, graveyard)
    except Ties as ties:
        what = f"the same {', '.join(order)}" if order else "no order between them"
        problem = f"{ties.keys:,} keys have rows with {what} that differ"
        where = work.plan.job.where("target", "mode", "order_by" if order else "keys")
        fix = "order by more columns, or say ties: last" if order else "say order_by, or ties: last"
        raise RunError(Fault("ORDER_TIE", problem, where, fix)) from None
