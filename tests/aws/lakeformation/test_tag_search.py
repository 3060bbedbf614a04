"""What has certain tags is found by them."""

from __future__ import annotations

from typing import Any

SALES = {"Database": {"Name": "sales"}}


def expression(**keys: list[str]) -> list[dict[str, Any]]:
    return [{"TagKey": key, "TagValues": values} for key, values in keys.items()]


def test_tables_are_found_by_their_own_tags_and_those_of_columns(lake: Any, columns: Any) -> None:
    lake.tag(SALES, level="internal", domain="sales")
    lake.tag(columns("email"), level="secret")
    secret = lake.search_tables_by_lf_tags(Expression=expression(level=["secret"]))["TableList"]
    assert [one["Table"]["Name"] for one in secret] == ["orders"]
    assert [one["Name"] for one in secret[0]["LFTagsOnColumns"]] == ["email"]
    both = lake.search_tables_by_lf_tags(Expression=expression(level=["internal", "public"], domain=["sales"]))
    assert [one["Table"]["Name"] for one in both["TableList"]] == ["orders", "returns"]
    none = lake.search_tables_by_lf_tags(Expression=expression(level=["internal"], domain=["customer"]))
    assert none["TableList"] == []


def test_databases_are_found_in_pages(lake: Any, refused: Any) -> None:
    for number in range(3):
        lake.make(f"d{number}")
        lake.tag({"Database": {"Name": f"d{number}"}}, level="public")
    asked = expression(level=["public"])
    first = lake.search_databases_by_lf_tags(Expression=asked, MaxResults=2)
    assert [one["Database"]["Name"] for one in first["DatabaseList"]] == ["d0", "d1"]
    rest = lake.search_databases_by_lf_tags(Expression=asked, MaxResults=2, NextToken=first["NextToken"])
    assert [one["Database"]["Name"] for one in rest["DatabaseList"]] == ["d2"]
    refused("EntityNotFoundException", lake.search_databases_by_lf_tags, Expression=expression(level=["unknown"]))
    stranger = lake.client("centre", "stranger")
    assert stranger.search_databases_by_lf_tags(Expression=asked)["DatabaseList"] == []


def test_tables_are_found_in_pages_over_databases(lake: Any) -> None:
    lake.make("archive", "a", "b")
    for base in ("archive", "sales"):
        lake.tag({"Database": {"Name": base}}, level="public")
    names, token = [], {}
    while True:
        page = lake.search_tables_by_lf_tags(Expression=expression(level=["public"]), MaxResults=1, **token)
        names += [f"{one['Table']['DatabaseName']}.{one['Table']['Name']}" for one in page["TableList"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert names == ["archive.a", "archive.b", "sales.orders", "sales.returns"]
