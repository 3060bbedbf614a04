"""What a run has written, from CloudWatch Logs, our own coded lines told apart from Spark's.

Source: https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mesh_etl.deploy import names
from mesh_etl.deploy.synth.jobs.log_groups import encrypted
from mesh_etl.errors import Fault
from mesh_etl.operate.runs import Run
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained

PREFIX, USUAL = "--custom-logGroup-prefix", "/aws-glue/jobs"
OUTPUT, SYSTEM = "output", "error"  # what the job prints; what Spark and Glue themselves say
_CODED = re.compile(r"^(?!warning: )(?:error: )?(.+) \[([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)\]$")
_WRONG = re.compile(r"\b(ERROR|FATAL|Exception|Traceback)\b")


@dataclass(frozen=True)
class Line:
    """One line of a log; `code` is ours where it is one of our errors."""

    at: datetime
    stream: str
    text: str
    code: str

    @property
    def wrong(self) -> bool:
        """Whether it tells of an error, ours or another's."""
        return bool(self.code or _WRONG.search(self.text))


def groups(glue: Any, run: Run) -> tuple[str, str]:
    """The log groups of a run: what it prints, and what Spark says."""
    with explained("glue:GetJob", run.job):
        job = glue.get_job(JobName=run.job)["Job"]
    prefix = run.arguments.get(PREFIX) or job.get("DefaultArguments", {}).get(PREFIX) or USUAL
    security = job.get("SecurityConfiguration")
    prefix = encrypted(prefix, security, job["Role"]) if security else prefix
    return f"{prefix}/{OUTPUT}", f"{prefix}/{SYSTEM}"


def lines(logs: Any, group: str, run: Run, since: datetime | None = None) -> Iterator[Line]:
    """The lines of the run in the order of their times, from `since` on; none where nothing was written yet.

    Raises `RunError` as `explained` does.
    """
    from botocore.exceptions import ClientError

    asked: dict[str, Any] = {"logGroupName": group, "logStreamNamePrefix": run.id}
    start = since or run.started
    asked["startTime"] = max(0, int(start.timestamp() * 1000) - (0 if since else 60_000))
    with explained("logs:FilterLogEvents", group):
        try:
            for page in logs.get_paginator("filter_log_events").paginate(**asked):
                for event in page["events"]:
                    if not event["logStreamName"].startswith(f"{run.id}{names.ATTEMPT}"):
                        yield from _lines(event)
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise


def coded(found: Iterator[Line]) -> tuple[Fault, ...]:
    """Our own errors among the lines, each once; where it is, the problem and the fix are in one text, as printed."""
    return tuple(dict.fromkeys(Fault(line.code, line.text) for line in found if line.code))


def _lines(event: Mapping[str, Any]) -> Iterator[Line]:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    for text in event["message"].splitlines():
        if text.strip():
            for problem, code in _faults(text) or [_coded(text)]:
                yield Line(at, event["logStreamName"], problem, code)


def _coded(text: str) -> tuple[str, str]:
    """The line without its code, and that; the empty text where it has none."""
    match = _CODED.match(text)
    return (match[1], match[2]) if match else (text, "")


def _faults(text: str) -> list[tuple[str, str]]:
    """The faults of a line by which a job tells that it has failed, as `mesh_etl.glue.told` prints it; else none."""
    try:
        found = json.loads(text) if text.startswith('{"task"') else {}
        faults = [Fault(one["code"], one["problem"], one["where"], one["fix"]) for one in found.get("faults", ())]
    except (ValueError, KeyError, TypeError, AttributeError):  # cut off, or printed by somebody else
        return []
    return [(str(one).removesuffix(f" [{one.code}]"), one.code) for one in faults]
