"""Requests that nobody needs to look at, and those that somebody has to."""

from __future__ import annotations

import pytest

LEAD = "marketing.lead"


def asking(desk, whom="marketing.analyst", days=30, **what):
    return desk.ask("sales.orders", whom, "to know", days=days, **what)


def test_a_policy_approves_and_says_so(desk):
    found, against = asking(desk, role="statistics")
    assert (found.status(desk.today), against) == ("approved", ())
    last = found.steps[-1]
    assert (last.by, last.policy, last.reason) == ("policy", "short-looks", "nothing personal")
    assert len(desk.approved()) == 1
    assert desk.revoke(found.id, "sales-team", "no more").status(desk.today) == "revoked"


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"role": "everything"}, "column 'email' is personal"),
        ({"role": "statistics", "days": 31}, "it is for longer than 30 days"),
        ({"role": "statistics", "days": None}, "it is for longer than 30 days"),
        ({"role": "statistics", "grant_option": True}, "it may be given on"),
        ({"role": "twice"}, "the contract wants two approvals"),
    ],
)
def test_what_a_policy_does_not_let_through(desk, what, why):
    found, against = asking(desk, **what)
    assert found.status(desk.today) == "asked"
    assert against == (f"policy 'short-looks' does not approve it: {why}",)


def test_a_column_that_nobody_has_judged_counts_as_the_strictest(desk):
    _, against = asking(desk, LEAD, days=5, columns=("region", "note"))
    assert against == ("policy 'single-regions' does not approve it: column 'note' is personal",)


def test_a_condition_over_request_and_contract(desk):
    assert asking(desk, LEAD, days=5, columns=("region",))[0].status(desk.today) == "approved"
    found, against = asking(desk, LEAD, days=5, role="audited")
    assert found.status(desk.today) == "asked"
    assert "the contract wants two approvals" in against[0]


@pytest.mark.parametrize("whom", ["sales.steward", "444444444444"])
def test_a_policy_is_for_those_whom_it_names(desk, whom):
    found, against = asking(desk, whom, role="statistics")
    team = whom == "444444444444"
    assert found.status(desk.today) == ("approved" if team else "asked")
    assert against == ()
