"""EventBridge: buses that keep what was put on them. There are no rules here: readers look at the bus itself.

Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.operations import Body, Call, operation

BUS, EVENT = "events.bus", "events.event"
DEFAULT = "default"
MOST_BYTES = 1024 * 1024  # of all entries of a request together
TIME_BYTES = 14  # what a moment counts for, as the user guide says under "Calculating PutEvents event entry size"


@operation("events.CreateEventBus", "Name", "Description", writes=True)
def create_event_bus(call: Call) -> Body:
    """The bus is there."""
    name = call["Name"]
    if "/" in name:
        raise Refusal("ValidationException", "The name of a custom event bus cannot have a slash.")
    if name == DEFAULT or records.get(call, BUS, name) is not None:
        raise Refusal("ResourceAlreadyExistsException", f"Event bus {name} already exists.")
    records.put(call, BUS, name, {"description": call.get("Description", "")})
    return {"EventBusArn": _arn(call, name)}


@operation("events.DeleteEventBus", "Name", writes=True)
def delete_event_bus(call: Call) -> Body:
    """The bus is gone, whether or not there was one."""
    if call["Name"] == DEFAULT:
        raise Refusal("ValidationException", "Cannot delete event bus default.")
    records.drop(call, BUS, call["Name"])
    return {}


@operation("events.PutEvents", "Entries", writes=True)
def put_events(call: Call) -> Body:
    """The events are on their buses, but for those entries that have an error; at most ten."""
    if sum(_size(entry) for entry in call["Entries"]) >= MOST_BYTES:
        raise Refusal("ValidationException", "Total size of the entries in the request is over the limit.")
    answers = [_put(call, number, entry) for number, entry in enumerate(call["Entries"])]
    return {"Entries": answers, "FailedEntryCount": sum("ErrorCode" in answer for answer in answers)}


def kept(call: Call, bus: str = DEFAULT) -> Iterator[Body]:
    """The events of a bus of the caller's account in the order in which they came, as a target would get them."""
    for _, event in records.named(call, EVENT, f"{bus}/"):
        yield event


def _put(call: Call, number: int, entry: Body) -> Body:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            return _failed("InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument.")
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        return _failed("MalformedDetail", "Detail is malformed.")
    if entry["Source"].startswith("aws."):
        return _failed("NotAuthorizedForSourceException", "Not authorized for the source.")
    bus = entry.get("EventBusName", DEFAULT)
    account = bus.split(":")[4] if ":" in bus else call.account
    home, bus = f"{account}/{call.region}", bus.rpartition("/")[2]
    if bus != DEFAULT and records.get(call, BUS, bus, home) is None:  # not documented; chosen: as an invalid argument
        return _failed("InvalidArgument", "Event bus does not exist.")
    identity = str(uuid.uuid4())
    event = {
        "version": "0",
        "id": identity,
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": call.caller_account,
        "time": entry.get("Time", call.now),
        "region": call.region,
        "resources": entry.get("Resources", []),
        "detail": detail,
    }
    records.put(call, EVENT, f"{bus}/{call.now:020.6f}/{number}/{identity}", event, home)
    return {"EventId": identity}


def _size(entry: Body) -> int:
    texts = [entry.get(name, "") for name in ("Source", "DetailType", "Detail")] + entry.get("Resources", [])
    return sum(len(text.encode()) for text in texts) + (TIME_BYTES if "Time" in entry else 0)


def _failed(code: str, message: str) -> Body:
    return {"ErrorCode": code, "ErrorMessage": message}


def _arn(call: Call, bus: str) -> str:
    return f"arn:aws:events:{call.region}:{call.account}:event-bus/{bus}"
