"""CloudWatch Logs: groups of streams whose events can be read. What writes them, on AWS, are the services."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import paged

GROUP, EVENT = "logs.group", "logs.event"
MOST = 10_000  # events of a page


def written(call: Call, group: str, stream: str, events: Iterable[tuple[float, str]]) -> None:
    """The group has these events, each a moment in seconds since 1970 and its text, in the stream."""
    records.put(call, GROUP, group, {})
    for at, text in events:
        identity = uuid.uuid4().hex
        body = {"logStreamName": stream, "timestamp": round(at * 1000), "message": text, "eventId": identity}
        records.put(call, EVENT, f"{group}|{at:020.6f}|{identity}", body)


@operation("logs.FilterLogEvents", "logGroupName", "logStreamNamePrefix", "startTime", "nextToken")
def filter_log_events(call: Call) -> Body:
    """The events of the streams that begin so, in the order of their times, in pages."""
    group, prefix = call["logGroupName"], call.get("logStreamNamePrefix", "")
    if records.get(call, GROUP, group) is None:
        raise Refusal("ResourceNotFoundException", "The specified log group does not exist.")
    rows = [
        (key, one)
        for key, one in records.named(call, EVENT, f"{group}|")
        if one["logStreamName"].startswith(prefix) and one["timestamp"] >= call.get("startTime", 0)
    ]
    return paged(call, "events", rows, MOST)
