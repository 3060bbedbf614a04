"""What gives more than anybody asked for is found, by its code, and what was asked for is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mesh_etl.govern.evaluate.findings import Expected, findings
from mesh_etl.govern.evaluate.wording import Plain
from mesh_etl.govern.state import Settings, State, Table, TableEntry
from tests.unit.govern.evaluate import stated

BASE = {
    "tables": {"orders": ["id", "email"]},
    "shares": {"B": "ACTIVE"},
    "filters": {"but": {"table": "orders", "excluded": ["email"]}},
}
EXPECTED = Expected({stated.ACCOUNTS["A"], stated.ACCOUNTS["B"]}, {stated.principal("governor")})
CLOSED = Settings(frozenset({stated.principal("governor")}), 3, open_databases=False, open_tables=False)


def codes(state: State) -> list[str]:
    return [one.code for one in findings(state, EXPECTED, Plain())]


@pytest.mark.parametrize(
    ("grant", "code"),
    [
        ({"to": "open", "on": {"table": "orders"}, "rights": ["ALL"]}, "OPEN_TO_IAM"),
        ({"to": "A:everyone", "on": {"table": "orders"}}, "OPEN_TO_ACCOUNT"),
        ({"to": "C/analyst", "on": {"table": "orders"}}, "UNKNOWN_ACCOUNT"),
        ({"to": "B/analyst", "on": {"table": "orders"}, "grantable": ["SELECT"]}, "GRANT_OPTION_OUTSIDE"),
        ({"to": "analyst", "on": {"table": "orders"}, "rights": ["ALL"]}, "EVERYTHING_GIVEN"),
        ({"to": "analyst", "on": {"table": "orders", "without": ["email"]}}, "LATER_COLUMNS"),
        ({"to": "analyst", "on": {"table": "orders", "filter": "but"}}, "LATER_COLUMNS"),
        ({"to": "B/analyst", "on": {"tables": "all"}}, "LATER_TABLES"),
        ({"to": "analyst", "on": {"table": "gone"}}, "DANGLING_GRANT"),
        ({"to": "analyst", "on": {"table": "orders", "filter": "gone"}}, "DANGLING_GRANT"),
        ({"to": "analyst", "on": {"saved": "gone"}}, "DANGLING_GRANT"),
    ],
)
def test_a_grant_that_gives_too_much(grant: dict[str, Any], code: str) -> None:
    assert codes(stated.state({**BASE, "grants": [grant]})) == [code]


def test_a_part_beside_rights_to_write_has_no_effect() -> None:
    part = {"to": "analyst", "on": {"table": "orders", "columns": ["id"]}}
    reads = {"to": "analyst", "on": {"table": "orders"}, "rights": ["DESCRIBE"]}
    writes = {**reads, "rights": ["DESCRIBE", "INSERT"]}
    assert codes(stated.state({**BASE, "grants": [part, reads]})) == []
    assert codes(stated.state({**BASE, "grants": [part, writes]})) == ["PART_WITHOUT_EFFECT"]


@pytest.mark.parametrize(
    "grant",
    [
        {"to": "analyst", "on": {"table": "orders", "columns": ["id"]}},
        {"to": "B/analyst", "on": {"table": "orders"}},
        {"to": "analyst", "on": {"table": "orders"}, "grantable": ["SELECT"]},
        {"to": "engineer", "on": {"tables": "all"}},
        {"to": "analyst", "on": {"tagged": {"level": ["public"]}}},
    ],
)
def test_a_grant_that_is_as_it_should_be(grant: dict[str, Any]) -> None:
    assert codes(stated.state({**BASE, "grants": [grant]})) == []


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (replace(CLOSED, admins=CLOSED.admins | {stated.principal("engineer")}), "UNEXPECTED_ADMIN"),
        (replace(CLOSED, open_databases=True), "OPEN_DEFAULTS"),
        (replace(CLOSED, open_tables=True), "OPEN_DEFAULTS"),
        (replace(CLOSED, cross_account_version=1), "OLD_SHARING"),
    ],
)
def test_settings_that_open_too_much(settings: Settings, code: str) -> None:
    assert codes(State(settings={stated.HOME: settings})) == [code]
    assert codes(State(settings={stated.HOME: CLOSED})) == []


def test_a_place_that_nobody_registered() -> None:
    entry = TableEntry(("id",), location="s3://lake/sales/orders/")
    found = State(tables={Table(stated.HOME, "db", "orders"): entry})
    assert codes(found) == ["UNREGISTERED_PLACE"]
    for arn, missing in (("arn:aws:s3:::lake/sales", []), ("arn:aws:s3:::lake/sal", ["UNREGISTERED_PLACE"])):
        assert codes(replace(found, locations={(stated.HOME, arn): "role"})) == missing
