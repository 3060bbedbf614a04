"""The versions of each key: what comes gets its place among those that the table holds."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.join.current import Current, current
from mesh_etl.kernels.join.history import Period, Versions
from mesh_etl.kernels.join.stored import StoredTable
from mesh_etl.kernels.schema import arrow_schema
from mesh_etl.modes.scd2 import moment_of
from mesh_etl.run.joining.base import Joined, Joining
from mesh_etl.run.joining.keyed import Ties, joined_by_key, stored_files

if TYPE_CHECKING:
    from mesh_etl.modes.scd2 import Scd2


def joined(mode: Scd2, work: Joining) -> Joined:
    """The versions that are new or end otherwise, and the files that hold them. Raises `RunError`.

    EFFECTIVE_TIE for two states of one moment, EFFECTIVE_NULL for a row without one, and SOURCE_EMPTY when every key
    would be closed because none came.
    """
    plan = work.plan
    kinds = {column.name: column.type for column in plan.stored}
    removals = mode.removals()
    policy = Versions(
        mode.keys,
        mode.compared(plan.contract.schema),
        Period(*mode.period, mode.last_end(kinds[mode.valid_to])),
        tuple(column.name for column in plan.stored),
        removals.column if removals else "",
        removals.values if removals else (),
    )
    try:
        return joined_by_key(_with_absent(mode, work) if mode.absent == "close" else work, mode.keys, policy)
    except Ties as ties:
        problem = f"{ties.keys:,} keys have two states since one moment"
        where = plan.job.where("target", "mode", *(("effective",) if mode.effective else ()))
        fix = "name the column that tells them apart as effective, with fine enough a type"
        raise RunError(Fault("EFFECTIVE_TIE", problem, where, fix)) from None


def _with_absent(mode: Scd2, work: Joining) -> Joining:
    """The work with a row for each version that is current: it says that its key does not come, unless another does."""
    plan, table = work.plan, StoredTable(work.plan.ledger.storage, work.plan.stored)
    files = stored_files(plan)
    kind = next(column.type for column in plan.stored if column.name == mode.valid_from)
    start = moment_of(kind, plan.moment)
    schema = arrow_schema(plan.spilled)
    ask = partial(current, Current(table, schema, mode.valid_from, mode.is_current, start, work.scratch))
    work.progress.phase("look for keys that do not come", len(files))
    found = work.engine.map(ask, files, lambda _: work.progress.advance())
    ends = [one for one in found if one["segments"]]
    if ends and not any(manifest["segments"] for manifest in work.manifests):
        problem = "the source brought no row, so that the versions of all keys would end"
        fix = "see to the source; a table that is to be empty is made by mode replace"
        raise RunError(Fault("SOURCE_EMPTY", problem, plan.job.where("target", "mode", "absent"), fix))
    return replace(work, manifests=[*work.manifests, *ends])
