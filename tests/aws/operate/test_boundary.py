"""A role of a stack is made with its boundary or not at all, and one of before there was any comes to have it."""

from __future__ import annotations

import pytest

from mesh_etl.deploy.estate import Estate
from mesh_etl.embedded_aws.cloudformation import resources
from mesh_etl.testing.accounts import Accounts

from .conftest import SHOP, Command


def test_a_role_without_it_is_not_made(monkeypatch: pytest.MonkeyPatch, mesh: Command) -> None:
    monkeypatch.setattr(Estate, "boundary", None)
    done = mesh("deploy", "shop", "--yes")
    assert done.code != 0
    assert "DEPLOY_FAILED" in done.err
    assert f"iam:CreateRole on resource: arn:aws:iam::{SHOP}:role/" in done.err


def test_a_stack_of_before_is_updated_by_an_ordinary_change_set(mesh: Command) -> None:
    with pytest.MonkeyPatch.context() as before:
        before.setattr(Estate, "boundary", None)
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
    assert "Roles need mesh-boundary-test-prod-shop in the account beforehand: mesh-etl govern policies" in trial.out
    accounts.refuse_resource("shop", "JobsRole", f"Scope ARN: {policy} does not exist or is not attachable.")
    done = mesh("deploy", "shop", "--yes")
    assert "DEPLOY_FAILED" in done.err
    assert "make the policy first, mesh-etl govern policies prints it" in done.err
