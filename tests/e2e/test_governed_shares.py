"""Shares between accounts that are not accepted yet, have expired, or were rejected: said, and healed by an apply."""

from __future__ import annotations

import time

import pytest

from mesh_etl import embedded_aws
from tests.e2e.governed import Shop

THIRTEEN_HOURS = 13 * 3600


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A mesh whose first apply has died before any share was accepted, thirteen hours ago."""

    def before(service, home, identity):
        caller = (identity.region, identity.account, identity.role)
        return embedded_aws.client(service, home, *caller, clock=lambda: time.time() - THIRTEEN_HOURS)

    made = Shop.at(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("mesh_etl.worlds.local._embedded", before)
        patched.setattr("mesh_etl.govern.apply.join", died)
        made.said("govern", "apply", code=130)
    return made


@pytest.fixture
def pending(tmp_path, monkeypatch):
    """A mesh whose apply has died just now, before any share was accepted."""
    made = Shop.at(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("mesh_etl.govern.apply.join", died)
        made.said("govern", "apply", code=130)
    return made


def died(*_):
    raise KeyboardInterrupt


def invitations(shop, account):
    return shop.client("ram", account).get_resource_share_invitations()["resourceShareInvitations"]


def test_who_was_not_let_in_yet_is_told_so_and_what_heals_it(pending):
    assert {one["status"] for one in invitations(pending, "marketing")} == {"PENDING"}
    error = pending.said("run", "sales.orders", code=5)
    assert "CENTRAL_SHARE" in error
    assert "mesh-etl govern apply" in error
    error = pending.denied("marketing.analyst")
    assert "has not accepted the invitation" in error
    assert "whoever governs lets it in: mesh-etl govern apply" in error
    pending.apply("--allow-dangerous")
    pending.said("run", "sales.orders")
    assert len(pending.rows("marketing.analyst")) == 2
    assert pending.drift() == []


def test_an_invitation_that_has_expired_is_sent_again(shop):
    assert {one["status"] for one in invitations(shop, "marketing")} == {"EXPIRED"}
    assert "CENTRAL_SHARE" in shop.said("run", "sales.orders", code=5)
    assert "expired or was rejected" in shop.denied("marketing.analyst")
    shop.apply("--allow-dangerous")
    shop.said("run", "sales.orders")
    assert len(shop.rows("marketing.analyst")) == 2
    assert shop.drift() == []


def test_a_share_that_somebody_has_rejected_is_not_forced_on_him(pending):
    ram = pending.client("ram", "sales")
    for one in invitations(pending, "sales"):
        ram.reject_resource_share_invitation(resourceShareInvitationArn=one["resourceShareInvitationArn"])
    assert "SHARE_REJECTED" in pending.said("govern", "apply", "--allow-dangerous", code=5)
    assert pending.drift() != []
