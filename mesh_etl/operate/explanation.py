"""Why a run has failed: in our own words where it has printed them, in Glue's otherwise."""

from __future__ import annotations

from typing import Any

from mesh_etl.errors import Fault, MeshError, RunError
from mesh_etl.operate.logs import coded, groups, lines
from mesh_etl.operate.runs import Run

FIXES = {
    "TIMEOUT": "raise deploy.timeout of the job, or let it read less at once",
    "EXPIRED": "it waited too long for a worker: start it again, or let it run as execution: standard",
    "STOPPED": "somebody has stopped it; mesh-etl retry runs it again",
}


def explanation(glue: Any, logs: Any, run: Run) -> RunError:
    """The error that the run has ended in; RUN_FAILED where it has left no code of ours."""
    found: tuple[Fault, ...] = ()
    try:
        found = coded(lines(logs, groups(glue, run)[0], run))
    except MeshError as error:  # without the logs there is still what Glue says
        found = error.faults
    said = run.error or f"it ended {run.state}"
    fix = FIXES.get(run.state, "mesh-etl logs --errors shows more; after it is mended, mesh-etl retry")
    return RunError(*found, Fault("RUN_FAILED", f"run {run.id} {run.state}: {said}", run.job, fix))
