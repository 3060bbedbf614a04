"""Who is told of a request, and that no reason and no condition is."""

from __future__ import annotations

import json

import pytest

from mesh_etl import worlds
from mesh_etl.config import Project
from mesh_etl.events import logged
from mesh_etl.govern.requests import Desk
from mesh_etl.govern.requests.telling import message, tell

TOPIC = "arn:aws:sns:eu-west-1:111111111111:access"
SECRET = "hunter2-4711"


@pytest.fixture
def told(project, clock):
    path = project.root / "configs/mesh.yaml"
    path.write_text(path.read_text().replace("{account: governance}", f"{{account: governance, notify: '{TOPIC}'}}"))
    opened = Project.open(project.root)
    world = worlds.open(opened.env, opened.root)
    desk = Desk(opened, clock)
    return desk, world, lambda request: tell(opened, world, request, desk.today)


def test_events_tell_of_access_that_was_given_and_taken(told):
    desk, world, say = told
    world.client("sns", desk.project.identity("governance")).create_topic(Name="access")
    found, _ = desk.ask(
        "sales.orders", "marketing.analyst", SECRET, columns=("id",), rows=f"region = '{SECRET}'", days=5
    )
    assert say(found) == []
    assert list(logged(world.home)) == []
    assert say(desk.approve(found.id, "sales-team", SECRET)) == []
    assert say(desk.revoke(found.id, "sales-team", SECRET)) == []
    log = (world.home / "events.jsonl").read_text()
    kinds = [json.loads(line)["type"] for line in log.splitlines()]
    assert kinds == ["AccessGranted", "AccessRevoked"]
    assert SECRET not in log


def test_that_nobody_can_be_told_stops_nothing(told):
    desk, _, say = told
    found, _ = desk.ask("sales.orders", "marketing.analyst", "to know", role="everything")
    (warning,) = say(found)
    assert warning.code == "NOTIFY_UNSENT"


def test_the_message_names_things_and_no_values(told):
    desk, _, _ = told
    found, _ = desk.ask(
        "sales.orders", "marketing.analyst", SECRET, columns=("id",), rows=f"region = '{SECRET}'", days=5
    )
    said = message(found, desk.today)
    assert (said["status"], said["access"]) == ("asked", "columns id of some rows")
    assert SECRET not in json.dumps(said)
