"""Identity, events and notifications, and what a test can do to the accounts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from mesh_etl.config.governance.identity import Identity
from mesh_etl.errors import RunError
from mesh_etl.testing import aws
from mesh_etl.testing.accounts import Accounts
from mesh_etl.worlds.assumed import assumed

ROLE = "arn:aws:iam::111111111111:role/governor"


def code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def test_everybody_knows_who_they_are(accounts: Accounts) -> None:
    found = accounts.client("sts", "shop", "engineer").get_caller_identity()
    assert found["Account"] == "222222222222"
    assert found["Arn"].startswith("arn:aws:sts::222222222222:assumed-role/engineer/")


def test_a_role_is_taken_as_its_trust_says(accounts: Accounts) -> None:
    shop, marketing = accounts.client("sts", "shop"), accounts.client("sts", "marketing")
    asked = {"RoleArn": ROLE, "RoleSessionName": "mesh"}
    assert shop.assume_role(**asked)["AssumedRoleUser"]["Arn"] == (
        "arn:aws:sts::111111111111:assumed-role/governor/mesh"
    )
    accounts.trust("centre", "governor", by="shop", external_id="our-mesh")
    assert shop.assume_role(**asked, ExternalId="our-mesh")["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert code(shop.assume_role, **asked) == "AccessDenied"
    assert code(shop.assume_role, **asked, ExternalId="another") == "AccessDenied"
    assert code(marketing.assume_role, **asked, ExternalId="our-mesh") == "AccessDenied"
    assert code(shop.assume_role, **asked, ExternalId="no spaces") == "ValidationException"


def test_events_are_kept_in_order_and_refused_one_by_one(accounts: Accounts) -> None:
    events = accounts.client("events", "shop")
    good = {"Source": "mesh", "DetailType": "Published", "Detail": json.dumps({"n": 1})}
    entries = [
        good,
        {**good, "Detail": "{"},
        {**good, "Detail": "[]"},
        {**good, "Source": "aws.glue"},
        {"Source": "mesh", "DetailType": "Published"},
        {**good, "EventBusName": "not_there"},
        {**good, "Detail": json.dumps({"n": 2})},
    ]
    answer = events.put_events(Entries=entries)
    assert answer["FailedEntryCount"] == 5
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [
        None, "MalformedDetail", "MalformedDetail", "NotAuthorizedForSourceException", "InvalidArgument",
        "InvalidArgument", None,
    ]  # fmt: skip
    assert [event["detail"]["n"] for event in accounts.events("shop")] == [1, 2]
    assert code(events.put_events, Entries=[good] * 11) == "ValidationException"
    big = {**good, "Detail": json.dumps({"n": "x" * 600_000})}
    assert code(events.put_events, Entries=[big, big]) == "ValidationException"
    assert len(accounts.events("shop")) == 2


def test_a_bus_belongs_to_its_account(accounts: Accounts) -> None:
    arn = accounts.client("events", "centre").create_event_bus(Name="mesh")["EventBusArn"]
    entry = {"Source": "mesh", "DetailType": "Published", "Detail": "{}", "EventBusName": arn}
    assert accounts.client("events", "shop").put_events(Entries=[entry])["FailedEntryCount"] == 0
    (event,) = accounts.events("centre", "mesh")
    assert event["account"] == "222222222222"
    assert accounts.events("shop") == accounts.events("centre") == []
    assert code(accounts.client("events", "centre").create_event_bus, Name="mesh") == "ResourceAlreadyExistsException"
    assert code(accounts.client("events", "centre").create_event_bus, Name="aws/mesh") == "ValidationException"


def test_a_topic_keeps_what_was_published(accounts: Accounts) -> None:
    sns = accounts.client("sns", "centre")
    arn = sns.create_topic(Name="requests")["TopicArn"]
    assert sns.create_topic(Name="requests")["TopicArn"] == arn
    accounts.client("sns", "shop").publish(TopicArn=arn, Subject="asked", Message="one")
    assert [one["Message"] for one in accounts.messages("centre", "requests")] == ["one"]
    assert [one["TopicArn"] for one in sns.list_topics()["Topics"]] == [arn]
    with pytest.raises(sns.exceptions.NotFoundException):
        sns.publish(TopicArn=arn + "x", Message="one")
    for wrong in ({"Message": ""}, {"Message": "m", "Subject": "two\nlines"}, {"Message": "m" * 262_145}):
        with pytest.raises(sns.exceptions.InvalidParameterException):
            sns.publish(TopicArn=arn, **wrong)


def test_calls_are_counted_by_service_and_operation(accounts: Accounts) -> None:
    accounts.calls.clear()
    accounts.client("glue", "centre").get_databases()
    accounts.client("glue", "shop").get_databases()
    accounts.client("ram", "shop").get_resource_share_invitations()
    assert accounts.calls == {"glue.GetDatabases": 2, "ram.GetResourceShareInvitations": 1}


def test_calls_fail_as_asked(accounts: Accounts) -> None:
    glue = accounts.client("glue", "shop")
    accounts.fail("glue.CreateDatabase", "ConcurrentModificationException", skip=1, times=2)
    glue.create_database(DatabaseInput={"Name": "a"})
    for _ in range(2):
        with pytest.raises(glue.exceptions.ConcurrentModificationException):
            glue.create_database(DatabaseInput={"Name": "b"})
    lost = ReadTimeoutError(endpoint_url="https://glue")
    accounts.fail("glue.CreateDatabase", lost, phase="after")
    with pytest.raises(ReadTimeoutError):
        glue.create_database(DatabaseInput={"Name": "b"})
    assert [one["Name"] for one in glue.get_databases()["DatabaseList"]] == ["a", "b"]
    with pytest.raises(ValueError, match="does not refuse"):
        accounts.fail("glue.GetTable", "AccessDeniedException", phase="after")


def test_accounts_are_gone_with_their_block_or_kept_in_their_folder(tmp_path: Path) -> None:
    with aws({"one": "111111111111"}) as world:
        world.client("glue", "one").create_database(DatabaseInput={"Name": "a"})
        home = world.home
        assert home.exists()
    assert not home.exists()
    for _ in range(2):
        with aws({"one": "111111111111"}, home=tmp_path) as world:
            kept = world.client("glue", "one").get_databases()["DatabaseList"]
            if not kept:
                world.client("glue", "one").create_database(DatabaseInput={"Name": "a"})
    assert [one["Name"] for one in kept] == ["a"]


def session_of(sts: Any, identity: Identity, by: str) -> str:
    """What CloudTrail calls the session by which `by` works as the role."""
    session = assumed(sts, identity, by)
    taken: list[dict[str, Any]] = []
    sts.meta.events.register("provide-client-params.sts.AssumeRole", lambda params, **_: taken.append(params), "seen")
    try:
        session.get_credentials()._protected_refresh(is_mandatory=True)
    finally:
        sts.meta.events.unregister("provide-client-params.sts.AssumeRole", unique_id="seen")
    return str(taken[0]["RoleSessionName"])


def test_the_role_of_another_account_is_taken_with_the_external_id_that_its_trust_asks_for(accounts: Accounts) -> None:
    accounts.trust("centre", "governor", by="shop", external_id="our-mesh")
    sts = accounts.client("sts", "shop", "engineer")
    governor = Identity("111111111111", "governor", external_id="our-mesh")
    session = assumed(sts, governor)
    assert session.region_name == "eu-west-1"
    assert session.get_credentials().get_frozen_credentials().access_key.startswith("ASIA")
    assert session_of(sts, governor, "arn:aws:sts::222222222222:assumed-role/engineer/ann lee") == "mesh-etl-ann-lee"
    assert session_of(sts, governor, "") == "mesh-etl"
    assert session_of(sts, governor, f"arn:aws:iam::222222222222:user/{'u' * 64}") == f"mesh-etl-{'u' * 55}"
    for wrong in (Identity("111111111111", "governor"), Identity("111111111111", "governor", external_id="theirs")):
        with pytest.raises(RunError, match="cannot be taken: AccessDenied") as caught:
            assumed(sts, wrong)
        assert caught.value.code == "AWS_ROLE"
