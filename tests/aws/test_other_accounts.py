"""An account's world in the other accounts of a mesh: roles that moto's STS gives, and calls that are signed with them.

moto gives whatever role is asked for, with any external id, unless its IAM is switched on; what a trust policy says is
tested against the embedded STS.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core import set_initial_no_auth_action_count

from mesh_etl import worlds
from mesh_etl.config.env import AwsWorld, Env
from mesh_etl.config.governance.identity import Identity
from mesh_etl.errors import RunError

HOME = "123456789012"
SALES = Identity("222222222222", "sales-engineer", "eu-central-1", external_id="our-mesh")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[worlds.World]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield worlds.open(Env(world=AwsWorld(type="aws", region="eu-west-1", account=HOME)), tmp_path)


@pytest.fixture
def taken(world: worlds.World) -> list[dict[str, Any]]:
    """What STS was asked for, whenever a role was taken."""
    asked: list[dict[str, Any]] = []
    events = world.client("sts").meta.events
    events.register("provide-client-params.sts.AssumeRole", lambda params, **_: asked.append(params))
    return asked


@pytest.fixture
def signed() -> Callable[[Any], Counter[str]]:
    """A function that counts a client's calls by the access key that signs them."""

    def watch(client: Any) -> Counter[str]:
        keys: Counter[str] = Counter()

        def note(request: Any, **_: Any) -> None:
            keys[request.headers["Authorization"].decode().partition("Credential=")[2].partition("/")[0]] += 1

        client.meta.events.register("before-send.glue", note)
        return keys

    return watch


def test_calls_in_another_account_are_signed_as_its_role(
    world: worlds.World, taken: list[dict[str, Any]], signed: Callable[[Any], Counter[str]]
) -> None:
    glue = world.client("glue", SALES)
    keys = signed(glue)
    glue.create_database(DatabaseInput={"Name": "sales"})
    assert {key[:4] for key in keys} == {"ASIA"}
    arn = world.client("sts", SALES).get_caller_identity()["Arn"]
    assert arn.startswith("arn:aws:sts::222222222222:assumed-role/sales-engineer/mesh-etl")
    assert glue.meta.region_name == "eu-central-1"
    assert [one["Name"] for one in glue.get_databases()["DatabaseList"]] == ["sales"]
    assert boto3.client("glue", region_name="eu-central-1").get_databases()["DatabaseList"] == []
    assert [(one["RoleArn"], one["ExternalId"]) for one in taken] == [(SALES.arn, "our-mesh")]


def test_a_role_is_taken_once_for_all_services_and_each_identity_has_its_own(
    world: worlds.World, taken: list[dict[str, Any]]
) -> None:
    others = [SALES, Identity(SALES.account, "sales-steward"), Identity("333333333333", "sales-engineer")]
    for identity in others:
        for service in ("glue", "lakeformation", "ram"):
            assert world.client(service, identity) is world.client(service, identity)
    assert [one["RoleArn"] for one in taken] == [identity.arn for identity in others]
    assert len({id(world.client("glue", identity)) for identity in others}) == 3


def test_in_the_account_that_one_is_in_no_role_is_taken(world: worlds.World, taken: list[dict[str, Any]]) -> None:
    assert world.client("glue", Identity(HOME, "engineer")) is world.client("glue")
    assert taken == []


def test_a_long_run_takes_the_role_again_before_its_credentials_expire(
    world: worlds.World, taken: list[dict[str, Any]], signed: Callable[[Any], Counter[str]]
) -> None:
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=1)

    def expires_soon(parsed: dict[str, Any], **_: Any) -> None:
        if len(taken) == 1:
            parsed["Credentials"]["Expiration"] = soon

    world.client("sts").meta.events.register("after-call.sts.AssumeRole", expires_soon)
    glue = world.client("glue", SALES)
    assert len(taken) == 1
    keys = signed(glue)
    for _ in range(3):
        glue.get_databases()
    assert len(taken) == 2
    assert taken[0] == taken[1]
    assert list(keys.values()) == [3]  # with those of the second time: the first were as good as expired


def test_a_role_that_may_not_be_taken_is_a_line_with_the_fix(world: worlds.World) -> None:
    world.client("sts")  # who this is was asked before rights are looked at

    @set_initial_no_auth_action_count(0)
    def refused() -> RunError:
        with pytest.raises(RunError, match="sales-engineer of account 222222222222 cannot be taken: ") as caught:
            world.client("glue", SALES)
        return caught.value

    error = refused()
    assert error.code == "AWS_ROLE"
    assert error.faults[0].where == SALES.arn
    assert "trust policy" in str(error.faults[0].fix)
    assert world.client("glue", SALES).get_databases()["DatabaseList"] == []  # nothing of the refusal is kept


def test_credentials_that_had_ended_when_they_came_are_told_and_worth_a_retry(
    world: worlds.World, taken: list[dict[str, Any]]
) -> None:
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1)

    def ended(parsed: dict[str, Any], **_: Any) -> None:
        if len(taken) == 1:
            parsed["Credentials"]["Expiration"] = past

    world.client("sts").meta.events.register("after-call.sts.AssumeRole", ended)
    with pytest.raises(RunError, match=r"had ended when they came; see whether this machine's clock") as caught:
        world.client("glue", SALES)
    assert (caught.value.code, caught.value.retryable) == ("AWS_EXPIRED", True)
    assert world.client("glue", SALES).get_databases()["DatabaseList"] == []
