from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mesh_etl.contract.diff import ColumnSummary, Summary, diff, summary
from mesh_etl.contract.summary import RuleSummary

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
        ("map<string,int>", "map<string,string>", [("breaking", "a{value}")]),
        ("struct<x:int>", "struct<x:int,y:int>", [("additive", "a.y")]),
        ("struct<x:int,y:int>", "struct<x:bigint>", [("additive", "a.x"), ("breaking", "a.y")]),
        ("struct<x:int,y:int>", "struct<y:int,x:int>", [("cosmetic", "a")]),
    ],
)
def test_types_inside_columns(old, new, want):
    assert changes(replace(COLUMN, type=old), replace(COLUMN, type=new)) == want


@pytest.mark.parametrize(
    ("before", "after", "kind", "stored"),
    [
        ({}, {"required": True}, "additive", "unproven"),
        ({"required": True}, {}, "breaking", "fits"),
        ({}, {"unique": True}, "additive", "fits"),
        ({"unique": True}, {}, "breaking", "fits"),
        ({}, {"accepted": ("1",)}, "additive", "unproven"),
        ({"accepted": ("1",)}, {}, "breaking", "fits"),
        ({"accepted": ("1", "2")}, {"accepted": ("1",)}, "additive", "unproven"),
        ({"accepted": ("1",)}, {"accepted": ("1", "2")}, "breaking", "fits"),
        ({}, {"description": "words"}, "cosmetic", "fits"),
        ({}, {"classification": "personal"}, "additive", "fits"),
        ({}, {"deprecated": True}, "additive", "fits"),
        ({"deprecated": True}, {}, "cosmetic", "fits"),
    ],
)
def test_promises(before, after, kind, stored):
    old, new = replace(COLUMN, **before), replace(COLUMN, **after)
    (change,) = diff(replace(BASE, columns=(old,)), replace(BASE, columns=(new,)))
    assert (change.kind, change.stored, change.path) == (kind, stored, "a")


@pytest.mark.parametrize(
    ("old", "new", "turn"),
    [
        ({}, {"minLength": 2}, "tightened"),
        ({"maxLength": 9}, {"maxLength": 5}, "tightened"),
        ({"maxLength": 5}, {"maxLength": 9}, "loosened"),
        ({"minLength": 2}, {}, "loosened"),
        ({"minimum": [0, True]}, {"minimum": [1, True]}, "tightened"),
        ({"minimum": [0, True]}, {"minimum": [0, False]}, "tightened"),
        ({"maximum": [9, False]}, {"maximum": [9, True]}, "loosened"),
        ({"minimum": ["2020-01-01", True]}, {"minimum": ["2019-01-01", True]}, "loosened"),
        ({"pattern": "^a$"}, {"pattern": "^b$"}, "changed"),
        ({"multipleOf": 5}, {"multipleOf": 10}, "tightened"),
        ({"multipleOf": 0.1}, {"multipleOf": 0.01}, "loosened"),
        ({"multipleOf": 2}, {"multipleOf": 3}, "changed"),
        ({"required": ["x"]}, {"required": ["x", "y"]}, "tightened"),
        ({}, {"uniqueItems": True}, "tightened"),
    ],
)
def test_limits(old, new, turn):
    one, other = replace(COLUMN, limits=old), replace(COLUMN, limits=new)
    (change,) = diff(replace(BASE, columns=(one,)), replace(BASE, columns=(other,)))
    assert turn in change.text
    assert change.kind == ("additive" if turn == "tightened" else "breaking")
    assert change.stored == ("fits" if turn == "loosened" else "unproven")


@pytest.mark.parametrize(
    ("columns", "kind", "stored", "text"),
    [
        ((), "breaking", "fits", "removed"),
        ((COLUMN, ColumnSummary("b", "int")), "additive", "fits", "added as int"),
        ((COLUMN, ColumnSummary("b", "int", required=True)), "additive", "unfit", "required"),
    ],
)
def test_columns_come_and_go(columns, kind, stored, text):
    (change,) = diff(BASE, replace(BASE, columns=columns))
    assert (change.kind, change.stored) == (kind, stored)
    assert text in change.text


def test_a_column_with_the_same_id_was_renamed():
    old, new = ColumnSummary("a", "int", id="x"), ColumnSummary("b", "int", id="x")
    (change,) = diff(replace(BASE, columns=(old,)), replace(BASE, columns=(new,)))
    assert (change.kind, change.flag, change.stored) == ("breaking", "rename", "unfit")
    assert "renamed to 'b'" in change.text


def test_columns_that_swap_names_are_renamed():
    def columns(one, other):
        return replace(BASE, columns=(ColumnSummary(one, "int", id="x"), ColumnSummary(other, "int", id="y")))

    found = diff(columns("a", "b"), columns("b", "a"))
    assert [(change.flag, change.path) for change in found[:2]] == [("rename", "a"), ("rename", "b")]


def test_an_id_that_came_later_changes_nothing():
    assert diff(BASE, replace(BASE, columns=(replace(COLUMN, id="x"),))) == ()


def test_two_thousand_rules_and_columns_are_compared_at_once():
    columns = tuple(ColumnSummary(f"c{n}", "int", limits={}) for n in range(2000))
    rules = tuple(RuleSummary(f"c{n}", "library", "nullValues", comparison=("must_be", 0)) for n in range(2000))
    looser = tuple(replace(rule, comparison=("must_be_less_than", 5)) for rule in rules)
    found = diff(replace(BASE, columns=columns, rules=rules), replace(BASE, columns=columns[::-1], rules=looser[::-1]))
    assert len(found) == 2001


def test_a_field_deep_inside_is_renamed_by_its_id():
    def column(name):
        field = ColumnSummary(name, "int", id="deep", limits={}, parts=())
        item = ColumnSummary("[]", f"struct<{name}:int>", limits={}, parts=(field,))
        return ColumnSummary("a", f"array<struct<{name}:int>>", limits={}, parts=(item,))

    (change,) = diff(replace(BASE, columns=(column("x"),)), replace(BASE, columns=(column("y"),)))
    assert (change.kind, change.path, change.flag) == ("breaking", "a[].x", "rename")


def test_order_is_cosmetic():
    other = ColumnSummary("b", "int")
    (change,) = diff(replace(BASE, columns=(COLUMN, other)), replace(BASE, columns=(other, COLUMN)))
    assert (change.kind, change.path) == ("cosmetic", "columns")


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        ({"primary_key": ("a",)}, "breaking"),
        ({"partition_keys": ("a",)}, "additive"),
        ({"id": "sales.other"}, "breaking"),
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


def test_what_an_older_commit_did_not_keep_is_not_compared():
    old = Summary.from_json({"id": "x", "version": "1.0.0", "columns": [{"name": "a", "type": "struct<b:int>"}]})
    column = ColumnSummary("a", "struct<b:bigint>", limits={"minProperties": 1}, words="1", parts=())
    new = replace(old, columns=(replace(column, parts=None),), rules=(), levels=(), people={}, servers={"s": {}})
    assert [(one.kind, one.path) for one in diff(old, new)] == [("additive", "a.b")]
    assert old.unknown == ("rules", "service levels", "people", "servers")


def test_a_summary_of_another_shape_is_refused():
    with pytest.raises(TypeError):
        Summary.from_json({**BASE.to_json(), "colour": "red"})
