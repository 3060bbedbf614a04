from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mesh_etl.contract.diff import ColumnSummary, Summary, diff, summary

COLUMN = ColumnSummary("a", "int")
BASE = Summary("sales.orders", "1.0.0", (COLUMN,))


def changes(old: ColumnSummary, new: ColumnSummary) -> list[tuple[str, str]]:
    found = diff(replace(BASE, columns=(old,)), replace(BASE, columns=(new,)))
    return [(change.kind, change.path) for change in found]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("int", "bigint", "additive"),
        ("tinyint", "smallint", "additive"),
        ("int", "double", "additive"),
        ("float", "double", "additive"),
        ("int", "decimal(10,0)", "additive"),
        ("decimal(12,2)", "decimal(14,2)", "additive"),
        ("decimal(12,2)", "decimal(14,4)", "additive"),
        ("varchar(10)", "varchar(20)", "additive"),
        ("varchar(10)", "string", "additive"),
        ("bigint", "int", "breaking"),
        ("bigint", "double", "breaking"),
        ("int", "float", "breaking"),
        ("int", "decimal(9,0)", "breaking"),
        ("decimal(12,2)", "decimal(12,3)", "breaking"),
        ("decimal(14,2)", "decimal(12,2)", "breaking"),
        ("varchar(20)", "varchar(10)", "breaking"),
        ("string", "varchar(10)", "breaking"),
        ("date", "timestamp", "breaking"),
        ("timestamp", "timestamp_ntz", "breaking"),
        ("int", "string", "breaking"),
        ("array<int>", "int", "breaking"),
    ],
)
def test_types(old, new, kind):
    assert changes(replace(COLUMN, type=old), replace(COLUMN, type=new)) == [(kind, "a")]


@pytest.mark.parametrize(
    ("old", "new", "want"),
    [
        ("array<int>", "array<bigint>", [("additive", "a[]")]),
        ("map<string,int>", "map<string,string>", [("breaking", "a.value")]),
        ("struct<x:int>", "struct<x:int,y:int>", [("additive", "a.y")]),
        ("struct<x:int,y:int>", "struct<x:bigint>", [("additive", "a.x"), ("breaking", "a.y")]),
        ("struct<x:int,y:int>", "struct<y:int,x:int>", [("cosmetic", "a")]),
    ],
)
def test_types_inside_columns(old, new, want):
    assert changes(replace(COLUMN, type=old), replace(COLUMN, type=new)) == want


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({}, {"required": True}, "breaking"),
        ({"required": True}, {}, "breaking"),
        ({}, {"unique": True}, "breaking"),
        ({}, {"accepted": ("1",)}, "breaking"),
        ({"accepted": ("1",)}, {}, "additive"),
        ({"accepted": ("1", "2")}, {"accepted": ("1",)}, "breaking"),
        ({"accepted": ("1",)}, {"accepted": ("1", "2")}, "additive"),
        ({}, {"description": "words"}, "cosmetic"),
        ({}, {"classification": "personal"}, "cosmetic"),
        ({}, {"deprecated": True}, "cosmetic"),
    ],
)
def test_promises(before, after, kind):
    assert changes(replace(COLUMN, **before), replace(COLUMN, **after)) == [(kind, "a")]


@pytest.mark.parametrize(
    ("columns", "kind", "path", "text"),
    [
        ((), "breaking", "a", "removed"),
        ((COLUMN, ColumnSummary("b", "int")), "additive", "b", "added as int"),
        ((COLUMN, ColumnSummary("b", "int", required=True)), "breaking", "b", "required"),
    ],
)
def test_columns_come_and_go(columns, kind, path, text):
    (change,) = diff(BASE, replace(BASE, columns=columns))
    assert (change.kind, change.path) == (kind, path)
    assert text in change.text


def test_a_column_with_the_same_id_was_renamed():
    old, new = ColumnSummary("a", "int", id="x"), ColumnSummary("b", "int", id="x")
    removed, added = diff(replace(BASE, columns=(old,)), replace(BASE, columns=(new,)))
    assert (removed.kind, removed.text, added.kind) == ("breaking", "renamed to 'b'", "additive")


def test_order_is_cosmetic():
    other = ColumnSummary("b", "int")
    (change,) = diff(replace(BASE, columns=(COLUMN, other)), replace(BASE, columns=(other, COLUMN)))
    assert (change.kind, change.path) == ("cosmetic", "columns")


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        ({"primary_key": ("a",)}, "breaking"),
        ({"partition_keys": ("a",)}, "breaking"),
        ({"id": "sales.other"}, "breaking"),
        ({"version": "1.0.1"}, "cosmetic"),
        ({"description": "words"}, "cosmetic"),
    ],
)
def test_tables(after, kind):
    assert [change.kind for change in diff(BASE, replace(BASE, **after))] == [kind]


def test_the_same_contract_has_no_changes():
    assert diff(BASE, BASE) == ()


def test_a_summary_survives_the_ledger(one_column):
    found = summary(
        one_column(
            "{name: a, id: x, logicalType: integer, primaryKey: true, description: key}",
            "{name: b, logicalType: string, physicalType: varchar(9), enum: [{value: O}], unique: true}",
            "{name: c, logicalType: timestamp, logicalTypeOptions: {timezone: false}, partitioned: true}",
        )
    )
    assert Summary.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert [column.type for column in found.columns] == ["bigint", "varchar(9)", "timestamp_ntz"]
    assert found.columns[0].required
    assert found.columns[1].accepted == ('"O"',)
    assert (found.primary_key, found.partition_keys) == (("a",), ("c",))


def test_a_summary_of_another_shape_is_refused():
    with pytest.raises(TypeError):
        Summary.from_json({**BASE.to_json(), "colour": "red"})
