"""What a job script prints: a line of JSON for each thing that was done, which CloudWatch can search by its fields.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import ConfigError, Fault, MeshError, PlanError, PublishError, RunError

if TYPE_CHECKING:
    from mesh_etl.publish import Report

_WORST: tuple[type[MeshError], ...] = (RunError, PublishError, PlanError, ConfigError)
_LONGEST = 2_000  # characters of what a failed run is explained by
_MOST = 100  # faults in a line: CloudWatch cuts an event that is longer than 256 KB, and then it is no JSON


def line(task: str, **facts: Any) -> None:
    """One line is on stdout: names, counts and places, no cell values."""
    print(json.dumps({"task": task, **facts}, default=str), flush=True)


def run_facts(report: Report) -> dict[str, Any]:
    """What a run did, in one line: `Report.to_json` also names every input, of which there may be thousands."""
    entry = report.entry
    return {
        "product": report.product,
        "outcome": report.outcome,
        "version": entry.seq,
        "engine": entry.engine,
        "counts": entry.counts.model_dump(),
        "rules_not_met": [rule.rule for rule in entry.rules if rule.status in ("failed", "rejected rows", "warned")],
        "rows": report.snapshot.rows,
        "files": report.snapshot.files,
        "warnings": [str(one) for one in report.warnings],
    }


def failure(error: MeshError) -> dict[str, Any]:
    """Why something failed, as fields of a line."""
    found = {"outcome": "failed", "code": error.code, "retryable": error.retryable, "faults": plain(error.faults)}
    return found | ({"faults_in_all": len(error.faults)} if len(error.faults) > _MOST else {})


def plain(faults: Sequence[Fault]) -> list[dict[str, str]]:
    """The faults as plain JSON data, the first hundred of them."""
    return [{"code": one.code, "where": one.where, "problem": one.problem, "fix": one.fix} for one in faults[:_MOST]]


def worst(errors: Sequence[MeshError]) -> MeshError | None:
    """All faults as one error of the kind that is worst: what is damaged, then what lags behind; None without any."""
    faults = [fault for error in errors for fault in error.faults]
    kind = next((kind for kind in _WORST for error in errors if isinstance(error, kind)), None)
    return kind(*faults) if kind else None


def ended(error: MeshError, in_glue: bool) -> SystemExit:
    """How the script ends. Glue shows the text of a SystemExit as the run's ErrorMessage, and its code to nobody."""
    text = str(error)
    if in_glue:
        return SystemExit(text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …")
    print(text, file=sys.stderr)
    return SystemExit(error.exit_code)
