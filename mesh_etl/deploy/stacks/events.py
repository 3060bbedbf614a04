"""What CloudFormation tells of its work on a stack and on those nested in it, each event once.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mesh_etl.deploy.stacks import pace
from mesh_etl.deploy.stacks.change import STACK
from mesh_etl.worlds.refusals import explained

SKEW = timedelta(minutes=15)  # by so much AWS lets a machine's clock be wrong
LATE = timedelta(minutes=2)  # within which events may come in another order than they happened


@dataclass(frozen=True)
class Event:
    """A resource has come into a state; `stack` is the name of the stack that it is in."""

    at: datetime
    stack: str
    logical: str
    physical: str
    type: str
    status: str
    reason: str
    own: bool  # whether it is about the stack itself

    @property
    def failed(self) -> bool:
        """Whether the resource could not be brought to where it should be."""
        return self.status.endswith("_FAILED")

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it."""
        return not self.status.endswith("_IN_PROGRESS")


def begun(cloudformation: Any, stack_id: str, token: str) -> bool:
    """Whether the operation with that token has begun."""
    told = _told(cloudformation, stack_id, datetime.now(UTC) - SKEW)
    return any(one.get("ClientRequestToken") == token for one in told)


def followed(cloudformation: Any, stack_id: str, token: str) -> Iterator[Event]:
    """The events of one operation as they come, until it has ended; the last is the stack's own.

    Raises `RunError` as `explained` does; the operation goes on without anybody who looks.
    """
    seen: set[str] = set()
    stacks = [stack_id]
    since = datetime.now(UTC) - SKEW
    begin: datetime | None = None
    for pause in pace.pauses():
        fresh: list[tuple[dict[str, Any], str]] = []
        for stack in stacks:  # grows by those nested in it as they are met
            for one in reversed(_told(cloudformation, stack, since)):  # several may have the same moment
                of_token = one.get("ClientRequestToken") == token
                ours = of_token if stack == stack_id else begin is not None and one["Timestamp"] >= begin
                nested = one.get("PhysicalResourceId", "")
                if one["EventId"] in seen or not ours or (nested == stack != stack_id):
                    continue  # what a nested stack says of itself, the root says of it as of a resource
                seen.add(one["EventId"])
                fresh.append((one, stack))
                begin = min(begin or one["Timestamp"], one["Timestamp"])
                if one["ResourceType"] == STACK and nested and nested not in stacks:
                    stacks.append(nested)
        if fresh:
            since = max(one["Timestamp"] for one, _ in fresh) - LATE
        last = None
        for one, stack in sorted(fresh, key=lambda pair: pair[0]["Timestamp"]):
            event = _event(one, stack)
            if event.own and stack == stack_id and event.ended:
                last = event
            else:
                yield event
        if last is not None:
            yield last
            return
        pause()


def first_reason(events: list[Event]) -> Event | None:
    """The event that an operation failed by: that of the first resource that failed by itself.

    What was cancelled for another's sake does not count, nor a nested stack, which only repeats what failed in it.
    """
    failed = [one for one in events if one.failed and not one.own]
    own = [one for one in failed if one.type != STACK and "cancelled" not in one.reason]
    return min(own or failed or [one for one in events if one.failed], key=lambda one: one.at, default=None)


def left(events: list[Event]) -> list[Event]:
    """What could not be removed after an update had succeeded: it is in the account, and in no stack any more."""
    return [one for one in events if one.status == "DELETE_FAILED" and not one.own]


def _told(cloudformation: Any, stack: str, since: datetime) -> list[dict[str, Any]]:
    """The events from that moment on, the newest first; a stack keeps those of 90 days."""
    found: list[dict[str, Any]] = []
    with explained("cloudformation:DescribeStackEvents", stack.rpartition(":stack/")[2].partition("/")[0] or stack):
        for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack):
            found += [one for one in page["StackEvents"] if one["Timestamp"] >= since]
            if page["StackEvents"] and page["StackEvents"][-1]["Timestamp"] < since:
                break
    return found


def _event(one: dict[str, Any], stack: str) -> Event:
    physical = one.get("PhysicalResourceId", "")
    return Event(
        one["Timestamp"],
        one["StackName"],
        one["LogicalResourceId"],
        physical,
        one["ResourceType"],
        one["ResourceStatus"],
        " ".join(one.get("ResourceStatusReason", "").split()),
        physical == stack and one["ResourceType"] == STACK,
    )
