"""Of the load date of a run, nothing stays that the run has not made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.run.joining.base import Joined, Joining

if TYPE_CHECKING:
    from mesh_etl.modes.snapshot import Snapshot


def joined(mode: Snapshot, work: Joining) -> Joined:
    """The segments as they are, in the place of all files of the run's date, whatever other keys partition them."""
    plan = work.plan
    index = next(index for index, key in enumerate(plan.partition_by) if key.name == mode.date)
    date = plan.moment.date().isoformat()
    partitions = plan.head.partitions.items() if plan.head else ()
    return Joined(
        work.manifests,
        frozenset(file.path for values, one in partitions if values[index] == date for file in one.files),
    )
