"""Partitions by a condition on their keys, and by segments."""

from __future__ import annotations

from typing import Any

import pytest

KEYS = {"region": "string", "day": "date", "year": "int", "amount": "decimal(9,2)", "at": "timestamp"}
ROWS = {
    "a": ["north", "2024-01-31", "2024", "9.5", "2024-01-31 10:00:00"],
    "b": ["south", "2024-02-01", "2023", "10.50", "2024-02-01 00:00:00"],
    "c": ["it's_east", "2024-11-30", "999", "-1", "2024-11-30 23:59:59"],
    "d": ["__HIVE_DEFAULT_PARTITION__", "2025-01-01", "2025", "0", "2025-01-01 00:00:00"],
}


@pytest.fixture
def table(glue: Any) -> Any:
    glue.create_database(DatabaseInput={"Name": "s"})
    keys = [{"Name": name, "Type": kind} for name, kind in KEYS.items()]
    glue.create_table(DatabaseName="s", TableInput={"Name": "t", "PartitionKeys": keys})
    partitions = [{"Values": values, "Parameters": {"id": name}} for name, values in ROWS.items()]
    glue.batch_create_partition(DatabaseName="s", TableName="t", PartitionInputList=partitions)
    return glue


def found(glue: Any, **parameters: Any) -> str:
    answer = glue.get_partitions(DatabaseName="s", TableName="t", **parameters)
    return "".join(sorted(one["Parameters"]["id"] for one in answer["Partitions"]))


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("year = 2024", "a"),
        ("year = '2024'", "a"),
        ("YEAR <> 2024", "bcd"),
        ("year != 2024", "bcd"),
        ("year < 2023", "c"),  # as numbers, not as texts
        ("2023 <= year", "abd"),
        ("year >= 2023 AND year <= 2024", "ab"),
        ("year BETWEEN 2023 AND 2024", "ab"),
        ("year NOT BETWEEN 2023 AND 2024", "cd"),
        ("year IN (2023, 2025)", "bd"),
        ("year NOT IN (2023, 2025)", "ac"),
        ("region = 'north' OR region = 'south'", "ab"),
        ("NOT (region = 'north')", "bc"),  # of NULL nothing is known, nor is its contrary
        ("region = 'it''s_east'", "c"),
        ("region LIKE '%th'", "ab"),
        ("region LIKE 'n_rth'", "a"),
        ("region LIKE 'it''s%'", "c"),
        ("region NOT LIKE '%th'", "c"),
        ("region IS NULL", "d"),
        ("region IS NOT NULL", "abc"),
        ("region = 'north' OR year = 2025", "ad"),
        ("(region = 'north' OR year = 999) AND NOT day > '2024-06-01'", "a"),
        ("day >= '2024-02-01'", "bcd"),
        ("day = DATE '2024-02-01'", "b"),
        ("at < '2024-02-01 00:00:00'", "a"),
        ("amount > 9.5", "b"),
        ("amount = 10.5", "b"),
        ("amount = -1", "c"),
        ("", "abcd"),
    ],
)
def test_a_condition_is_typed_by_the_key(table: Any, expression: str, wanted: str) -> None:
    assert found(table, Expression=expression) == wanted


@pytest.mark.parametrize(
    "expression",
    ["colour = 'red'", "year = 'many'", "day = 'yesterday'", "year =", "year", "1 = 1", "year = year", "year + 1 = 2",
     "upper(region) = 'NORTH'", "year LIKE '20%'", "year IN (SELECT 1)", "region = north", "year = 2024; drop",
     "region RLIKE 'n.*'", "EXISTS (SELECT 1)"],
)  # fmt: skip
def test_what_glue_does_not_read_is_refused(table: Any, expression: str) -> None:
    with pytest.raises(table.exceptions.InvalidInputException):
        found(table, Expression=expression)


def test_a_condition_goes_through_all_pages(table: Any) -> None:
    pages = table.get_paginator("get_partitions").paginate(
        DatabaseName="s", TableName="t", Expression="year > 2000", PaginationConfig={"PageSize": 1}
    )
    assert [len(page["Partitions"]) for page in pages] == [1, 1, 1]


def test_segments_together_are_the_table(table: Any) -> None:
    parts = [found(table, Segment={"SegmentNumber": number, "TotalSegments": 3}) for number in range(3)]
    assert "".join(sorted("".join(parts))) == "abcd"
    with pytest.raises(table.exceptions.InvalidInputException):
        found(table, Segment={"SegmentNumber": 3, "TotalSegments": 3})
