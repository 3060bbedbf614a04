"""Tags on things: one value of a key, inherited downwards, overridden below."""

from __future__ import annotations

from typing import Any

import pytest

SALES = {"Database": {"Name": "sales"}}


def told(pairs: list[dict[str, Any]]) -> dict[str, str]:
    return {pair["TagKey"]: pair["TagValues"][0] for pair in pairs}


def test_tags_are_inherited_and_overridden(lake: Any, orders: Any, columns: Any) -> None:
    lake.tag(SALES, level="internal", domain="sales")
    lake.tag(orders, level="public")
    lake.tag(columns("email", "region"), level="secret")
    found = lake.get_resource_lf_tags(Resource=orders)
    assert told(found["LFTagOnDatabase"]) == {"domain": "sales", "level": "internal"}
    assert told(found["LFTagsOnTable"]) == {"domain": "sales", "level": "public"}
    effective = {one["Name"]: told(one["LFTags"])["level"] for one in found["LFTagsOnColumns"]}
    assert effective == {
        "email": "secret", "id": "public", "lines": "public", "paid": "public", "region": "secret", "year": "public",
    }  # fmt: skip


def test_what_is_set_on_the_thing_itself_is_shown_on_demand(lake: Any, orders: Any, columns: Any) -> None:
    lake.tag(SALES, level="internal", domain="sales")
    lake.tag(columns("email"), level="secret")
    found = lake.get_resource_lf_tags(Resource=orders, ShowAssignedLFTags=True)
    assert not found.keys() & {"LFTagOnDatabase", "LFTagsOnTable"}
    assert [(one["Name"], told(one["LFTags"])) for one in found["LFTagsOnColumns"]] == [("email", {"level": "secret"})]
    database = lake.get_resource_lf_tags(Resource=SALES, ShowAssignedLFTags=True)
    assert told(database["LFTagOnDatabase"]) == {"domain": "sales", "level": "internal"}
    some = lake.get_resource_lf_tags(Resource=columns("id", "email"))
    assert [(one["Name"], told(one["LFTags"])["level"]) for one in some["LFTagsOnColumns"]] == [
        ("email", "secret"),
        ("id", "internal"),
    ]


def test_another_value_takes_the_place_of_the_first(lake: Any, orders: Any) -> None:
    lake.tag(orders, level="public")
    lake.tag(orders, level="SECRET")
    assert told(lake.get_resource_lf_tags(Resource=orders)["LFTagsOnTable"]) == {"level": "secret"}


def test_each_tag_fails_for_itself(lake: Any, orders: Any) -> None:
    tags = [
        {"TagKey": "level", "TagValues": ["public"]},
        {"TagKey": "domain", "TagValues": ["unknown"]},
        {"TagKey": "unknown", "TagValues": ["a"]},
    ]
    failures = lake.add_lf_tags_to_resource(Resource=orders, LFTags=tags)["Failures"]
    assert [(one["LFTag"], one["Error"]["ErrorCode"]) for one in failures] == [
        (tags[1], "EntityNotFoundException"),
        (tags[2], "EntityNotFoundException"),
    ]
    both = [{"TagKey": "level", "TagValues": ["public", "secret"]}]
    failures = lake.add_lf_tags_to_resource(Resource=orders, LFTags=both)["Failures"]
    assert failures[0]["Error"]["ErrorCode"] == "InvalidInputException"
    assert told(lake.get_resource_lf_tags(Resource=orders)["LFTagsOnTable"]) == {"level": "public"}


@pytest.mark.parametrize(
    ("code", "resource"),
    [
        ("EntityNotFoundException", {"Database": {"Name": "nowhere"}}),
        ("EntityNotFoundException", {"Table": {"DatabaseName": "sales", "Name": "nothing"}}),
        (
            "EntityNotFoundException",
            {"TableWithColumns": {"DatabaseName": "sales", "Name": "orders", "ColumnNames": ["x"]}},
        ),
        (
            "InvalidInputException",
            {"TableWithColumns": {"DatabaseName": "sales", "Name": "orders", "ColumnWildcard": {}}},
        ),
        ("InvalidInputException", {"Catalog": {}, "Database": {"Name": "sales"}}),
        ("InvalidInputException", {}),
        ("InvalidInputException", {"Table": {"DatabaseName": "sales", "TableWildcard": {}}}),
    ],
)
def test_only_databases_tables_and_named_columns_are_tagged(lake: Any, refused: Any, code: str, resource: Any) -> None:
    tags = [{"TagKey": "level", "TagValues": ["public"]}]
    if resource.get("TableWithColumns", {}).get("ColumnWildcard") == {}:  # all columns are the table
        assert lake.add_lf_tags_to_resource(Resource=resource, LFTags=tags)["Failures"] == []
        return
    refused(code, lake.add_lf_tags_to_resource, Resource=resource, LFTags=tags)


def test_a_tag_is_removed_from_where_it_is_set(lake: Any, orders: Any, columns: Any) -> None:
    lake.tag(SALES, level="secret")
    lake.tag(columns("id"), level="public")
    tags = [{"TagKey": "level", "TagValues": ["secret"]}]
    inherited = lake.remove_lf_tags_from_resource(Resource=orders, LFTags=tags)["Failures"]
    assert [one["Error"]["ErrorCode"] for one in inherited] == ["EntityNotFoundException"]
    public = [{"TagKey": "level", "TagValues": ["public"]}]
    assert lake.remove_lf_tags_from_resource(Resource=columns("id"), LFTags=public)["Failures"] == []
    assert lake.remove_lf_tags_from_resource(Resource=SALES, LFTags=tags)["Failures"] == []
    assert lake.get_resource_lf_tags(Resource=orders).keys() == {"ResponseMetadata"}


def test_a_resource_has_at_most_fifty_tags(lake: Any, orders: Any) -> None:
    for number in range(50):
        lake.create_lf_tag(TagKey=f"k{number}", TagValues=["a"])
    tags = [{"TagKey": f"k{number}", "TagValues": ["a"]} for number in range(50)]
    assert lake.add_lf_tags_to_resource(Resource=orders, LFTags=tags)["Failures"] == []
    more = [{"TagKey": "level", "TagValues": ["public"]}, tags[0]]
    failures = lake.add_lf_tags_to_resource(Resource=orders, LFTags=more)["Failures"]
    assert [one["Error"]["ErrorCode"] for one in failures] == ["ResourceNumberLimitExceededException"]


def test_to_assign_a_tag_needs_rights_on_the_tag_and_on_the_thing(lake: Any, refused: Any, orders: Any) -> None:
    steward, tags = lake.client("centre", "steward"), [{"TagKey": "level", "TagValues": ["public"]}]
    refused("AccessDeniedException", steward.add_lf_tags_to_resource, Resource=orders, LFTags=tags)
    rights = ("DESCRIBE", "ALTER", "DROP", "INSERT", "SELECT", "DELETE")
    lake.grant(lake.role("steward"), orders, *rights, option=rights)
    failures = steward.add_lf_tags_to_resource(Resource=orders, LFTags=tags)["Failures"]
    assert [one["Error"]["ErrorCode"] for one in failures] == ["AccessDeniedException"]
    lake.grant(lake.role("steward"), {"LFTag": {"TagKey": "level", "TagValues": ["public"]}}, "ASSOCIATE")
    assert steward.add_lf_tags_to_resource(Resource=orders, LFTags=tags)["Failures"] == []
    other = [{"TagKey": "level", "TagValues": ["secret"]}]
    failures = steward.add_lf_tags_to_resource(Resource=orders, LFTags=other)["Failures"]
    assert [one["Error"]["ErrorCode"] for one in failures] == ["AccessDeniedException"]


def test_a_namesake_of_a_thing_that_is_gone_has_no_tags(lake: Any, orders: Any, columns: Any) -> None:
    lake.tag(orders, level="public")
    lake.tag(columns("id"), level="secret")
    glue = lake.client("centre", "admin", "glue")
    glue.delete_table(DatabaseName="sales", Name="orders")
    glue.create_table(DatabaseName="sales", TableInput={"Name": "orders"})
    assert lake.get_resource_lf_tags(Resource=orders).keys() == {"ResponseMetadata"}
