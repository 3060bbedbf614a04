"""The life of a request: who may do what with it when, and what it gives."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from mesh_etl.errors import ConfigError, PlanError
from mesh_etl.govern.requests import Approved

ANALYST = "arn:aws:iam::444444444444:role/marketing-analyst"


def refused(code, what, *args, **kwargs):
    with pytest.raises(PlanError) as raised:
        what(*args, **kwargs)
    assert raised.value.code == code
    return str(raised.value)


def test_from_asking_to_the_end(desk, asked, clock):
    found = asked(role="everything")
    assert (found.status(desk.today), desk.approved()) == ("asked", ())
    done = desk.approve(found.id, "sales-team", "agreed")
    until = datetime.date(2027, 2, 20)
    assert (done.status(desk.today), done.until) == ("approved", until)
    assert desk.approved() == (Approved(found.id, "sales.orders", ANALYST, "everything", until=until),)
    clock.wait(90)
    assert len(desk.approved()) == 1, "the last day counts"
    clock.wait(1)
    assert desk.requests.one(found.id).status(desk.today) == "expired"
    assert desk.approved() == ()


def test_every_step_stays_with_who_when_and_why(desk, asked):
    id_ = asked(role="everything").id
    desk.approve(id_, "sales.steward")
    desk.revoke(id_, "sales-team", "the campaign is over")
    steps = desk.requests.one(id_).steps
    assert [(one.kind, one.by, one.reason) for one in steps] == [
        ("asked", "marketing.analyst", "to know"),
        ("approved", "sales.steward", ""),
        ("revoked", "sales-team", "the campaign is over"),
    ]
    assert steps[0].at < steps[1].at < steps[2].at
    assert desk.approved() == ()


def test_no_step_is_taken_twice(desk, asked):
    id_ = asked(role="everything").id
    desk.deny(id_, "sales-team", "ask for less")
    for decide in (desk.approve, desk.deny, desk.revoke):
        assert "it is denied already" in refused("REQUEST_DECIDED", decide, id_, "sales-team", "again")


def test_the_first_of_two_who_decide_at_once_wins(desk, asked):
    found = asked(role="everything")
    other = desk.requests.one(found.id)
    desk.deny(found.id, "sales-team", "no")
    from mesh_etl.govern.requests import Step

    late = Step("approved", "sales.steward", desk.clock())
    assert "sales-team has denied it meanwhile" in refused("REQUEST_DECIDED", desk.requests.append, other, late)
    assert desk.requests.one(found.id).status(desk.today) == "denied"


@pytest.mark.parametrize("by", ["marketing.analyst", "marketing.lead", "sales.engineer", "nobody"])
def test_only_owners_and_stewards_decide(desk, asked, by):
    id_ = asked(role="everything").id
    for decide in (desk.approve, desk.deny):
        message = refused("NOT_AN_APPROVER", decide, id_, by, "because")
        assert "ask one of sales-team, sales.steward, sales/role/mesh-governor" in message


def test_nobody_decides_on_an_own_request(desk, asked):
    id_ = asked(whom="sales.steward", role="everything").id
    refused("SELF_APPROVAL", desk.approve, id_, "sales.steward")
    id_ = asked(role="everything", by="sales-team").id
    refused("SELF_APPROVAL", desk.approve, id_, "sales-team")
    assert desk.approve(id_, "sales.steward").status(desk.today) == "approved"


def test_two_levels_take_two(desk, asked):
    id_ = asked(role="audited").id
    refused("NOT_AN_APPROVER", desk.approve, id_, "legal")
    once = desk.approve(id_, "sales.steward")
    assert (once.status(desk.today), desk.approved()) == ("asked", ())
    refused("NOT_AN_APPROVER", desk.approve, id_, "sales.steward")
    assert desk.approve(id_, "legal").status(desk.today) == "approved"
    assert len(desk.approved()) == 1


def test_the_second_level_can_refuse(desk, asked):
    id_ = asked(role="audited").id
    desk.approve(id_, "sales.steward")
    assert desk.deny(id_, "privacy@shop.example", "too much").status(desk.today) == "denied"


def test_whoever_asked_can_withdraw(desk, asked):
    id_ = asked(role="everything").id
    refused("NOT_AN_APPROVER", desk.revoke, id_, "marketing.lead", "not mine")
    assert desk.revoke(id_, "marketing.analyst", "not needed").status(desk.today) == "revoked"


def test_what_is_open_or_given_is_not_asked_for_again(desk, asked, clock):
    id_ = asked(role="everything").id
    assert id_ in refused("REQUEST_EXISTS", asked, role="everything")
    desk.approve(id_, "sales-team")
    refused("REQUEST_EXISTS", asked, role="everything")
    asked(role="everything", grant_option=True)
    clock.wait(91)
    assert asked(role="everything").id != id_


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({}, "ROLE_MISSING"),
        ({"role": "everything", "columns": ("id",)}, "ROLE_MISSING"),
        ({"role": "everythin"}, "UNKNOWN_ROLE"),
        ({"columns": ("mail",)}, "COLUMN_MISSING"),
        ({"columns": ("id",), "rows": "1 = 1"}, "ROWS_INVALID"),
        ({"rows": "region = 'x' or mail = 'y'"}, "ROWS_INVALID"),
        ({"role": "everything", "reason": " \n"}, "REASON_MISSING"),
    ],
)
def test_what_cannot_be_asked(desk, asked, what, code):
    refused(code, asked, **what)
    assert desk.requests.all() == ()


def test_nobody_of_that_name(asked):
    with pytest.raises(ConfigError, match="UNKNOWN_PRINCIPAL"):
        asked(whom="marketing.analist", role="everything")


@pytest.mark.parametrize("id_", ["../../etc", "0000000000", "", "ABCDEF0123", "0123456789/0001.json"])
def test_no_request_of_that_id(desk, id_):
    refused("UNKNOWN_REQUEST", desk.approve, id_, "sales-team")


def test_columns_and_rows_of_its_own(desk, asked):
    found = asked(columns=("id", "region"), rows="region = 'it''s' -- x")
    desk.approve(found.id, "sales-team")
    (given,) = desk.approved()
    assert (given.columns, given.rows, given.role) == (("id", "region"), "region = 'it''s'", "")


def test_a_product_that_is_gone_can_still_be_taken_back(desk, asked, project):
    id_ = asked(role="everything").id
    desk.approve(id_, "sales-team")
    (project.root / "configs/sales/orders/job.yaml").unlink()
    assert desk.revoke(id_, "sales-team", "gone").status(desk.today) == "revoked"


def test_a_contract_that_changed_since_is_not_approved_by_the_old_one(desk, asked, project):
    everything, statistics = asked(role="everything"), asked(role="statistics", days=365)
    path = project.root / "configs/sales/orders/contract.yaml"
    text = path.read_text().replace("  - role: statistics", "  - role: figures")
    path.write_text(text.replace("role: everything", "role: everything\n    secondLevelApprovers: legal"))
    refused("REQUEST_STALE", desk.approve, everything.id, "sales-team")
    refused("UNKNOWN_ROLE", desk.approve, statistics.id, "sales-team")
    assert desk.deny(everything.id, "sales-team", "ask again").status(desk.today) == "denied"


def test_a_damaged_request_is_told(desk, asked):
    id_ = asked(role="everything").id
    (Path(desk.project.governance_store) / "requests" / id_ / "0001.json").write_text('{"format": 1}')
    refused("REQUEST_DAMAGED", desk.approve, id_, "sales-team")


def test_steps_are_objects_that_are_never_changed(desk, asked):
    id_ = asked(role="everything").id
    folder = Path(desk.project.governance_store) / "requests" / id_
    first = (folder / "0001.json").read_bytes()
    desk.approve(id_, "sales-team")
    assert [one.name for one in sorted(folder.iterdir())] == ["0001.json", "0002.json"]
    assert (folder / "0001.json").read_bytes() == first
    assert json.loads(first)["kind"] == "asked"
