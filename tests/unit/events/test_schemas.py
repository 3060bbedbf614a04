"""The published forms of the events are those that are sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mesh_etl.events import EVENTS
from mesh_etl.events.schemas import schemas, spelled

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize(("name", "schema"), list(schemas()))
def test_the_schema_is_published_as_it_is(name: str, schema: dict[str, object]) -> None:
    Draft202012Validator.check_schema(schema)
    text = (DOCS / f"events/{name}.json").read_text()
    assert text == spelled(schema), "write them anew: mesh-etl events --schemas docs/events"


def test_no_other_schema_is_published() -> None:
    assert {path.stem for path in (DOCS / "events").glob("*.json")} == set(EVENTS)


@pytest.mark.parametrize("name", EVENTS)
def test_every_field_is_described(name: str) -> None:
    parts = [dict(schemas())[name], *dict(schemas())[name].get("$defs", {}).values()]
    for part in parts:
        for field, schema in part["properties"].items():
            told = json.dumps(schema)
            assert "description" in schema or "$ref" in told, f"{name}.{field}"


def test_every_event_is_in_the_docs() -> None:
    text = (DOCS / "events.md").read_text()
    assert [name for name in EVENTS if f"`{name}`" not in text] == []
