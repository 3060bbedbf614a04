"""What an execution of a state machine has done, from its history.

Each event names the one before it in its branch: `TaskScheduled` has the name of the job, and `TaskSubmitted`, which
comes after it, the id of the job's run.
Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any


def runs_of(events: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The last run of each Glue job that the execution has started, by the job's name; events are the oldest first."""
    jobs: dict[int, str] = {}  # by the event in whose branch the job was scheduled last
    found = {}
    for event in events:
        jobs[event["id"]] = jobs.get(event.get("previousEventId", 0), "")
        if (scheduled := event.get("taskScheduledEventDetails")) is not None:
            jobs[event["id"]] = _told(scheduled.get("parameters"), "JobName")
        if (submitted := event.get("taskSubmittedEventDetails")) is not None and (job := jobs[event["id"]]):
            found[job] = _told(submitted.get("output"), "JobRunId")
    return {job: run for job, run in found.items() if run}


def _told(text: str | None, name: str) -> str:
    found = json.loads(text or "{}")
    return str(found.get(name, "")) if isinstance(found, dict) else ""
