"""Where CloudFormation says no, or goes on by itself: the embedded one does as it, and a deploy tells why.

Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mesh_etl.deploy.stacks import data, deployment
from mesh_etl.deploy.stacks.change_set import proposed
from mesh_etl.deploy.stacks.deployment import Account, Told
from mesh_etl.deploy.stacks.execution import deleted
from mesh_etl.deploy.stacks.resources import resources
from mesh_etl.deploy.stacks.standing import require_removable, standing
from mesh_etl.errors import PlanError, PublishError
from mesh_etl.testing.accounts import Accounts

from .conftest import SHOP, Made, bucket, job
from .test_stacks import STACK, based, deploy, offered, status

ROOT = Path(__file__).parents[3]
ALIAS = {
    "Type": "AWS::KMS::Alias",
    "DeletionPolicy": "Retain",
    "Properties": {"AliasName": "alias/shop", "TargetKeyId": {"Ref": "Key"}},
}
KEY = {"Type": "AWS::KMS::Key", "DeletionPolicy": "Retain", "Properties": {}}


def trigger(name: str, kind: str) -> dict[str, Any]:
    return {"Type": "AWS::Glue::Trigger", "Properties": {"Name": name, "Type": kind, "Actions": [{"JobName": "x"}]}}


def test_the_schemas_are_those_of_aws() -> None:
    done = subprocess.run([sys.executable, "scripts/resource_schemas.py"], cwd=ROOT, capture_output=True, check=True)
    kept = (ROOT / "mesh_etl/embedded_aws/cloudformation/schemas.json").read_text()
    assert done.stdout.decode() == kept, "run scripts/resource_schemas.py again"


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (job("x", Rolle="jobs"), "Glue::Job Broken: #: extraneous key [Rolle] is not permitted"),
        ({"Type": "AWS::Glue::Job", "Properties": {"Name": "x"}}, "#: required key [Role] not found"),
        (job("visits"), "with identifier 'demo-prod-shop--visits-run' already exists"),
        (bucket("lake"), "Resource of type 'AWS::S3::Bucket' with identifier 'lake' already exists"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_made_and_its_reason_is_told(
    account: Account, made: Made, told: Told, heard: list[str], broken: dict[str, Any], words: str
) -> None:
    there = {"storage": {"Lake": bucket("lake")}, "jobs": {"Visits": job("visits")}}
    deploy(account, made(**there), told)
    heard.clear()
    with pytest.raises(PlanError, match="CHANGES_REFUSED") as caught:
        deploy(account, made(**there, more={"Broken": broken, "Fine": job("fine")}), told)
    assert words in str(caught.value)
    assert "was not successfully created" not in str(caught.value)
    assert ("delete it" in str(caught.value)) == ("already exists" in words)
    assert ("buckets: existing" in str(caught.value)) == ("S3::Bucket" in words)
    assert not [one for one in heard if not one.startswith("sent ")]
    assert status(account) == "CREATE_COMPLETE"
    assert deploy(account, made(**there), told) is None


def test_each_fault_of_a_template_is_told(account: Account, made: Made, told: Told) -> None:
    with pytest.raises(PlanError) as caught:
        deploy(account, made(a={"A": job("a", X=1, Y=1)}, b={"B": job("b", Z=1)}), told)
    assert [fault.problem.rpartition("key ")[2].split()[0] for fault in caught.value.faults] == ["[X]", "[Y]", "[Z]"]
    assert status(account) == ""  # nothing is left of a stack that was to be


def test_without_the_right_to_look_closer_cloudformation_s_own_words_are_told(
    account: Account, made: Made, told: Told, world: Accounts
) -> None:
    world.fail("cloudformation.DescribeEvents", "AccessDenied", times=2)
    with pytest.raises(PlanError, match=r"PropertyValidation.*use the DescribeEvents API"):
        deploy(account, made(a={"A": job("a", X=1)}), told)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ({"Resources": {}}, "At least one Resources member must be defined"),
        ({"Resources": {"A": {**job("a"), "DependsOn": "B"}}}, r"Unresolved resource dependencies \[B\]"),
        (
            {"Resources": {"A": {**job("a"), "DependsOn": "B"}, "B": {**job("b"), "DependsOn": "A"}}},
            r"Circular dependency between resources: \[A, B\]",
        ),
        ({"Resources": {"A-1": job("a")}}, "Resource name A-1 is non alphanumeric"),
        ({"Resources": {"A": {**job("a"), "DependOn": "B"}}}, "Invalid template resource property 'DependOn'"),
        (
            {"Resources": {f"A{at}": {"Type": "AWS::SNS::Topic"} for at in range(501)}},
            "is greater than maximum allowed, 500",
        ),
    ],
)
def test_a_template_that_is_none_is_refused(account: Account, template: Any, words: str) -> None:
    with pytest.raises(ClientError, match=words) as caught:
        account.cloudformation.create_change_set(
            StackName=STACK, ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=json.dumps(template)
        )
    assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_what_is_replaced_is_made_anew_before_the_old_one_goes(
    account: Account, made: Made, told: Told, heard: list[str]
) -> None:
    deploy(account, made(jobs={"A": job("old"), "B": job("gone")}), told)
    heard.clear()
    deploy(account, made(jobs={"A": job("new"), "C": job("more")}), told)
    assert [one for one in heard if one.split()[0] in "ABC" and one.endswith("COMPLETE")] == [
        "A UPDATE_COMPLETE", "C CREATE_COMPLETE", "A DELETE_COMPLETE", "B DELETE_COMPLETE",
    ]  # fmt: skip
    assert f"{STACK} UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" in heard


def test_nothing_is_replaced_by_what_has_the_same_name(account: Account, made: Made, told: Told) -> None:
    deploy(account, made(flow={"Start": trigger("shop-start", "ON_DEMAND")}), told)
    with pytest.raises(PublishError, match=r"a custom-named resource requires replacing\. Rename shop-start"):
        deploy(account, made(flow={"Start": trigger("shop-start", "SCHEDULED")}), told)
    assert status(account) == "UPDATE_ROLLBACK_COMPLETE"


def test_a_rollback_removes_what_was_made_and_restores_what_was_replaced(
    account: Account, made: Made, told: Told, world: Accounts
) -> None:
    before = made(jobs={"A": job("old"), "B": job("gone")})
    deploy(account, before, told)
    world.refuse_resource("shop", "D", "no", on=("create",))
    after = {"A": job("new"), "C": job("more"), "D": {**job("bad"), "DependsOn": ["A", "C"]}}
    with pytest.raises(PublishError, match="no; all is as it was before"):
        deploy(account, made(jobs=after, more={"L": bucket("new-lake")}), told)
    assert {one.physical for one in resources(account.cloudformation, STACK)} == {
        "demo-prod-shop--old-run", "demo-prod-shop--gone-run",
    }  # fmt: skip
    assert deploy(account, before, told) is None
    world.refuse_resource("shop", "D", "", on=())
    deploy(account, made(jobs=after, more={"L": bucket("new-lake")}), told)  # nothing is in its way
    assert status(account) == "UPDATE_COMPLETE"


def test_what_cannot_be_removed_after_a_change_is_told_and_the_change_stands(
    account: Account, made: Made, told: Told, world: Accounts
) -> None:
    deploy(account, made(jobs={"A": job("a"), "B": job("b")}), told)
    world.refuse_resource("shop", "B", "a run is active", on=("delete",))
    with pytest.raises(PublishError, match="LEFT_BEHIND") as caught:
        deploy(account, made(jobs={"A": job("a", Timeout=9)}), told)
    assert "Glue::Job demo-prod-shop--b-run: a run is active could not be removed" in str(caught.value)
    assert status(account) == "UPDATE_COMPLETE"
    assert [one.logical for one in resources(account.cloudformation, STACK)] == ["A"]
    with pytest.raises(PlanError, match="demo-prod-shop--b-run' already exists"):
        deploy(account, made(jobs={"A": job("a", Timeout=9), "B": job("b")}), told)


def test_a_first_deploy_that_cannot_be_taken_back_can_be_removed(
    account: Account, made: Made, told: Told, world: Accounts
) -> None:
    world.refuse_resource("shop", "B", "no", on=("create",))
    world.refuse_resource("shop", "A", "a run is active", on=("rollback",))
    wanted = made(jobs={"A": job("a"), "B": {**job("b"), "DependsOn": "A"}})
    with pytest.raises(PublishError, match="no; the stack is in the state ROLLBACK_FAILED"):
        deploy(account, wanted, told)
    with pytest.raises(PlanError, match="STACK_STUCK"):
        deployment.ready(account, wanted, "prod")
    for one in "AB":
        world.refuse_resource("shop", one, "", on=())
    found: Any = standing(account.cloudformation, STACK)
    token = deleted(account.cloudformation, found)
    deployment.ended(account, STACK, found.id, token, told, deployment.REMOVED)
    deploy(account, wanted, told)


def test_a_job_whose_role_is_not_made_before_it_fails(account: Account, made: Made, told: Told) -> None:
    role = "arn:aws:iam::222222222222:role/demo-prod-shop-jobs"
    with pytest.raises(PublishError, match="Role should be given assume role permissions"):
        deploy(account, made(jobs={"A": job("a", Role=role)}), told)


def test_a_protected_stack_keeps_its_data(account: Account, made: Made, told: Told) -> None:
    deploy(account, made(storage={"Lake": bucket("lake")}), told)
    account.cloudformation.update_termination_protection(StackName=STACK, EnableTerminationProtection=True)
    found: Any = standing(account.cloudformation, STACK)
    with pytest.raises(PlanError, match="STACK_PROTECTED"):
        require_removable(found, "shop", "prod", with_data=True)
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        account.cloudformation.delete_stack(StackName=STACK)


def test_after_data_has_gone_a_deploy_finds_no_name_taken(account: Account, made: Made, told: Told) -> None:
    wanted = made(storage={"Lake": bucket("lake"), "Key": KEY, "Alias": ALIAS})
    deploy(account, wanted, told)
    data.gone(account.s3, account.kms, SHOP, resources(account.cloudformation, STACK))
    found: Any = standing(account.cloudformation, STACK)
    token = deleted(account.cloudformation, found)
    deployment.ended(account, STACK, found.id, token, told, deployment.REMOVED)
    deploy(account, wanted, told)
    assert status(account) == "CREATE_COMPLETE"


def test_other_tags_are_changes_of_all_that_bears_tags(account: Account, made: Made, told: Told) -> None:
    wanted = made(jobs={"A": job("a")})
    deploy(account, wanted, told)
    template = deployment._root(wanted)
    proposal = proposed(account.cloudformation, STACK, template, {**wanted.tags, "cost": "7"})
    assert proposal is not None
    assert [(one.logical, one.because) for one in proposal.changes] == [("A", ("Tags",))]
    deployment.done(account, proposal, told)
    assert proposed(account.cloudformation, STACK, template, {**wanted.tags, "cost": "7"}) is None


def test_a_token_marks_one_operation(account: Account, made: Made, told: Told) -> None:
    wanted = made(jobs={"A": job("a")})
    based(account, wanted, told)
    proposal = offered(account, wanted, told)
    assert proposal is not None
    asked = {"ChangeSetName": proposal.id, "ClientRequestToken": "t"}
    account.cloudformation.execute_change_set(**asked)
    with pytest.raises(account.cloudformation.exceptions.TokenAlreadyExistsException):
        account.cloudformation.execute_change_set(**asked)


def test_a_change_set_is_made_and_deleted_in_steps_and_nested_ones_go_with_it(
    account: Account, made: Made, told: Told
) -> None:
    wanted = made(jobs={"A": job("a")})
    based(account, wanted, told)
    deployment.sent(account, wanted, told)
    client = account.cloudformation
    given = deployment._root(wanted).given
    about = {"StackName": STACK, "ChangeSetName": "x"}
    client.create_change_set(**about, **given, ChangeSetType="CREATE", Capabilities=["CAPABILITY_NAMED_IAM"])
    with pytest.raises(ClientError, match="cannot be executed in its current status"):
        client.execute_change_set(**about)
    seen = [client.describe_change_set(**about) for _ in range(3)]
    assert [one["Status"] for one in seen] == ["CREATE_PENDING", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    nested = seen[-1]["Changes"][0]["ResourceChange"]
    assert client.describe_stacks(StackName=nested["PhysicalResourceId"])["Stacks"][0]["StackStatus"] == (
        "REVIEW_IN_PROGRESS"
    )
    with pytest.raises(ClientError, match="root change set"):
        client.delete_change_set(ChangeSetName=nested["ChangeSetId"])
    with pytest.raises(ClientError, match="cannot be deleted in its current status"):
        client.delete_change_set(**about)  # the nested one is still being made
    assert [client.describe_change_set(ChangeSetName=nested["ChangeSetId"])["Status"] for _ in range(3)][-1] == (
        "CREATE_COMPLETE"
    )
    client.delete_change_set(**about)
    assert [client.describe_change_set(**about)["Status"] for _ in range(2)] == ["DELETE_PENDING", "DELETE_IN_PROGRESS"]
    with pytest.raises(ClientError, match="ChangeSetNotFound"):
        client.describe_change_set(**about)
    found = client.describe_stacks(StackName=nested["PhysicalResourceId"])["Stacks"][0]
    assert found["StackStatus"] == "DELETE_COMPLETE"
