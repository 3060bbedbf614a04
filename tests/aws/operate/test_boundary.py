"""A role of a stack is made with its boundary or not at all, and one of before there was any comes to have it.

A deploy looks whether the policy in the account is the one that is printed today.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.deploy import policies
from mesh_etl.deploy.estate import Estate
from mesh_etl.embedded_aws.cloudformation import resources
from mesh_etl.testing.accounts import Accounts

from .conftest import SHOP, Command


def test_a_role_without_it_is_not_made(monkeypatch: pytest.MonkeyPatch, mesh: Command) -> None:
    monkeypatch.setattr(Estate, "boundary", None)
    monkeypatch.setattr(policies, "bounding", lambda *_: None)
    done = mesh("deploy", "shop", "--yes")
    assert done.code != 0
    assert "DEPLOY_FAILED" in done.err
    assert f"iam:CreateRole on resource: arn:aws:iam::{SHOP}:role/" in done.err


def test_a_stack_of_before_is_updated_by_an_ordinary_change_set(mesh: Command) -> None:
    with pytest.MonkeyPatch.context() as before:
        before.setattr(Estate, "boundary", None)
        before.setattr(policies, "bounding", lambda *_: None)
        before.setattr(resources, "_bounded", lambda *_: None)
        assert mesh("deploy", "shop", "--yes").code == 0
    done = mesh("deploy", "shop", "--yes", "--json")
    assert done.code == 0, done.err
    roles = {one["type"]: (one["kind"], one["because"]) for one in done.document["changes"] if "IAM" in one["type"]}
    assert roles == {"AWS::IAM::Role": ("changed", ["PermissionsBoundary"])}
    assert done.document["executed"]
    assert "nothing to change" in mesh("deploy", "shop", "--yes").out


def test_without_the_policy_it_says_who_prints_it(accounts: Accounts, mesh: Command) -> None:
    policy = f"arn:aws:iam::{SHOP}:policy/mesh-boundary-test-prod-shop"
    trial = mesh("deploy", "shop", "--dry-run")
    assert trial.code == 0
    assert f"{policy}: the policy that bounds the roles of the stack is not in the account" in trial.err
    assert "[BOUNDARY_MISSING]" in trial.err
    accounts.refuse_resource("shop", "JobsRole", f"Scope ARN: {policy} does not exist or is not attachable.")
    done = mesh("deploy", "shop", "--yes")
    assert "DEPLOY_FAILED" in done.err
    assert "make the policy first, mesh-etl govern policies prints it" in done.err


POLICY = f"arn:aws:iam::{SHOP}:policy/mesh-boundary-test-prod-shop"


def printed(mesh: Command) -> dict[str, Any]:
    """The boundary, as `mesh-etl govern policies` prints it."""
    found = mesh("govern", "policies", "--json").document
    document: dict[str, Any] = next(one["policy"] for one in found if one["on"] == f"policy {POLICY.partition('/')[2]}")
    return document


def put(accounts: Accounts, document: dict[str, Any]) -> None:
    """Somebody has made the policy so."""
    name = POLICY.rpartition("/")[2]
    accounts.client("iam", "shop").create_policy(PolicyName=name, PolicyDocument=json.dumps(document))


def test_a_policy_that_is_as_printed_is_not_talked_of(accounts: Accounts, mesh: Command) -> None:
    document = printed(mesh)
    for statement in document["Statement"]:  # as others write it
        statement["Action"] = statement["Action"][0] if len(statement["Action"]) == 1 else statement["Action"][::-1]
    put(accounts, document)
    done = mesh("deploy", "shop", "--dry-run", "--json")
    assert (done.document["boundary_state"], done.document["warnings"]) == ("current", [])
    told = mesh("deploy", "shop", "--dry-run")
    assert "BOUNDARY" not in told.err
    assert "beforehand" not in told.out


def test_an_outdated_policy_is_told_with_the_commands_that_bring_it_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accounts: Accounts, mesh: Command
) -> None:
    old = printed(mesh)
    old["Statement"] = [one for one in old["Statement"] if one["Sid"] != "Granted"] + [{"Sid": "x", "Effect": "Allow"}]
    old["Statement"][0]["Resource"] = ["arn:aws:s3:::gone/*"]
    put(accounts, old)
    trial = mesh("deploy", "shop", "--dry-run", "--json").document
    assert trial["boundary_state"] == "outdated"
    (warning,) = trial["warnings"]
    assert "as this version prints it: Granted is missing, Read differs, 1 more in the account" in warning
    assert "[BOUNDARY_OUTDATED]" in warning
    done = mesh("deploy", "shop", "--yes")
    assert (done.code, "[BOUNDARY_OUTDATED]" in done.err) == (0, True)
    # Its commands, as they stand there.
    print_it, _, then = warning.partition("; ")[2].rpartition(" [")[0].partition(", then ")
    put_it = then.partition(": ")[2]
    monkeypatch.chdir(tmp_path)
    assert mesh(*shlex.split(print_it)[1:]).code == 0
    words = shlex.split(put_it)
    assert words[:4] == ["aws", "iam", "create-policy-version", "--set-as-default"]
    given = dict(zip(words[4::2], words[5::2], strict=True))
    document = Path(given["--policy-document"].removeprefix("file://")).read_text()
    accounts.client("iam", "shop").create_policy_version(
        PolicyArn=given["--policy-arn"], PolicyDocument=document, SetAsDefault=True
    )
    assert mesh("deploy", "shop", "--dry-run", "--json").document["boundary_state"] == "current"


def test_who_may_not_read_it_deploys_all_the_same(accounts: Accounts, mesh: Command) -> None:
    accounts.fail("iam.GetPolicy", "AccessDenied", times=2)
    done = mesh("deploy", "shop", "--yes")
    assert done.code == 0
    assert "whether the boundary is as this version prints it was not seen: iam:GetPolicy is denied" in done.out
    assert mesh("deploy", "shop", "--dry-run", "--json").document["boundary_state"] == "unread"
    accounts.fail("iam.GetPolicy", "Throttling", times=9)
    assert "AWS_BUSY" in mesh("deploy", "shop", "--yes").err
