"""Whether the inputs are still what the plan has pinned: the ledger promises that these very versions were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, RunError

if TYPE_CHECKING:
    from mesh_etl.plan import Plan


def check(plan: Plan) -> None:
    """Every input file has the size and the version of the plan. Raises `RunError` INPUT_CHANGED, worth a retry."""
    files = [file for opened in plan.inputs.values() for file in opened.files]
    problem, fix = "the file has changed while it was read", "run again once it is complete"
    changed = [Fault("INPUT_CHANGED", problem, file.path, fix) for file in files if not file.store.stands(file)]
    if changed:
        raise RunError(*changed, retryable=True)
