"""What differs where the accounts are not on this machine: an older boto3, answers that lag, policies of catalogues."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.config import Project
from mesh_etl.config.governance.identity import Identity
from mesh_etl.errors import PublishError, RunError
from mesh_etl.govern.accounts import Accounts
from mesh_etl.govern.apply import apply
from mesh_etl.govern.settled import settled
from tests.aws.govern.conftest import GOVERNANCE, World

RAM = {"Effect": "Allow", "Action": ["glue:ShareResource"], "Principal": {"Service": ["ram.amazonaws.com"]}}
OTHERS = {"Effect": "Allow", "Action": "glue:GetTable", "Principal": {"AWS": "999999999999"}, "Resource": "*"}


class Distant(World):
    """A world of AWS, by its name: those who wait for AWS wait for it."""

    name = "aws"


class Lagging(Distant):
    """A world whose invitations and tags come into sight after some more looks."""

    def __init__(self, home: Path, lag: int) -> None:
        super().__init__(home)
        self.lag = lag

    def client(self, service: str, identity: Identity) -> Any:
        found = super().client(service, identity)
        return _Late(self, found) if service == "ram" else found


class _Late:
    def __init__(self, world: Lagging, client: Any) -> None:
        self._world, self._client = world, client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_resource_share_invitations(self, **asked: Any) -> Any:
        found = self._client.get_resource_share_invitations(**asked)
        if found["resourceShareInvitations"] and self._world.lag > 0:
            self._world.lag -= 1
            return {"resourceShareInvitations": []}
        return found


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr("mesh_etl.govern.accounts.time.sleep", waited.append)
    return waited


def put_policy(project: Project, world: World, *statements: dict[str, Any]) -> None:
    glue = world.client("glue", project.identity("governance"))
    policy = {"Version": "2012-10-17", "Statement": [{"Resource": "*", **one} for one in statements]}
    glue.put_resource_policy(PolicyInJson=json.dumps(policy), EnableHybrid="TRUE")


def test_an_invitation_that_comes_late_is_waited_for(project: Project, slept: list[float]) -> None:
    apply(project, Lagging(project.root / ".mesh", 16), "me")
    assert 60 < sum(slept) < 300
    assert settled(project, Distant(project.root / ".mesh")).changes.changes == ()


def test_drift_on_aws_is_drift_when_it_stays(project: Project, slept: list[float]) -> None:
    world = Distant(project.root / ".mesh")
    apply(project, world, "me")
    slept.clear()
    lake = world.client("lakeformation", project.identity("governance"))
    lake.delete_lf_tag_expression(Name="open")
    found = settled(project, world).changes
    assert [change.part for change in found.changes] != []
    assert len(slept) == 2

    def seen_at_last(_: float) -> None:
        if not lake.list_lf_tag_expressions()["LFTagExpressions"]:
            keys = [{"TagKey": "sensitivity", "TagValues": ["public"]}]
            lake.create_lf_tag_expression(Name="open", Expression=keys)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("mesh_etl.govern.accounts.time.sleep", seen_at_last)
        late = settled(project, world).changes.changes
    assert "expressions" not in {change.part for change in late}


def test_a_boto3_that_does_not_know_a_call_is_told(project: Project) -> None:
    class Old(World):
        def client(self, service: str, identity: Identity) -> Any:
            return object()

    accounts = Accounts(project, Old(project.root / ".mesh"))
    with pytest.raises(RunError, match="lakeformation:CreateLFTagExpression") as caught:
        accounts.call(GOVERNANCE, "lakeformation", "create_lf_tag_expression", Name="open")
    assert caught.value.code == "BOTO3_OLD"
    with pytest.raises(RunError) as caught:
        Accounts(project, World(project.root / ".mesh")).call(GOVERNANCE, "glue", "get_databases", Newest="x")
    assert caught.value.code == "BOTO3_OLD"


def test_a_catalogue_policy_that_keeps_ram_out_is_told_and_ends_the_wait(project: Project, world: World) -> None:
    put_policy(project, world, OTHERS)
    with pytest.raises(PublishError, match="does not let RAM share it") as caught:
        apply(project, world, "me")
    assert caught.value.code == "SHARE_BLOCKED"
    assert world.writes == ["glue.PutResourcePolicy"]  # that of this test
    put_policy(project, world, OTHERS, RAM)
    apply(project, world, "me")
    assert settled(project, world).changes.changes == ()


def test_a_share_that_was_lost_comes_when_the_rights_are_given_again(project: Project, world: World) -> None:
    apply(project, world, "me")
    assert settled(project, world).changes.changes == ()
    with sqlite3.connect(world.home / "aws.sqlite") as store:
        store.execute("DELETE FROM records WHERE kind LIKE 'ram.%'")
    assert {change.part for change in settled(project, world).changes.changes} >= {"shares"}
    apply(project, world, "me")
    assert settled(project, world).changes.changes == ()


def test_a_policy_is_put_beside_shares_with_consent_alone(project: Project, world: World) -> None:
    apply(project, world, "me")
    glue = world.client("glue", project.identity("governance"))
    with pytest.raises(glue.exceptions.ConditionCheckFailureException):
        glue.put_resource_policy(PolicyInJson=json.dumps({"Version": "2012-10-17", "Statement": []}))
    put_policy(project, world, RAM)
    assert json.loads(glue.get_resource_policy()["PolicyInJson"])["Statement"][0]["Action"] == ["glue:ShareResource"]
