"""How integer arithmetic is spelled for an engine, and which types are asked for."""

from __future__ import annotations

import pytest

from mesh_etl.expressions import expression, parse
from mesh_etl.expressions.exact import exact, operands

TYPES = {"i": "int", "t": "tinyint", "b": "bigint", "d": "double", "c": "decimal(10,2)", "x": "date", "n": "void"}
WIDE = "DECIMAL(19,0)"


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("i + 1", "CAST(-(-(CAST(i AS BIGINT) + CAST(1 AS BIGINT))) AS INT)"),
        ("t * t", "CAST(-(-(CAST(t AS BIGINT) * CAST(t AS BIGINT))) AS TINYINT)"),
        ("b - i", f"CAST(-(-(CAST(b AS {WIDE}) - CAST(i AS {WIDE}))) AS BIGINT)"),
        ("-(i)", "-(i)"),
        ("i + -2147483648", "CAST(-(-(CAST(i AS BIGINT) + CAST(-2147483648 AS BIGINT))) AS INT)"),
        ("i + 2147483648", f"CAST(-(-(CAST(i AS {WIDE}) + CAST(2147483648 AS {WIDE}))) AS BIGINT)"),
        ("i div t", "CAST(i AS BIGINT) DIV CAST(t AS BIGINT)"),
        ("sum(i)", f"CAST(SUM(CAST(i AS {WIDE})) AS BIGINT)"),
        ("sum(distinct b)", f"CAST(SUM(DISTINCT CAST(b AS {WIDE})) AS BIGINT)"),
        ("sum(b) filter (where d > 1)", f"CAST(SUM(CAST(b AS {WIDE})) FILTER(WHERE d > 1) AS BIGINT)"),
        ("i + 9223372036854775808", "i + 9223372036854775808"),
        ("i + 1.5", "i + 1.5"),
        ("i + d", "i + d"),
        ("c * i", "c * i"),
        ("x + i", "x + i"),
        ("i + n", "i + n"),
        ("i + '1'", "i + '1'"),
        ("i + unknown", "i + unknown"),
        ("sum(d)", "SUM(d)"),
    ],
)
def test_spelling(text, spelled):
    tree = parse.tree(text)
    assert parse.written(exact(tree, TYPES)) == spelled
    assert tree == parse.tree(text)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("a", []),
        ("1 + 2", []),
        ("a + b * 2", ["a", "b"]),
        ("-(a) + f(b - c)", ["a", "F(b - c)", "b", "c"]),
        ("transform(l, (x, k) -> x.z + k)", ["element_at(l, 1).z", "0"]),
        ("aggregate(l, cast(0 as bigint), (p, q) -> p + q, p -> p * 2)", ["CAST(0 AS BIGINT)", "element_at(l, 1)"]),
        ("transform(l, x -> transform(x, y -> y + 1))", ["element_at(element_at(l, 1), 1)"]),
        ("zip_with(l, m, (x, y) -> x + y)", ["element_at(l, 1)", "element_at(m, 1)"]),
        ("array_sort(l, (x, y) -> x - y)", ["element_at(l, 1)"]),
        ("transform_values(m, (k, v) -> v + 1)", ["element_at(map_values(m), 1)"]),
        ("case when a > 1 then 1 else c end", ["COALESCE(1, c)"]),
        ("if(a, null, b) + 1", ["COALESCE(b)"]),
        ("abs(case when a then case when b then 1 else c end end) + 1", ["COALESCE(COALESCE(1, c))", "COALESCE(1, c)"]),
    ],
)
def test_parts_whose_type_is_asked_for(text, asked):
    found = {part.upper() for part in operands(parse.tree(text))}
    assert {part.upper() for part in asked} <= found
    assert len(found) <= len(asked) + 1


def test_a_choice_has_the_type_of_its_branches():
    tree = parse.tree("if(a, 1, c)")
    assert parse.written(exact(tree, {"COALESCE(1, c)": "decimal(12,2)"})) == "CAST(IF(a, 1, c) AS DECIMAL(12,2))"
    assert parse.written(exact(tree, {"COALESCE(1, c)": "array<int>"})) == "IF(a, 1, c)"


def test_a_chain_has_an_end():
    assert expression(" + ".join("a" * 51)).columns == ("a",)
    with pytest.raises(ValueError, match="more than 50 of"):
        expression(" + ".join("a" * 52))
