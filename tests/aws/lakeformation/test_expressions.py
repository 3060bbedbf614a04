"""Saved tag expressions: what is granted by one follows it."""

from __future__ import annotations

from typing import Any

OPEN = [{"TagKey": "level", "TagValues": ["public"]}]
WIDER = [{"TagKey": "level", "TagValues": ["internal", "public"]}]
BY_NAME = {"LFTagPolicy": {"ResourceType": "TABLE", "ExpressionName": "open"}}


def test_an_expression_is_saved_changed_and_gone(lake: Any, refused: Any) -> None:
    lake.create_lf_tag_expression(Name="open", Description="for all", Expression=OPEN)
    refused("InvalidInputException", lake.create_lf_tag_expression, Name="open", Expression=OPEN)
    found = lake.get_lf_tag_expression(Name="open")
    assert (found["Description"], found["Expression"], found["CatalogId"]) == ("for all", OPEN, "111111111111")
    lake.update_lf_tag_expression(Name="open", Expression=WIDER)
    assert lake.list_lf_tag_expressions()["LFTagExpressions"][0]["Expression"] == WIDER
    lake.delete_lf_tag_expression(Name="open")
    refused("EntityNotFoundException", lake.get_lf_tag_expression, Name="open")
    refused("EntityNotFoundException", lake.delete_lf_tag_expression, Name="open")
    refused("EntityNotFoundException", lake.update_lf_tag_expression, Name="open", Expression=OPEN)


def test_its_tags_are_defined_and_each_key_comes_once(lake: Any, refused: Any) -> None:
    unknown = [{"TagKey": "level", "TagValues": ["unknown"]}]
    refused("EntityNotFoundException", lake.create_lf_tag_expression, Name="open", Expression=unknown)
    refused("InvalidInputException", lake.create_lf_tag_expression, Name="open", Expression=OPEN + WIDER)
    refused("InvalidInputException", lake.create_lf_tag_expression, Name="open", Expression=[])


def test_a_grant_by_it_follows_its_changes_and_goes_with_it(lake: Any, refused: Any, orders: Any) -> None:
    lake.tag(orders, level="internal")
    refused("EntityNotFoundException", lake.grant, lake.role("analyst"), BY_NAME, "SELECT")
    lake.create_lf_tag_expression(Name="open", Expression=OPEN)
    lake.grant(lake.role("analyst"), BY_NAME, "SELECT")
    refused("AccessDeniedException", lake.seen)
    lake.update_lf_tag_expression(Name="open", Expression=WIDER)
    assert lake.seen() == {"id", "email", "region", "paid", "lines"}
    lake.delete_lf_tag_expression(Name="open")
    refused("AccessDeniedException", lake.seen)
    assert lake.listed(ResourceType="LF_TAG_POLICY") == []


def test_who_may_save_and_read_expressions(lake: Any, refused: Any) -> None:
    author = lake.client("centre", "author")
    refused("AccessDeniedException", author.create_lf_tag_expression, Name="open", Expression=OPEN)
    lake.grant(lake.role("author"), {"Catalog": {}}, "CREATE_LF_TAG_EXPRESSION")
    refused("AccessDeniedException", author.create_lf_tag_expression, Name="open", Expression=OPEN)
    tag = {"LFTag": {"TagKey": "level", "TagValues": ["public"]}}
    lake.grant(lake.role("author"), tag, "GRANT_WITH_LF_TAG_EXPRESSION")
    author.create_lf_tag_expression(Name="open", Expression=OPEN)
    refused("AccessDeniedException", author.update_lf_tag_expression, Name="open", Expression=WIDER)
    stranger = lake.client("centre", "stranger")
    assert stranger.list_lf_tag_expressions()["LFTagExpressions"] == []
    refused("AccessDeniedException", stranger.get_lf_tag_expression, Name="open")
    refused("AccessDeniedException", stranger.delete_lf_tag_expression, Name="open")
    lake.grant(lake.role("stranger"), {"LFTagExpression": {"Name": "open"}}, "DESCRIBE")
    assert stranger.get_lf_tag_expression(Name="open")["Expression"] == OPEN
    author.delete_lf_tag_expression(Name="open")
