"""How rulesets of DQDL are read: what they say, where they stop being DQDL, and what has no counterpart."""

from __future__ import annotations

import re
from decimal import Decimal

import pyarrow as pa
import pytest

from mesh_etl.checks.dqdl import Malformed, ruleset
from mesh_etl.checks.dqdl.parse import Condition, DqdlRule, Foreign, Keyword
from mesh_etl.checks.dqdl.values import length_test, value_test
from mesh_etl.contract.types import parse


def rules(text):
    return list(ruleset(text))


def test_a_document_has_a_list_of_rules():
    text = """# all of them
    Rules = [
        IsComplete "order-id",  # a comment, with a comma
        ColumnValues "a" not between -1.5 and 2 with threshold >= 0.9,
        ReferentialIntegrity "x" "primary.y" = 1.0,
        ((RowCount > 1) and (IsUnique a "b"))
    ]"""
    assert rules(text) == [
        DqdlRule("IsComplete", ("order-id",)),
        DqdlRule(
            "ColumnValues",
            ("a",),
            Condition("not between", (Decimal("-1.5"), Decimal(2))),
            Condition(">=", (Decimal("0.9"),)),
        ),
        DqdlRule("ReferentialIntegrity", ("x", "primary.y"), Condition("=", (Decimal(1),))),
        DqdlRule("RowCount", (), Condition(">", (Decimal(1),))),
        DqdlRule("IsUnique", ("a", "b")),
    ]
    assert rules("Rules = []") == []


def test_a_text_may_be_one_rule():
    assert rules(r'ColumnValues "a" in ["x\"y", NULL, EMPTY]') == [
        DqdlRule("ColumnValues", ("a",), Condition("in", ('x"y', Keyword("NULL"), Keyword("EMPTY"))))
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('IsComplete "a" where "b > 1"', "where"),
        ('ColumnValues "a" > (now() - 3 days)', "computed"),
        ('ColumnValues "a" > now()', "computed"),
        ("RowCount > avg(last(3))", "computed"),
        ("RowCount > 2 * 3", "calculates"),
        ('DataFreshness "a" <= 24 hours', "hours"),
        ("FileSize < 2 MB", "MB"),
        ('ColumnValues "a" in $allowed', "constant"),
        ('ColumnValues "a" in ["x", $other]', "computed"),
        ('IsComplete "a" with team = "x"', "tag"),
        ('(RowCount > 1) or (IsComplete "a")', "or"),
        ('(RowCount > 1) and ((IsComplete "a") or (IsComplete "b"))', "or"),
    ],
)
def test_what_has_no_counterpart_says_why(text, reason):
    assert any(reason in rule.foreign for rule in rules(text))


def test_sections_beside_the_rules_are_told():
    found = rules('allowed = ["x"] Rules = [ RowCount > 1 ] Analyzers = [ Completeness "a" ]')
    assert [(rule.type, bool(rule.foreign)) for rule in found] == [
        ("allowed", True), ("RowCount", False), ("Analyzers", True)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "offset", "problem"),
    [
        ("", 0, "no rule"),
        ("Rules = [ RowCount > 1", 8, "'[' is not closed"),
        ("Rules = RowCount > 1", 8, "'[' is expected"),
        ("Rules = [ RowCount > 1, ]", 22, "missing beside ','"),
        ("Rules = [ , RowCount > 1 ]", 10, "missing beside ','"),
        ("Rules = [ RowCount > 1 ] more", 25, "a section"),
        ("Rules = [ RowCount > 1 ) ]", 23, "')' closes nothing"),
        ('IsComplete "a', 11, "quotation mark"),
        ("IsComplete ;", 11, "unexpected character"),
        ("RowCount >", 10, "a value is expected"),
        ("RowCount between 1", 18, "'and' is expected"),
        ('ColumnValues "a" in "x"', 20, "'[' is expected"),
        ('ColumnValues "a" in ["x" "y"]', 25, "',' or ']'"),
        ('ColumnValues "a" not > 1', 21, "'between', 'in' or 'matches'"),
        ('ColumnValues "a" > 1 with threshold', 35, "a comparison"),
        ("RowCount > 1 2", 13, "should end here"),
        ("(RowCount > 1) and RowCount > 2", 19, "parentheses"),
        ("() and (RowCount > 1)", 0, "parentheses"),
        ('"RowCount" > 1', 0, "type of a rule"),
    ],
)
def test_what_is_no_dqdl_is_refused_at_its_place(text, offset, problem):
    with pytest.raises(Malformed, match=re.escape(problem)) as raised:
        rules(text)
    assert raised.value.offset == offset


def broken(test, values, kind):
    batch = pa.RecordBatch.from_arrays([pa.array(values, kind)], ["c"])
    mask = test.broken(batch)
    return [False] * len(values) if mask is None else [bool(one) for one in mask.to_pylist()]


def values_of(text):
    return rules(f'ColumnValues "c" {text}')[0].condition


@pytest.mark.parametrize(
    ("text", "kind", "values", "wanted"),
    [
        ("= 1", "int", [1, 2, None], [False, True, True]),
        ("!= 1", "int", [1, 2, None], [True, False, False]),
        ("!= NULL", "int", [1, None], [False, True]),
        ("= NULL", "int", [1, None], [True, False]),
        ("in [1, NULL]", "int", [1, 2, None], [False, True, False]),
        ("not in [1, NULL]", "int", [1, 2, None], [True, False, True]),
        ("> 1", "int", [1, 2, None], [True, False, True]),
        (">= 1.5", "bigint", [1, 2, None], [True, False, True]),
        ("between 1 and 3", "int", [1, 2, 3, None], [True, False, True, True]),
        ("<= 0.5", "double", [0.5, 0.51, None], [False, True, True]),
        ("< 0.5", "decimal(4,2)", [Decimal("0.49"), Decimal("0.50")], [False, True]),
        ('in ["a", EMPTY]', "string", ["a", "", "b", None], [False, False, True, True]),
        ('matches "a|b+"', "string", ["a", "bb", "ab", "xa", None], [False, False, True, True, True]),
    ],
)
def test_null_breaks_all_but_the_negative(text, kind, values, wanted):
    from mesh_etl.kernels.schema import arrow

    type_ = parse(kind)
    assert broken(value_test("r", "c", type_, values_of(text)), values, arrow(type_)) == wanted


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('> "a"', "string"),
        ("> 1", "string"),
        ('= "1"', "int"),
        ("> NULL", "int"),
        ('= "2024-01-01"', "timestamp"),
        ('matches "1"', "int"),
        (r'matches "(?=a)"', "string"),
        ('not matches "a"', "string"),
        ("not between 1 and 2", "int"),
        ("in [WHITESPACES_ONLY]", "string"),
    ],
)
def test_what_dqdl_converts_or_orders_in_its_own_way_is_foreign(text, kind):
    with pytest.raises(Foreign):
        value_test("r", "c", parse(kind), values_of(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("= 2", [True, True, False, True]),
        ("> 1", [True, True, False, False]),
        (">= 0", [False, False, False, False]),
        ("< 3", [False, False, False, True]),
        ("<= 0", [False, False, True, True]),
        ("between 1 and 3", [True, True, False, True]),
    ],
)
def test_null_has_the_length_of_nothing(text, wanted):
    test = length_test("r", "c", parse("string"), values_of(text))
    assert broken(test, [None, "", "ab", "abc"], pa.string()) == wanted
