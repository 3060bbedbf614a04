"""LF-Tags: defined first, with values, by those who may."""

from __future__ import annotations

from typing import Any

SALES = {"Database": {"Name": "sales"}}


def test_a_tag_is_kept_in_lower_case_with_its_values(lake: Any, refused: Any) -> None:
    lake.create_lf_tag(TagKey="Owner", TagValues=["Sales", "b"])
    assert lake.get_lf_tag(TagKey="owner")["TagValues"] == ["sales", "b"]
    refused("InvalidInputException", lake.create_lf_tag, TagKey="OWNER", TagValues=["c"])
    refused("EntityNotFoundException", lake.get_lf_tag, TagKey="nothing")
    found = lake.list_lf_tags()["LFTags"]
    assert [one["TagKey"] for one in found] == ["domain", "level", "owner"]


def test_values_come_by_fifties_up_to_a_thousand(lake: Any, refused: Any) -> None:
    values = [f"v{number}" for number in range(1020)]
    refused("ValidationException", lake.create_lf_tag, TagKey="many", TagValues=values[:51])
    lake.create_lf_tag(TagKey="many", TagValues=values[:50])
    for start in range(50, 1000, 50):
        lake.update_lf_tag(TagKey="many", TagValuesToAdd=values[start : start + 50])
    full = lake.update_lf_tag
    refused("ResourceNumberLimitExceededException", full, TagKey="many", TagValuesToAdd=values[1000:1010])
    full(TagKey="many", TagValuesToAdd=values[1000:1010], TagValuesToDelete=values[:10])
    assert len(lake.get_lf_tag(TagKey="many")["TagValues"]) == 1000


def test_a_value_in_use_is_not_deleted_and_a_tag_is_with_all_its_uses(lake: Any, refused: Any) -> None:
    lake.tag(SALES, level="secret")
    change = lake.update_lf_tag
    why = refused("InvalidInputException", change, TagKey="level", TagValuesToDelete=["secret"])
    assert "Update not allowed" in why
    refused("EntityNotFoundException", change, TagKey="level", TagValuesToDelete=["unknown"])
    refused("InvalidInputException", change, TagKey="level", TagValuesToAdd=["secret"])
    refused("InvalidInputException", change, TagKey="level")
    change(TagKey="level", TagValuesToDelete=["internal"])
    lake.delete_lf_tag(TagKey="level")
    assert "LFTagOnDatabase" not in lake.get_resource_lf_tags(Resource=SALES)
    refused("EntityNotFoundException", lake.delete_lf_tag, TagKey="level")
    lake.create_lf_tag(TagKey="level", TagValues=["secret"])
    assert "LFTagOnDatabase" not in lake.get_resource_lf_tags(Resource=SALES)


def test_who_may_create_tags_has_all_rights_on_its_own(lake: Any, refused: Any) -> None:
    creator = lake.client("centre", "creator")
    refused("AccessDeniedException", creator.create_lf_tag, TagKey="mine", TagValues=["a"])
    lake.grant(lake.role("creator"), {"Catalog": {}}, "CREATE_LF_TAG")
    creator.create_lf_tag(TagKey="mine", TagValues=["a"])
    creator.update_lf_tag(TagKey="mine", TagValuesToAdd=["b"])
    refused("AccessDeniedException", creator.update_lf_tag, TagKey="level", TagValuesToAdd=["b"])
    refused("AccessDeniedException", creator.delete_lf_tag, TagKey="level")
    assert [one["TagKey"] for one in creator.list_lf_tags()["LFTags"]] == ["mine"]


def test_one_sees_the_values_that_one_may_describe(lake: Any, refused: Any) -> None:
    steward = lake.client("centre", "steward")
    assert steward.list_lf_tags()["LFTags"] == []
    refused("AccessDeniedException", steward.get_lf_tag, TagKey="level")
    lake.grant(lake.role("steward"), {"LFTag": {"TagKey": "level", "TagValues": ["public"]}}, "DESCRIBE")
    lake.grant(lake.role("steward"), {"LFTag": {"TagKey": "level", "TagValues": ["internal"]}}, "ASSOCIATE")
    assert steward.get_lf_tag(TagKey="level")["TagValues"] == ["public", "internal"]


def test_tags_are_listed_in_pages(lake: Any) -> None:
    pages = [page["LFTags"] for page in lake.get_paginator("list_lf_tags").paginate(PaginationConfig={"PageSize": 1})]
    assert [[one["TagKey"] for one in page] for page in pages] == [["domain"], ["level"]]


def test_tags_of_another_account_are_seen_once_their_share_is_joined(lake: Any) -> None:
    lake.settle("shop")
    lake.grant(
        "222222222222", {"LFTag": {"TagKey": "level", "TagValues": ["public"]}}, "DESCRIBE", option=("DESCRIBE",)
    )
    shop = lake.client("shop", "admin")
    assert shop.list_lf_tags(ResourceShareType="ALL")["LFTags"] == []
    lake.accept("shop")
    foreign = [{"CatalogId": "111111111111", "TagKey": "level", "TagValues": ["public"]}]
    assert shop.list_lf_tags(ResourceShareType="FOREIGN")["LFTags"] == foreign
    assert shop.list_lf_tags()["LFTags"] == []
    assert lake.client("shop", "stranger").list_lf_tags(ResourceShareType="ALL")["LFTags"] == []
