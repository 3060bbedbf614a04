"""Tell the world: EventBridge where the mesh has a bus, and always the log of this machine."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault
from mesh_etl.events import log
from mesh_etl.events.asked import asked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh_etl.config import Project
    from mesh_etl.config.governance.identity import Identity
    from mesh_etl.events.model import AnyEvent
    from mesh_etl.worlds import World

SOURCE = "mesh_etl"
_MOST = 10  # entries of one call


def emit(world: World, project: Project, events: Sequence[AnyEvent], identity: Identity | None = None) -> list[Fault]:
    """The events are told, as `identity`; returns why not, where they could not be: that stops nothing.

    EventBridge may deliver an event twice, and so may a crash: the event's `id` stays the same. An event that the bus
    has not taken is not in the log either, so that to tell it again is to tell it once.
    """
    faults: list[Fault] = []
    bus = project.event_bus
    for start in range(0, len(events), _MOST):
        batch = events[start : start + _MOST]
        problem = _put(world, bus, batch, identity) if bus else ""
        if problem:
            fix = "let the job's role call events:PutEvents on the bus, and see that there is one"
            faults.append(Fault("EVENT_UNSENT", f"the event bus was not told: {problem}", bus or "", fix))
            continue
        try:
            log.write(world.home, batch)
        except OSError as error:
            problem = f"the log of events cannot be written: {error.strerror}"
            faults.append(Fault("EVENT_UNSENT", problem, str(world.home / log.FILE), "make the folder writable"))
    return faults


def _put(world: World, bus: str, events: Sequence[AnyEvent], identity: Identity | None) -> str:
    """Why the bus has not taken all of the events; '' where it has."""
    entries: list[dict[str, Any]] = [
        {
            "Source": SOURCE,
            "DetailType": type(one).__name__,
            "Detail": json.dumps(one.model_dump(mode="json")),
            "Time": datetime.datetime.fromisoformat(one.at),
            "EventBusName": bus,
        }
        for one in events
    ]
    answer, problem = asked("events:PutEvents", lambda: world.client("events", identity).put_events(Entries=entries))
    if answer is None:
        return problem
    codes = [one["ErrorCode"] for one in answer.get("Entries", []) if one.get("ErrorCode")]
    if not codes:
        return ""
    return f"events:PutEvents refused {len(codes)} of {len(events)} ({', '.join(sorted(set(codes)))})"
