"""Grants across accounts: what they ask for, what of them can be handed on, and what is left when they end."""

from __future__ import annotations

from typing import Any

import pytest

TABLE = {"Table": {"DatabaseName": "sales", "Name": "orders"}}
THEIRS = {"Table": {"CatalogId": "111111111111", "DatabaseName": "sales", "Name": "orders"}}
SHOP, MARKETING = "222222222222", "333333333333"
EVERY = {"id", "email", "region", "paid", "lines"}


@pytest.fixture
def shared(lake: Any) -> Any:
    """The shop as a whole has orders, with the grant option for SELECT, and has joined the share."""
    lake.settle("shop")
    lake.grant(SHOP, TABLE, "SELECT", "DESCRIBE", option=("SELECT", "DESCRIBE"))
    lake.accept("shop")
    return lake


def theirs(*names: str) -> dict[str, Any]:
    return {"TableWithColumns": {**THEIRS["Table"], "ColumnNames": list(names)}}


def test_a_role_of_another_account_is_given_a_part_directly(lake: Any, refused: Any, columns: Any) -> None:
    lake.grant(lake.role("analyst", "shop"), columns("id", "paid"), "SELECT")
    refused("AccessDeniedException", lake.seen, "analyst", "shop")
    lake.accept("shop")
    assert lake.seen("analyst", "shop") == {"id", "paid"}
    refused("AccessDeniedException", lake.seen, "admin", "shop")
    lake.revoke(lake.role("analyst", "shop"), columns("id", "paid"), "SELECT")
    refused("AccessDeniedException", lake.seen, "analyst", "shop")
    shop = lake.client("centre", "admin", "ram").get_resource_shares(resourceOwner="SELF")["resourceShares"]
    assert [one for one in shop if one["status"] == "ACTIVE"] == []


def test_a_share_stays_as_long_as_a_grant_needs_it(lake: Any, columns: Any) -> None:
    lake.grant(lake.role("analyst", "shop"), columns("id"), "SELECT")
    lake.grant(lake.role("intern", "shop"), TABLE, "DESCRIBE")
    lake.accept("shop")
    lake.revoke(lake.role("analyst", "shop"), columns("id"), "SELECT")
    assert lake.seen("intern", "shop") == EVERY


def test_of_what_a_whole_account_has_its_roles_have_what_it_hands_on(shared: Any, refused: Any) -> None:
    refused("AccessDeniedException", shared.seen, "analyst", "shop")
    assert shared.seen("admin", "shop") == EVERY
    shared.grant(shared.role("analyst", "shop"), theirs("id"), "SELECT", by=shared.client("shop", "admin"))
    assert shared.seen("analyst", "shop") == {"id"}
    shared.revoke(SHOP, TABLE, "SELECT")
    refused("AccessDeniedException", shared.seen, "analyst", "shop")
    shared.grant(SHOP, TABLE, "SELECT", option=("SELECT",))
    assert shared.seen("analyst", "shop") == {"id"}


def test_an_account_hands_on_what_it_has_with_the_option_and_no_more(shared: Any, refused: Any) -> None:
    by, analyst = shared.client("shop", "admin"), shared.role("analyst", "shop")
    refused("AccessDeniedException", shared.grant, analyst, THEIRS, "INSERT", by=by)
    other = {"Table": {**THEIRS["Table"], "Name": "returns"}}
    refused("AccessDeniedException", shared.grant, analyst, other, "SELECT", by=by)
    shared.revoke(SHOP, TABLE, option=("SELECT",))
    refused("AccessDeniedException", shared.grant, analyst, THEIRS, "SELECT", by=by)
    refused("AccessDeniedException", shared.grant, analyst, theirs("id"), "SELECT", by=by)
    shared.grant(analyst, THEIRS, "DESCRIBE", by=by)
    refused("AccessDeniedException", shared.grant, analyst, THEIRS, "DESCRIBE", by=shared.client("shop", "intern"))


def test_sharing_is_not_transitive(shared: Any, refused: Any) -> None:
    by = shared.client("shop", "admin")
    for outsider in (MARKETING, shared.role("analyst", "marketing"), shared.role("analyst")):
        refused("AccessDeniedException", shared.grant, outsider, THEIRS, "SELECT", by=by)
    entry = {"Principal": {"DataLakePrincipalIdentifier": MARKETING}, "Resource": THEIRS, "Permissions": ["SELECT"]}
    failures = by.batch_grant_permissions(Entries=[{"Id": "1", **entry}])["Failures"]
    assert failures[0]["Error"]["ErrorCode"] == "AccessDeniedException"
    refused("AccessDeniedException", by.grant_permissions, CatalogId="111111111111", **entry)


def test_what_an_account_hands_on_is_listed_in_that_account(shared: Any) -> None:
    shared.grant(shared.role("analyst", "shop"), theirs("id"), "SELECT", by=shared.client("shop", "admin"))
    (own,) = [one for one in shared.listed("shop") if "TableWithColumns" in one["Resource"]]
    assert own["Resource"]["TableWithColumns"]["CatalogId"] == "111111111111"
    whom = {one["Principal"]["DataLakePrincipalIdentifier"] for one in shared.listed(Resource=TABLE)}
    assert whom == {SHOP}


def test_what_is_open_to_everybody_is_not_shared_before_version_four(lake: Any, refused: Any) -> None:
    lake.grant("IAM_ALLOWED_PRINCIPALS", TABLE, "ALL")
    refused("InvalidInputException", lake.grant, SHOP, TABLE, "SELECT")
    lake.settle(version=4)
    lake.grant(SHOP, TABLE, "SELECT")


def test_roles_of_other_accounts_and_grants_by_tag_need_version_three(lake: Any, refused: Any, policy: Any) -> None:
    lake.settle(version=2)
    refused("InvalidInputException", lake.grant, lake.role("analyst", "shop"), TABLE, "SELECT")
    refused("InvalidInputException", lake.grant, SHOP, policy(level=["public"]), "SELECT")
    refused("InvalidInputException", lake.grant, SHOP, {"Catalog": {}}, "CREATE_DATABASE")
    lake.grant(SHOP, TABLE, "SELECT")


def test_a_whole_account_is_given_what_has_a_tag(lake: Any, refused: Any, policy: Any, columns: Any) -> None:
    lake.settle("shop")
    lake.tag({"Database": {"Name": "sales"}}, level="public")
    lake.tag(columns("email"), level="secret")
    wide = policy(level=["public", "internal"])
    lake.grant(SHOP, wide, "SELECT", "DESCRIBE", option=("SELECT", "DESCRIBE"))
    lake.accept("shop")
    shop, analyst = lake.client("shop", "admin"), lake.role("analyst", "shop")
    foreign = {"LFTagPolicy": {"CatalogId": "111111111111", **policy(level=["public"])["LFTagPolicy"]}}
    wider = {"LFTagPolicy": {"CatalogId": "111111111111", **policy(level=["public", "secret"])["LFTagPolicy"]}}
    refused("AccessDeniedException", lake.grant, analyst, wider, "SELECT", by=shop)
    lake.grant(analyst, foreign, "SELECT", by=shop)
    assert lake.seen("analyst", "shop") == EVERY - {"email"}
    lake.tag(columns("id"), level="internal")
    assert lake.seen("analyst", "shop") == EVERY - {"email", "id"}


def test_who_makes_a_table_elsewhere_has_it_and_cannot_give_it_on(lake: Any, refused: Any) -> None:
    maker = lake.role("maker", "shop")
    lake.grant(maker, {"Database": {"Name": "sales"}}, "CREATE_TABLE", "DESCRIBE")
    lake.accept("shop")
    glue = lake.client("shop", "maker", "glue")
    glue.create_table(CatalogId="111111111111", DatabaseName="sales", TableInput={"Name": "made"})
    glue.update_table(CatalogId="111111111111", DatabaseName="sales", TableInput={"Name": "made"})
    made = {"Table": {**THEIRS["Table"], "Name": "made"}}
    refused("AccessDeniedException", lake.grant, maker, made, "SELECT", by=lake.client("shop", "maker"))
    found = lake.get_resource_lf_tags(Resource={"Table": {"DatabaseName": "sales", "Name": "made"}})
    assert found.keys() == {"ResponseMetadata"}


def test_tags_of_what_is_shared_are_seen_by_who_may_see_the_tags(lake: Any, refused: Any) -> None:
    lake.tag(TABLE, level="public")
    stranger = lake.client("shop", "stranger")
    refused("AccessDeniedException", stranger.get_resource_lf_tags, CatalogId="111111111111", Resource=THEIRS)
    lake.grant(lake.role("stranger", "shop"), TABLE, "DESCRIBE")
    lake.accept("shop")
    assert "LFTagsOnTable" not in stranger.get_resource_lf_tags(CatalogId="111111111111", Resource=THEIRS)
    tag = {"LFTag": {"TagKey": "level", "TagValues": ["public"]}}
    lake.grant(lake.role("stranger", "shop"), tag, "DESCRIBE")
    lake.accept("shop")
    found = stranger.get_resource_lf_tags(CatalogId="111111111111", Resource=THEIRS)["LFTagsOnTable"]
    assert found == [{"CatalogId": "111111111111", "TagKey": "level", "TagValues": ["public"]}]
