"""How functions and divisions are spelled that engines would answer each in its own way."""

from __future__ import annotations

import re

import pytest

from mesh_etl.expressions import expression, parse
from mesh_etl.expressions.alike import alike, in_ascii
from mesh_etl.expressions.division import divided, quotient

TYPES = {"c": "decimal(12,2)", "r": "decimal(38,10)", "i": "int", "b": "bigint", "d": "double", "s": "string"}
SAIL, SPARK = "decimal(6,5)", "decimal(7,6)"


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("not isnan(d)", "NOT COALESCE(ISNAN(d), FALSE)"),
        ("array_contains(a, i + 1)", "EXISTS(a, _mesh_e -> _mesh_e = i + 1)"),
        ("weekday(x)", "PMOD(DAYOFWEEK(x) + 5, 7)"),
        ("date_part('DayOfWeek', x)", "DAYOFWEEK(x)"),
        ("date_part('week', x)", "DATE_PART('week', x)"),
        ("timestampdiff(day, t, u)", "(TIMESTAMPDIFF(HOUR, t, u) DIV 24)"),
        ("datediff(week, t, u)", "(TIMESTAMPDIFF(HOUR, t, u) DIV 168)"),
        ("datediff(t, u)", "CAST(DATEDIFF(t, u) AS INT)"),
        ("timestampdiff(month, t, u)", "TIMESTAMPDIFF(MONTH, t, u)"),
        ("extract(year from x)", "EXTRACT(YEAR FROM x)"),
        ("levenshtein(s, s)", "LEVENSHTEIN(s, s)"),
        (r"regexp_count(s, '\\d')", "CAST(REGEXP_COUNT(s, '[0-9]') AS INT)"),
        (r"s rlike '\\d+'", "s RLIKE '[0-9]+'"),
        (r"regexp_replace(s, s, '\\d')", r"REGEXP_REPLACE(s, s, '\\d')"),
    ],
)
def test_spelling(text, spelled):
    assert parse.written(alike(parse.tree(expression(text).sql))) == spelled


@pytest.mark.parametrize(
    "text", ["initcap(initcap(s))", "isnan(d) and isnan(d)", "array_contains(array(isnan(d)), true)"]
)
def test_nothing_is_left_as_it_was_inside_of_others(text):
    spelled = parse.written(alike(parse.tree(text)))
    assert "INITCAP" not in spelled
    assert "ARRAY_CONTAINS" not in spelled
    assert spelled.count("ISNAN") == spelled.count("COALESCE(ISNAN")


@pytest.mark.parametrize("pattern", [r"\\w", r"[\\d]", r"(?U)\w", r"\Qa\w\E", "w", ""])
def test_a_pattern_without_a_class_stays(pattern):
    assert in_ascii(pattern) == pattern


@pytest.mark.parametrize("pattern", [r"\w+", r"\W", r"[^\w-]", r"[\s.]+", r"\\\d", r"a\Db"])
def test_a_class_is_that_of_ascii(pattern):
    """As Python has it, whose sets are not one in another."""
    for text in ("aß_1", "a b", "a\u00a0b", "٣", "a-b", "\\3", "a\tb", "a\x0bb", "axb"):
        ours = re.sub(r"\[(\^?)\[(?!\^)([^]]*)\]", r"[\1\2", in_ascii(pattern))
        assert re.findall(ours, text) == re.findall(pattern, text, re.ASCII)


@pytest.mark.parametrize(
    ("dividend", "divisor", "digits"),
    [
        ((12, 2), (1, 0), (16, 6)),
        ((12, 2), (5, 4), (22, 8)),
        ((2, 1), (1, 0), (7, 6)),
        ((38, 10), (12, 2), (38, 8)),
        ((38, 38), (38, 38), (38, 6)),
        ((38, 0), (38, 30), (38, 6)),
    ],
)
def test_the_digits_of_a_quotient(dividend, divisor, digits):
    assert quotient(dividend, divisor) == digits


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("c / 3", "CAST(CAST(c AS DECIMAL(38, 3)) / 3 AS DECIMAL(16, 6))"),
        ("-(c) / -3", "CAST(CAST(-(c) AS DECIMAL(38, 3)) / -3 AS DECIMAL(16, 6))"),
        ("c / r", "CAST(CAST(c AS DECIMAL(38, 15)) / r AS DECIMAL(38, 18))"),
        ("i / c", "CAST(CAST(i AS DECIMAL(38, 10)) / c AS DECIMAL(25, 13))"),
        ("avg(c)", "CAST(CAST(SUM(c) AS DECIMAL(38, 3)) / NULLIF(COUNT(c), 0) AS DECIMAL(16, 6))"),
        ("(1 / 3) + c / 3", "(1 / 3) + CAST(CAST(c AS DECIMAL(38, 3)) / 3 AS DECIMAL(16, 6))"),
        ("avg(d)", "AVG(d)"),
        ("i / 3", "i / 3"),
        ("c / d", "c / d"),
        ("c / s", "c / s"),
        ("3 / 4", "3 / 4"),
    ],
)
def test_a_division_of_decimals_is_cast(text, spelled):
    def kinds(parts):
        return {part: SAIL if "/" in part else TYPES.get(part.strip("-()"), "") for part in parts}

    (made,) = divided([parse.tree(text)], kinds)
    assert parse.written(made) == spelled


def test_spark_divides_as_it_does():
    (made,) = divided(
        [parse.tree("c / 3 / i")], lambda parts: {part: SPARK if "/" in part else "decimal(12,2)" for part in parts}
    )
    assert parse.written(made) == "c / 3 / i"
