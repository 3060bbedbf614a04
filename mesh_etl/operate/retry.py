"""What a run is to be started with so that it does the same again."""

from __future__ import annotations

from typing import Any

from mesh_etl.errors import Fault, PlanError
from mesh_etl.operate.runs import run, runs
from mesh_etl.operate.start import TOKEN

AGAIN = frozenset({"FAILED", "TIMEOUT", "ERROR", "EXPIRED", "STOPPED"})


def again(glue: Any, job: str, identity: str = "") -> dict[str, str]:
    """The arguments of the run, or of the last one where none is named.

    Raises `PlanError`: NOTHING_TO_RETRY where the last one has not failed, worth a retry while it runs, and as `runs`
    and `run` do.
    """
    if identity:
        found = run(glue, job, identity)
    else:
        last = runs(glue, job, 1)
        if not last:
            raise PlanError(Fault("NOTHING_TO_RETRY", "the job has not run yet", job, "mesh-etl start runs it"))
        found = last[0]
        if found.state not in AGAIN:
            problem = f"the last run, {found.id}, is {found.state}"
            fix = "name another with --run, or start a new one with mesh-etl start"
            raise PlanError(Fault("NOTHING_TO_RETRY", problem, job, fix), retryable=found.active)
    return {name: value for name, value in found.arguments.items() if name != TOKEN}
