"""Consumers in their own accounts: asked, let in, and out again; what is missing is said with what heals it."""

from __future__ import annotations

import datetime

import pytest

from mesh_etl.govern.requests import Desk
from tests.e2e.governed import ACCOUNTS, Shop

TWO = [{"id": 1, "region": "EUROPE"}, {"id": 3, "region": "EUROPE"}]
THREE = [TWO[0], {"id": 2, "region": "ASIA"}, TWO[1]]
WHY = ("--reason", "for the campaign")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A governed product with data that marketing's analyst sees a part of; each test leaves it as it was."""
    made = Shop.at(tmp_path_factory.mktemp("shop"))
    made.apply()
    made.said("run", "sales.orders")
    assert made.drift() == []
    return made


def test_one_role_is_let_in_and_out(shop):
    shop.denied("marketing.caller")
    request = shop.asked("sales.orders", "--role", "regions", "--for", "marketing.caller", *WHY)
    shop.said("approve", request, "--by", "sales-team")
    assert shop.rows("marketing.caller") == THREE
    assert shop.drift() == []
    shop.said("revoke", request, "--by", "sales-team", *WHY)
    shop.denied("marketing.caller")
    assert shop.drift() == []
    assert left(shop, "governance", "marketing-caller") == left(shop, "marketing", "marketing-caller") == []
    assert filters(shop) == ["europe"]
    assert shop.rows("marketing.analyst") == TWO


def test_a_whole_account_gives_it_to_its_own_roles(shop):
    request = shop.asked("sales.orders", "--role", "regions", "--for", "partner", *WHY)
    shop.said("approve", request, "--by", "sales-team")
    assert shop.rows("partner.reader") == shop.rows("partner.auditor") == THREE
    assert shop.drift() == []
    (central,) = left(shop, "governance", ACCOUNTS["partner"])
    assert central["PermissionsWithGrantOption"] == ["SELECT"]
    local = [one for one in left(shop, "partner", "partner-reader") if "DataCellsFilter" in one["Resource"]]
    assert [one["PermissionsWithGrantOption"] for one in local] == [[]]
    shop.said("revoke", request, "--by", "sales-team", *WHY)
    shop.denied("partner.reader")
    assert shop.drift() == []
    assert left(shop, "governance", ACCOUNTS["partner"]) == []
    assert shop.client("lakeformation", "partner").list_permissions()["PrincipalResourcePermissions"] == []
    assert shop.client("glue", "partner").get_databases()["DatabaseList"] == []
    assert shop.client("ram", "partner").get_resource_shares(resourceOwner="OTHER-ACCOUNTS")["resourceShares"] == []
    assert filters(shop) == ["europe"]


@pytest.mark.parametrize("asks", [True, False])
def test_the_grant_option_is_given_only_where_it_was_asked_for(shop, asks):
    words = ("--grant-option",) if asks else ()
    request = shop.asked("sales.orders", "--columns", "id", "--for", "partner.reader", *WHY, *words)
    shop.said("approve", request, "--by", "sales-team")
    assert [row["id"] for row in shop.rows("partner.reader")] == [1, 2, 3]
    shop.denied("partner.auditor")
    found = [*left(shop, "governance", "partner-reader"), *left(shop, "partner", "partner-reader")]
    cells = [one for one in found if "DataCellsFilter" in one["Resource"]]
    assert [one["PermissionsWithGrantOption"] for one in cells] == [["SELECT"] if asks else []]
    shop.said("revoke", request, "--by", "sales-team", *WHY)
    assert shop.drift() == []


def test_two_requests_on_one_product_end_one_by_one(shop):
    one = shop.asked("sales.orders", "--columns", "id", "--for", "marketing.caller", *WHY)
    two = shop.asked("sales.orders", "--columns", "region", "--rows", "id > 1", "--for", "marketing.caller", *WHY)
    for request in (one, two):
        shop.said("approve", request, "--by", "sales-team")
    assert shop.drift() == []
    assert shop.rows("marketing.caller", "select count(id) n, count(region) m from sales.orders") == [{"n": 3, "m": 2}]
    shop.said("revoke", one, "--by", "sales-team", *WHY)
    assert shop.rows("marketing.caller", "from sales.orders order by 1") == [{"region": "ASIA"}, {"region": "EUROPE"}]
    shop.said("revoke", two, "--by", "sales-team", *WHY)
    shop.denied("marketing.caller")
    assert filters(shop) == ["europe"]
    assert shop.drift() == []


def test_what_ends_by_itself_is_shown_no_more_and_taken_out_by_the_next_apply(shop, monkeypatch):
    request = shop.asked("sales.orders", "--role", "regions", "--for", "marketing.caller", "--days", "3", *WHY)
    shop.said("approve", request, "--by", "sales-team")
    assert shop.rows("marketing.caller") == THREE
    later(monkeypatch, days=4)
    shop.denied("marketing.caller")
    assert shop.told("requests", "show", request)["status"] == "expired"
    assert shop.drift() != []
    shop.apply("--allow-dangerous")
    assert left(shop, "governance", "marketing-caller") == []
    assert shop.drift() == []
    monkeypatch.undo()  # today it has not ended yet
    shop.said("revoke", request, "--by", "sales-team", *WHY)
    assert shop.drift() == []


def test_a_denied_request_gives_nothing(shop):
    request = shop.asked("sales.orders", "--role", "regions", "--for", "marketing.caller", *WHY)
    shop.said("deny", request, "--by", "sales-team", *WHY)
    shop.denied("marketing.caller")
    assert shop.drift() == []


def test_a_role_that_the_contract_has_no_more_gives_nothing_and_is_told(shop):
    request = shop.asked("sales.orders", "--role", "regions", "--for", "marketing.caller", *WHY)
    shop.said("approve", request, "--by", "sales-team")
    shop.edit(CONTRACT, "role: regions", "role: areas")
    plan = shop.told("govern", "plan")
    assert [one["code"] for one in plan["warnings"] if request in one["where"]] == ["GOVERNANCE_REQUEST"]
    shop.apply("--allow-dangerous")
    assert left(shop, "governance", "marketing-caller") == []
    shop.denied("marketing.caller")
    shop.said("revoke", request, "--by", "sales-team", *WHY)
    shop.edit(CONTRACT, "role: areas", "role: regions")
    assert shop.drift() == []


CONTRACT = "configs/sales/orders/contract.yaml"


def left(shop, account, who):
    """What the account still grants to somebody, the end of whose name is told."""
    found = shop.client("lakeformation", account).list_permissions()["PrincipalResourcePermissions"]
    return [one for one in found if one["Principal"]["DataLakePrincipalIdentifier"].endswith(who)]


def filters(shop):
    found = shop.client("lakeformation", "governance").list_data_cells_filter()["DataCellsFilters"]
    return sorted(one["Name"] for one in found)


def later(monkeypatch, **elapsed):
    """It is some days later for all who read the day."""
    day = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(**elapsed)).date()
    monkeypatch.setattr(Desk, "today", property(lambda _: day))
