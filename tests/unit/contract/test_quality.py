from __future__ import annotations

import pytest

from mesh_etl.contract.comparison import OPERATORS, Comparison
from mesh_etl.contract.placeholders import UnknownPlaceholder, render


@pytest.mark.parametrize(
    ("operator", "operand", "holds", "fails"),
    [
        ("must_be", 3, [3], [2, None]),
        ("must_be", None, [None], [0]),
        ("must_not_be", 3, [2], [3, None]),
        ("must_be_greater_than", 3, [4], [3, None]),
        ("must_be_greater_or_equal_to", 3, [3], [2]),
        ("must_be_less_than", 3, [2], [3, None]),
        ("must_be_less_or_equal_to", 3, [3], [4]),
        ("must_be_between", (3, 5), [4], [2, 3, 5, 6, None]),
        ("must_not_be_between", (3, 5), [2, 3, 5, 6], [4, None]),
    ],
)
def test_comparisons(operator, operand, holds, fails):
    comparison = Comparison(operator, operand)
    assert [comparison.holds(value) for value in holds] == [True] * len(holds)
    assert [comparison.holds(value) for value in fails] == [False] * len(fails)


def test_the_ends_belong_to_a_closed_interval():
    assert Comparison("must_be_between", (3, 5), closed=True).holds(3)
    assert not Comparison("must_not_be_between", (3, 5), closed=True).holds(3)


RULE = "{name: a, logicalType: string, quality: [{metric: nullValues, mustBeBetween: [3, 5]}]}"


def test_a_contract_can_say_that_intervals_include_their_ends(one_column):
    plain = one_column(RULE).column("a").quality[0].comparison
    switch = "customProperties: [{property: mustBeBetween, value: inclusive}]"
    switched = one_column(RULE, rest=switch).column("a").quality[0].comparison
    assert [one.holds(3) for one in (plain, switched)] == [False, True]


def test_the_switch_takes_two_words(faults):
    switch = "customProperties: [{property: mustBeBetween, value: closed}]"
    (fault,) = faults(RULE, rest=switch)
    assert fault.code == "BAD_SWITCH"
    assert fault.where == "contract.yaml:9:53"


def test_every_operator_reads_as_a_sign():
    assert len({str(Comparison(operator, (1, 2))) for operator in OPERATORS}) == len(OPERATORS)
    assert str(Comparison("must_be_between", (1, 2))) == "between 1 and 2 (exclusive)"


def test_each_key_of_the_standard_is_one_comparison(one_column):
    keys = [
        "mustBe",
        "mustNotBe",
        "mustBeGreaterThan",
        "mustBeGreaterOrEqualTo",
        "mustBeLessThan",
        "mustBeLessOrEqualTo",
    ]
    rules = [f"{{metric: nullValues, {key}: 7}}" for key in keys]
    rules += [f"{{metric: nullValues, {key}: [7, 9]}}" for key in ("mustBeBetween", "mustNotBeBetween")]
    column = one_column(f"{{name: a, logicalType: string, quality: [{', '.join(rules)}]}}").column("a")
    assert [rule.comparison.operator for rule in column.quality] == list(OPERATORS)
    assert column.quality[-1].comparison.operand == (7, 9)


@pytest.mark.parametrize("query", ["{object}.{property}", "${table}.${column}", "{ Object }.{field}"])
def test_placeholders_are_replaced(query):
    assert render(query, "t", "c") == "t.c"


def test_what_looks_like_a_placeholder_but_is_none_stays():
    assert render("select '{1,2}'", "t", None) == "select '{1,2}'"


@pytest.mark.parametrize("query", ["{property}", "{objects}"])
def test_placeholders_that_stand_for_nothing_are_refused(query):
    with pytest.raises(UnknownPlaceholder, match="stands for nothing"):
        render(query, "t", None)
