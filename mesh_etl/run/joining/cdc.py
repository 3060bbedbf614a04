"""The table after the changes of a database, by their sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.join.upsert import Upsert
from mesh_etl.modes.keyed import age
from mesh_etl.run.joining.base import Joined, Joining
from mesh_etl.run.joining.keyed import Ties, joined_by_key
from mesh_etl.run.joining.tombstones import Graveyard

if TYPE_CHECKING:
    from mesh_etl.modes.cdc import Cdc


def joined(mode: Cdc, work: Joining) -> Joined:
    """The rows after the last change of each key, and the files whose rows are older. Raises `RunError` ORDER_TIE."""
    removals, order = mode.removals(), (mode.sequence,)
    policy = Upsert(
        mode.keys,
        order,
        tuple(column.name for column in work.plan.stored),
        removals.column,
        removals.values,
        last_wins=mode.ties == "last",
        delete_wins=False,
    )
    try:
        return joined_by_key(work, mode.keys, policy, Graveyard(order, age(mode.tombstones)))
    except Ties as ties:
        problem = f"{ties.keys:,} keys have changes of one sequence that differ, or two full loads that differ"
        where = work.plan.job.where("target", "mode", "sequence")
        fix = "load the table anew with mode replace, or say ties: last"
        raise RunError(Fault("ORDER_TIE", problem, where, fix)) from None
