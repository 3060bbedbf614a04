"""The JSON Schemas of the events, as `docs/events/` publishes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mesh_etl.events.model import EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """The schema of the detail of each event, by the event's name."""
    for name, event in EVENTS.items():
        yield name, {"$schema": _DIALECT, **event.model_json_schema(mode="serialization")}


def spelled(schema: dict[str, Any]) -> str:
    """The schema as its file has it."""
    return json.dumps(schema, indent=2) + "\n"
