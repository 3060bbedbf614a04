"""A unit's stacks as they are made, changed, and brought back, in an account whose services answer in process."""

from __future__ import annotations

import datetime
from itertools import cycle
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.stub import Stubber

from mesh_etl.cli import screen
from mesh_etl.cli.deploy import portrait
from mesh_etl.deploy.stacks import data, deployment, execution
from mesh_etl.deploy.stacks.change_set import Proposal, proposed
from mesh_etl.deploy.stacks.deployment import Account, Told
from mesh_etl.deploy.stacks.execution import deleted
from mesh_etl.deploy.stacks.removal import without_jobs
from mesh_etl.deploy.stacks.resources import resources
from mesh_etl.deploy.stacks.standing import require_ready, standing
from mesh_etl.deploy.stacks.wanted import Wanted
from mesh_etl.errors import MeshError, PlanError, PublishError
from mesh_etl.testing.accounts import Accounts

from .conftest import SHOP, Made, bucket, job

STACK = "demo-prod-shop"


def deploy(account: Account, wanted: Wanted, told: Told) -> Proposal | None:
    deployment.ready(account, wanted, "prod")
    based(account, wanted, told)
    proposal = offered(account, wanted, told)
    if proposal:
        deployment.done(account, proposal, told)
    return proposal


def based(account: Account, wanted: Wanted, told: Told) -> None:
    proposal = deployment.base_proposed(account, wanted)
    if proposal:
        deployment.done(account, proposal, told)


def offered(account: Account, wanted: Wanted, told: Told) -> Proposal | None:
    deployment.sent(account, wanted, told)
    return deployment.root_proposed(account, wanted)


def kinds(proposal: Proposal | None) -> dict[str, str]:
    assert proposal is not None
    return {one.name: one.kind for one in proposal.changes}


def status(account: Account, name: str = STACK) -> str:
    found = standing(account.cloudformation, name)
    return found.status if found else ""


def test_a_first_deploy_makes_the_bucket_then_all_else(
    account: Account, made: Made, told: Told, heard: list[str]
) -> None:
    wanted = made(storage={"Lake": bucket("lake")}, jobs={"Visits": job("visits")})
    changes = deploy(account, wanted, told)
    assert {(one.stack, one.logical, one.kind) for one in changes.changes if changes} == {
        ("Storage", "Lake", "added"),
        ("Jobs", "Visits", "added"),
    }
    assert status(account) == status(account, f"{STACK}-base") == "CREATE_COMPLETE"
    assert heard[0] == f"{STACK}-base CREATE_IN_PROGRESS"
    assert [one for one in heard if one.startswith("sent ")] == [
        "sent mesh_etl-1.0-py3-none-any.whl",
        "sent storage.json",
        "sent jobs.json",
        "sent root.json",
    ]
    assert not [one for one in heard if one.startswith(f"{STACK}-Jobs")]  # the root tells of it
    assert heard.index("Lake CREATE_COMPLETE") < heard.index("Visits CREATE_COMPLETE")
    assert heard[-1] == f"{STACK} CREATE_COMPLETE"


def test_what_is_there_is_neither_sent_nor_made_again(
    account: Account, made: Made, told: Told, heard: list[str], world: Accounts
) -> None:
    wanted = made(jobs={"Visits": job("visits")})
    deploy(account, wanted, told)
    heard.clear()
    executed = world.calls["cloudformation.ExecuteChangeSet"]
    assert deploy(account, wanted, told) is None
    assert heard == []
    assert world.calls["cloudformation.ExecuteChangeSet"] == executed
    assert account.cloudformation.list_change_sets(StackName=STACK)["Summaries"][1:] == []


def test_changes_are_told_by_what_becomes_of_the_resource(account: Account, made: Made, told: Told) -> None:
    before = {"Same": job("same"), "Changed": job("changed"), "Renamed": job("old"), "Gone": job("gone")}
    deploy(account, made(jobs=before, storage={"Lake": bucket("lake")}), told)
    after = {"Same": job("same"), "Changed": job("changed", Timeout=9), "Renamed": job("new"), "New": job("more")}
    changes = deploy(account, made(jobs=after, storage={"Other": bucket("other")}), told)
    assert changes is not None
    found = {one.logical: one for one in changes.changes}
    assert {name: one.kind for name, one in found.items()} == {
        "Changed": "changed", "Renamed": "replaced", "Gone": "removed", "New": "added", "Lake": "kept",
        "Other": "added",
    }  # fmt: skip
    assert found["Changed"].because == ("Timeout",)
    assert [name for name, one in found.items() if one.dangerous] == ["Renamed"]
    assert (found["Lake"].name, found["Lake"].holds_data) == ("lake", True)


def test_what_takes_the_place_of_a_bucket_leaves_that_in_the_account(
    account: Account, made: Made, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy(account, made(storage={"Lake": bucket("lake")}, jobs={"Visits": job("old")}), told)
    wanted = made(storage={"Lake": bucket("pond")}, jobs={"Visits": job("new")})
    changes = deploy(account, wanted, told)
    assert changes is not None
    assert {one.logical: (one.kind, one.stays) for one in changes.changes} == {
        "Lake": ("replaced", True),
        "Visits": ("replaced", False),
    }
    account.s3.put_object(Bucket="lake", Key="k", Body=b"x")  # it is there still
    portrait.show(screen.Page(), changes.changes, wanted.titles)
    said = capsys.readouterr().out
    assert said.count("it is made anew, and the old one stays in the account, in no stack") == 1
    assert said.count("it is made anew, and the old one goes") == 1
    assert "holds data, which the new one has not" in said


def test_the_first_resource_that_fails_by_itself_is_the_reason(
    account: Account, made: Made, told: Told, world: Accounts
) -> None:
    deploy(account, made(jobs={"Visits": job("visits")}), told)
    world.refuse_resource("shop", "Broken", "Role is not authorized", on=("create",))
    with pytest.raises(PublishError) as caught:
        deploy(account, made(jobs={"Visits": job("visits", Timeout=9), "Broken": job("broken")}), told)
    assert caught.value.code == "DEPLOY_FAILED"
    assert "Glue::Job Broken: Role is not authorized; all is as it was before" in str(caught.value)
    assert status(account) == "UPDATE_ROLLBACK_COMPLETE"
    assert kinds(deploy(account, made(jobs={"Visits": job("visits", Timeout=8)}), told)) == {
        "demo-prod-shop--visits-run": "changed"
    }


def test_a_first_deploy_that_fails_leaves_nothing_in_its_way(
    account: Account, made: Made, told: Told, world: Accounts
) -> None:
    world.refuse_resource("shop", "Visits", "no such role", on=("create",))
    wanted = made(storage={"Lake": bucket("lake")}, jobs={"Visits": job("visits")})
    with pytest.raises(PublishError, match="no such role; what it had made is removed again"):
        deploy(account, wanted, told)
    with pytest.raises(PlanError, match="STACK_ROLLED_BACK") as caught:
        deploy(account, wanted, told)
    assert "mesh-etl destroy shop --env prod --yes" in str(caught.value)
    account.cloudformation.delete_stack(StackName=STACK)
    world.refuse_resource("shop", "Visits", "", on=())
    deploy(account, wanted, told)  # the bucket of the first attempt is not in the way
    assert status(account) == "CREATE_COMPLETE"


def test_a_rollback_that_failed_is_told_and_can_be_continued(
    account: Account, made: Made, told: Told, world: Accounts
) -> None:
    before = made(jobs={"A": job("a"), "B": job("b")})
    after = made(jobs={"A": job("a", Timeout=9), "B": job("b", Timeout=9)})
    deploy(account, before, told)
    world.refuse_resource("shop", "B", "throttled", on=("update",))
    world.refuse_resource("shop", "A", "the old version is gone", on=("rollback",))
    with pytest.raises(PublishError, match="throttled; going back failed as well"):
        deploy(account, after, told)
    with pytest.raises(PlanError, match="STACK_ROLLBACK_FAILED") as caught:
        deploy(account, after, told)
    assert "--continue-rollback" in str(caught.value)
    found = standing(account.cloudformation, STACK)
    assert found is not None
    with pytest.raises(PublishError, match="the old version is gone"):
        deployment.gone_back(account, found, told)
    world.refuse_resource("shop", "A", "", on=())
    world.refuse_resource("shop", "B", "", on=())
    assert deployment.gone_back(account, found, told).status == "UPDATE_ROLLBACK_COMPLETE"
    deploy(account, after, told)
    assert status(account) == "UPDATE_COMPLETE"
    with pytest.raises(PlanError, match="NO_ROLLBACK"):
        deployment.gone_back(account, standing(account.cloudformation, STACK), told)  # type: ignore[arg-type]


def test_a_deploy_beside_another_is_refused_until_that_has_ended(account: Account, made: Made, told: Told) -> None:
    wanted = made(jobs={"Visits": job("visits")})
    based(account, wanted, told)
    first = offered(account, wanted, told)
    second = offered(account, wanted, told)  # the same content: the same change set
    assert first is not None
    assert second is not None
    assert first.id == second.id
    token = deployment.executed(account.cloudformation, first)
    with pytest.raises(PlanError, match="DEPLOY_OVERTAKEN") as caught:
        deployment.executed(account.cloudformation, second)
    assert caught.value.retryable
    with pytest.raises(PlanError, match="STACK_BUSY") as caught:
        deployment.ready(account, wanted, "prod")
    assert caught.value.retryable
    deployment.ended(account, STACK, first.stack_id, token, told, deployment.DEPLOYED)
    assert deploy(account, wanted, told) is None


def test_another_s_changes_make_those_that_were_shown_obsolete(account: Account, made: Made, told: Told) -> None:
    deploy(account, made(jobs={"Visits": job("visits")}), told)
    shown = offered(account, made(jobs={"Visits": job("visits", Timeout=1)}), told)
    deploy(account, made(jobs={"Visits": job("visits", Timeout=2)}), told)
    assert shown is not None
    with pytest.raises(PlanError, match="somebody else has deployed the stack"):
        deployment.done(account, shown, told)


@pytest.mark.parametrize("timeout", [2, 3], ids=["the same", "something else"])
def test_another_s_deploy_that_began_while_files_were_sent_is_told_as_such(
    account: Account, made: Made, told: Told, timeout: int
) -> None:
    deploy(account, made(jobs={"Visits": job("visits")}), told)
    theirs = offered(account, made(jobs={"Visits": job("visits", Timeout=2)}), told)
    ours = made(jobs={"Visits": job("visits", Timeout=timeout)})
    deployment.ready(account, ours, "prod")
    assert theirs is not None
    token = deployment.executed(account.cloudformation, theirs)
    with pytest.raises(PlanError, match="STACK_BUSY") as caught:
        offered(account, ours, told)
    assert caught.value.retryable
    deployment.ended(account, STACK, theirs.stack_id, token, told, deployment.DEPLOYED)
    assert (deploy(account, ours, told) is None) == (timeout == 2)


@pytest.mark.parametrize("call", ["cloudformation.CreateChangeSet", "cloudformation.ExecuteChangeSet", "s3.PutObject"])
def test_after_a_lost_reply_the_same_command_ends_well(
    account: Account, made: Made, told: Told, world: Accounts, call: str
) -> None:
    deploy(account, made(jobs={"Visits": job("visits")}), told)
    wanted = made(jobs={"Visits": job("visits", Timeout=9)})
    world.fail(call, ConnectionClosedError(endpoint_url="https://aws"), phase="after")
    with pytest.raises(MeshError, match="AWS_UNREACHABLE") as caught:
        deploy(account, wanted, told)
    assert caught.value.retryable
    found = standing(account.cloudformation, STACK)
    if found and found.busy:
        with pytest.raises(PlanError, match="STACK_BUSY"):
            deploy(account, wanted, told)
        while status(account).endswith("_IN_PROGRESS"):
            account.cloudformation.describe_stack_events(StackName=STACK)
    deploy(account, wanted, told)
    assert status(account) == "UPDATE_COMPLETE"
    assert deploy(account, wanted, told) is None


REFUSALS = {
    "ThrottlingException": "AWS_BUSY",
    "ExpiredToken": "AWS_EXPIRED",
    "AccessDenied": "AWS_DENIED",
    "OptInRequired": "AWS_REGION",
    "InsufficientCapabilitiesException": "AWS_REFUSED",
}
CALLS = ("DescribeStacks", "CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "DescribeStackEvents")
EVERY = [*(f"cloudformation.{one}" for one in CALLS), "s3.PutObject", "s3.HeadObject"]


# Each code and each call; operate/test_broken_deploys.py has them together.
@pytest.mark.parametrize(
    ("call", "code"), [*zip(EVERY, cycle(REFUSALS), strict=False), ("s3.HeadObject", "AccessDenied")]
)
def test_a_refused_call_is_an_error_with_a_code_and_the_command_may_be_repeated(
    account: Account, made: Made, told: Told, world: Accounts, call: str, code: str
) -> None:
    wanted = made(jobs={"Visits": job("visits")})
    world.fail(call, code)
    if (call, code) == ("s3.HeadObject", "AccessDenied"):  # S3 hides so what is not there: the put tells
        deploy(account, wanted, told)
        return
    with pytest.raises(MeshError) as caught:
        deploy(account, wanted, told)
    assert caught.value.code == REFUSALS[code]
    assert all(one.problem and one.where for one in caught.value.faults)
    for name in (f"{STACK}-base", STACK):
        while status(account, name).endswith("E_IN_PROGRESS"):
            account.cloudformation.describe_stack_events(StackName=name)
    deploy(account, wanted, told)
    assert status(account) == "CREATE_COMPLETE"


def test_a_refusal_while_it_is_followed_says_that_cloudformation_goes_on(
    account: Account, made: Made, told: Told, world: Accounts
) -> None:
    world.fail("cloudformation.DescribeStackEvents", "ExpiredTokenException")
    with pytest.raises(MeshError) as caught:
        deploy(account, made(jobs={"Visits": job("visits")}), told)
    assert [one.code for one in caught.value.faults] == ["AWS_EXPIRED", "INTERRUPTED"]
    assert status(account, f"{STACK}-base") == "CREATE_IN_PROGRESS"


def test_a_trial_leaves_nothing_of_a_stack_that_was_not_there(account: Account, made: Made, told: Told) -> None:
    wanted = made(jobs={"Visits": job("visits")})
    based(account, wanted, told)
    proposal = deployment.tried(account, wanted)
    assert kinds(proposal) == {"Visits": "added"}
    while status(account) == "DELETE_IN_PROGRESS":
        account.cloudformation.describe_stack_events(StackName=STACK)
    assert status(account) == ""


def test_a_trial_leaves_the_change_set_of_another_alone(account: Account, made: Made, told: Told) -> None:
    wanted = made(jobs={"Visits": job("visits")})
    based(account, wanted, told)
    other = offered(account, wanted, told)
    deployment.tried(account, wanted)
    assert status(account) == "REVIEW_IN_PROGRESS"
    assert other is not None
    deployment.done(account, other, told)
    assert status(account) == "CREATE_COMPLETE"


def test_an_object_that_is_not_what_its_key_says_stops_the_deploy(account: Account, made: Made, told: Told) -> None:
    wanted = made(jobs={"Visits": job("visits")})
    based(account, wanted, told)
    key = wanted.files[0].key
    account.s3.put_object(Bucket=wanted.bucket, Key=key, Body=b"virus")
    with pytest.raises(MeshError, match="ARTIFACT_DAMAGED") as caught:
        offered(account, wanted, told)
    assert key in caught.value.faults[0].where


def test_a_bucket_of_another_account_gets_nothing(made: Made, told: Told, world: Accounts) -> None:
    wanted = made(jobs={"Visits": job("visits")})
    theirs = Accounts(world.home, {"other": "999999999999"}, world.region)
    account = Account(*(theirs.client(one, "other") for one in ("cloudformation", "s3", "kms")))
    based(account, wanted, told)
    with pytest.raises(MeshError, match="AWS_DENIED"):
        offered(account, wanted, told)  # wanted.account is the shop's


@pytest.mark.parametrize(
    ("state", "code", "retryable"),
    [
        ("UPDATE_IN_PROGRESS", "STACK_BUSY", True),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "STACK_BUSY", True),
        ("DELETE_IN_PROGRESS", "STACK_BUSY", True),
        ("ROLLBACK_COMPLETE", "STACK_ROLLED_BACK", False),
        ("UPDATE_ROLLBACK_FAILED", "STACK_ROLLBACK_FAILED", False),
        ("ROLLBACK_FAILED", "STACK_STUCK", False),
        ("CREATE_FAILED", "STACK_STUCK", False),
        ("DELETE_FAILED", "STACK_STUCK", False),
        ("REVIEW_IN_PROGRESS", "", False),
        ("CREATE_COMPLETE", "", False),
        ("UPDATE_ROLLBACK_COMPLETE", "", False),
        ("IMPORT_COMPLETE", "", False),
    ],
)
def test_every_state_of_a_stack_is_ready_or_says_what_to_do(
    account: Account, made: Made, told: Told, state: str, code: str, retryable: bool
) -> None:
    deploy(account, made(jobs={"Visits": job("visits")}), told)
    found: Any = standing(account.cloudformation, STACK)
    found = type(found)(**{**vars(found), "status": state, "reason": "The following resource(s) failed: [X]."})
    if not code:
        require_ready(found, "shop", "prod")
        return
    with pytest.raises(PlanError) as caught:
        require_ready(found, "shop", "prod")
    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert "mesh-etl" in caught.value.faults[0].fix


def test_what_holds_data_stays_in_its_stack_and_a_deploy_finds_it_there(
    account: Account, made: Made, told: Told
) -> None:
    wanted = made(storage={"Lake": bucket("lake")}, jobs={"Visits": job("visits")})
    deploy(account, wanted, told)
    found = standing(account.cloudformation, STACK)
    assert found is not None
    template = without_jobs(account.cloudformation, found)
    assert template is not None
    proposal = proposed(account.cloudformation, STACK, template, wanted.tags)
    assert proposal is not None
    deployment.done(account, proposal, told)
    assert [one.physical for one in resources(account.cloudformation, STACK)] == ["lake"]
    assert kinds(deploy(account, wanted, told)) == {"Visits": "added"}


def test_a_unit_without_data_has_nothing_to_keep(account: Account, made: Made, told: Told) -> None:
    deploy(account, made(jobs={"Visits": job("visits")}), told)
    found = standing(account.cloudformation, STACK)
    assert found is not None
    assert without_jobs(account.cloudformation, found) is None


def test_a_removal_that_fails_says_by_what_and_can_be_repeated(
    account: Account, made: Made, told: Told, world: Accounts
) -> None:
    deploy(account, made(jobs={"A": job("a"), "B": job("b")}), told)
    world.refuse_resource("shop", "A", "a run is active", on=("delete",))
    found = standing(account.cloudformation, STACK)
    assert found is not None
    token = deleted(account.cloudformation, found)
    with pytest.raises(PublishError, match="a run is active; the rest is removed"):
        deployment.ended(account, STACK, found.id, token, told, deployment.REMOVED)
    with pytest.raises(PlanError, match="STACK_STUCK"):
        deployment.ready(account, made(jobs={"A": job("a")}), "prod")
    world.refuse_resource("shop", "A", "", on=())
    token = deleted(account.cloudformation, found)
    assert deployment.ended(account, STACK, found.id, token, told, deployment.REMOVED).status == "DELETE_COMPLETE"
    assert status(account) == ""


def test_a_removal_whose_reply_was_lost_has_begun_once(
    account: Account, made: Made, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(account, made(jobs={"A": job("a")}), told)
    found = standing(account.cloudformation, STACK)
    assert found is not None
    monkeypatch.setattr(execution, "_token", lambda: "t")  # botocore sends the same request again
    assert [deleted(account.cloudformation, found) for _ in range(2)] == ["t", "t"]
    monkeypatch.setattr(execution, "_token", lambda: "another")
    with pytest.raises(MeshError, match="AWS_REFUSED"):
        deleted(account.cloudformation, found)
    assert deployment.ended(account, STACK, found.id, "t", told, deployment.REMOVED).status == "DELETE_COMPLETE"


@pytest.mark.parametrize(("code", "fix"), [("SlowDown", "run it again"), ("AccessDenied", "s3:DeleteObjectVersion")])
def test_an_object_that_s3_does_not_delete_is_told_with_what_would_help(
    account: Account, made: Made, told: Told, code: str, fix: str
) -> None:
    wanted = made(jobs={"A": job("a")})
    deploy(account, wanted, told)
    refused = {"Errors": [{"Key": "k", "Code": code, "Message": ""}]}
    account.s3.meta.events.register("after-call.s3.DeleteObjects", lambda parsed, **_: parsed.update(refused))
    with pytest.raises(MeshError, match="DATA_LEFT") as caught:
        data.emptied(account.s3, wanted.bucket, SHOP)
    assert (caught.value.retryable, fix in caught.value.faults[0].fix) == (code == "SlowDown", True)


def test_what_a_stack_has_left_in_the_account_is_its_own_no_more() -> None:
    """A list may still name it, and a removal with data would take the bucket that is another's now."""
    client = boto3.client("cloudformation", region_name="eu-west-1", aws_access_key_id="A", aws_secret_access_key="s")
    at = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
    stack = {"StackName": STACK, "StackId": f"arn:aws:cloudformation:eu-west-1:{SHOP}:stack/{STACK}/1"}
    stack |= {"CreationTime": at, "StackStatus": "UPDATE_COMPLETE"}  # type: ignore[dict-item]
    listed = [
        {
            "LogicalResourceId": status.title().replace("_", ""),
            "PhysicalResourceId": status,
            "ResourceType": "AWS::S3::Bucket",
            "ResourceStatus": status,
            "LastUpdatedTimestamp": at,
        }
        for status in ("CREATE_COMPLETE", "DELETE_FAILED", "DELETE_SKIPPED", "DELETE_COMPLETE")
    ]
    with Stubber(client) as stub:
        stub.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": STACK})
        stub.add_response("list_stack_resources", {"StackResourceSummaries": listed}, {"StackName": STACK})
        assert [one.physical for one in resources(client, STACK)] == ["CREATE_COMPLETE", "DELETE_FAILED"]


def test_data_goes_in_all_versions_and_again_after_a_break(account: Account, made: Made, told: Told) -> None:
    key = {"Type": "AWS::KMS::Key", "DeletionPolicy": "Retain", "Properties": {}}
    wanted = made(storage={"Lake": bucket("lake"), "Key": key})
    deploy(account, wanted, told)
    for number in range(1100):
        account.s3.put_object(Bucket="lake", Key=f"data/{number}", Body=b"x")
    found = resources(account.cloudformation, STACK)
    assert data.gone(account.s3, account.kms, SHOP, found) == 1100
    assert data.gone(account.s3, account.kms, SHOP, found) == 0  # the bucket is gone, the key is on its way
    with pytest.raises(MeshError, match="AWS_DENIED"):
        data.emptied(account.s3, wanted.bucket, "999999999999")
