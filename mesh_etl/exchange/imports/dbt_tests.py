"""What the data tests of dbt, dbt_utils and dbt_expectations say in the words of a contract."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mesh_etl.config.document import Loc
from mesh_etl.exchange.drafting import Part, put_option, put_pattern, put_values
from mesh_etl.exchange.facts import Facts
from mesh_etl.expressions import expression

_JINJA_TEXT = re.compile(r"\{\{ '(\{[{%#])' \}\}")
_SETTINGS = ("config", "name", "severity", "description", "arguments", "test_name", "tags", "meta", "where", "limit")
_ALIASES = {
    "dbt_expectations.expect_column_values_to_not_be_null": "not_null",
    "dbt_expectations.expect_column_values_to_be_unique": "unique",
    "dbt_expectations.expect_column_values_to_be_in_set": "accepted_values",
    "dbt_expectations.expect_compound_columns_to_be_unique": "dbt_utils.unique_combination_of_columns",
}


@dataclass(frozen=True)
class Test:
    """A data test: its name with the package, its arguments, its settings, and where it stands."""

    name: str
    arguments: dict[str, Any]
    settings: dict[str, Any]
    loc: Loc

    @classmethod
    def read(cls, stated: Any, loc: Loc) -> Test:
        """The test in either form of a properties file: a name, or a mapping that the name leads or is told in."""
        if not isinstance(stated, dict) or not stated:
            return cls(str(stated), {}, {}, loc)
        body = stated if "test_name" in stated else next(iter(stated.values())) or {}
        name = str(stated.get("test_name") or next(iter(stated)))
        if not isinstance(body, dict):
            return cls(name, {}, {}, loc)
        nested = body["arguments"] if isinstance(body.get("arguments"), dict) else {}
        beside = {key: one for key, one in body.items() if key not in _SETTINGS}
        return cls(name, {**beside, **nested}, {key: body[key] for key in _SETTINGS if key in body}, loc)

    @property
    def _config(self) -> dict[str, Any]:
        stated = self.settings.get("config")
        return stated if isinstance(stated, dict) else {}

    @property
    def warns(self) -> bool:
        """Whether a failure is only told."""
        config = self._config
        return str(config.get("severity", self.settings.get("severity", "error"))).lower() == "warn"

    @property
    def partial(self) -> bool:
        """Whether it looks at some rows only, or tolerates some that fail."""
        config = self._config
        limits = {"where", "limit", "error_if", "warn_if", "fail_calc"} & (config.keys() | self.settings.keys())
        return bool(limits) or "row_condition" in self.arguments or "group_by_columns" in self.arguments


Carrier = Callable[[Test, Part], bool]


def carried(test: Test, part: Part, facts: Facts) -> None:
    """The column or table `part` says what the test says, or the report says that it does not."""
    carry = _CARRIERS.get(_ALIASES.get(test.name, test.name))
    if test.partial:
        facts.lose("it looks at some rows only, or tolerates failures", *test.loc)
    elif test.name == "dbt_expectations.expect_column_values_to_match_regex" and not test.warns:
        put_pattern(part, plain(test.arguments.get("regex")), facts, *test.loc)
    elif _ALIASES.get(test.name, test.name) == "accepted_values" and not (test.warns or "name" in test.settings):
        put_values(part, _values(test, part), facts, *test.loc)
    elif carry is None or not carry(test, part):
        facts.lose("no rule of a contract says this", *test.loc)
    else:
        facts.say(*test.loc)
    names = {rule.get("name") for rule in part.get("quality", ())} - {None}
    named = isinstance(test.settings.get("name"), str) and test.settings["name"] in names
    for key in ("description", "tags", "meta", *(() if named else ("name",))):
        for loc in (test.loc, (*test.loc, test.name)):
            facts.lose("a contract has no place for it", *loc, key)


def plain(text: Any) -> Any:
    """The text as dbt shows it, where it is nothing but text."""
    return _JINJA_TEXT.sub(r"\1", text) if isinstance(text, str) else text


def _values(test: Test, part: Part) -> list[Any]:
    stated = test.arguments.get("values", test.arguments.get("value_set"))
    values = [plain(one) for one in stated] if isinstance(stated, list) else []
    if part.get("logicalType") == "string":
        return values
    return [_number(one) for one in values]


def _number(value: Any) -> Any:
    """dbt writes numbers as text unless it is told not to quote them."""
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    return value


def _rule(test: Test, part: Part, rule: Part) -> bool:
    """The rule is stated, under the test's own name, and as a warning where the test only warns."""
    named = {"name": test.settings["name"]} if isinstance(test.settings.get("name"), str) else {}
    mild = {"severity": "warning"} if test.warns else {}
    part.setdefault("quality", []).append({**named, **rule, **mild})
    return True


def _not_null(test: Test, part: Part) -> bool:
    if test.warns or "name" in test.settings:
        return _rule(test, part, {"metric": "nullValues", "mustBe": 0})
    part["required"] = True
    return True


def _unique(test: Test, part: Part) -> bool:
    if test.warns or "name" in test.settings:
        return _rule(test, part, {"metric": "duplicateValues", "mustBe": 0})
    part["unique"] = True
    return True


def _accepted(test: Test, part: Part) -> bool:
    return _rule(
        test, part, {"metric": "invalidValues", "arguments": {"validValues": _values(test, part)}, "mustBe": 0}
    )


def _relationship(test: Test, part: Part) -> bool:
    model = re.search(r"ref\(.*'([^']+)'\s*\)", str(test.arguments.get("to", "")))
    field = test.arguments.get("field")
    if not model or not isinstance(field, str) or test.warns:
        return False
    to = f"{model[1]}.yaml#/schema/{model[1]}/properties/{field}"
    part.setdefault("relationships", []).append({"to": to})
    return True


def _range(test: Test, part: Part) -> bool:
    ends = {key: test.arguments.get(key) for key in ("min_value", "max_value")}
    numbers = all(
        isinstance(one, int | float) and not isinstance(one, bool) for one in ends.values() if one is not None
    )
    if test.warns or part.get("logicalType") not in ("integer", "number") or not numbers:
        return False
    open_ends = test.arguments.get("inclusive", True) is False or test.arguments.get("strictly", False) is True
    for key, closed, opened in (
        ("min_value", "minimum", "exclusiveMinimum"),
        ("max_value", "maximum", "exclusiveMaximum"),
    ):
        if ends[key] is not None:
            put_option(part, opened if open_ends else closed, ends[key])
    return True


def _length(test: Test, part: Part) -> bool:
    exact = test.arguments.get("value")
    low, high = test.arguments.get("min_value", exact), test.arguments.get("max_value", exact)
    if test.warns or part.get("logicalType") != "string" or "strictly" in test.arguments:
        return False
    for key, value in (("minLength", low), ("maxLength", high)):
        if isinstance(value, int) and value >= 0:
            put_option(part, key, value)
    return low is not None or high is not None


def _not_empty(test: Test, part: Part) -> bool:
    return _length(Test(test.name, {"min_value": 1}, test.settings, test.loc), part)


def _proportion(test: Test, part: Part) -> bool:
    least = test.arguments.get("at_least")
    if not isinstance(least, int | float) or "at_most" in test.arguments:
        return False
    most = round((1 - least) * 100, 10)
    return _rule(test, part, {"metric": "nullValues", "unit": "percent", "mustBeLessOrEqualTo": most})


def _combination(test: Test, part: Part) -> bool:
    among = test.arguments.get("combination_of_columns", test.arguments.get("column_list"))
    if not isinstance(among, list) or not all(isinstance(one, str) for one in among):
        return False
    return _rule(test, part, {"metric": "duplicateValues", "arguments": {"properties": among}, "mustBe": 0})


def _row_count(test: Test, part: Part) -> bool:
    exact = test.arguments.get("value")
    low, high = test.arguments.get("min_value"), test.arguments.get("max_value")
    if exact is not None:
        return _rule(test, part, {"metric": "rowCount", "mustBe": exact})
    if low is not None:
        _rule(test, part, {"metric": "rowCount", "mustBeGreaterOrEqualTo": low})
    if (
        high is not None
    ):  # apart from the other end: whether an interval has its ends, a contract says for all its rules
        unnamed = test if low is None else Test(test.name, {}, {**test.settings, "name": None}, test.loc)
        _rule(unnamed, part, {"metric": "rowCount", "mustBeLessOrEqualTo": high})
    return low is not None or high is not None


def _expression(test: Test, part: Part) -> bool:
    """The same expression, where it is one that this library can check, and about a whole row."""
    text = plain(test.arguments.get("expression"))
    if not isinstance(text, str) or "properties" not in part:
        return False
    try:
        parsed = expression(text)
    except ValueError:
        return False
    names = {one.get("physicalName", one["name"]) for one in part["properties"]}
    rule = {"type": "custom", "engine": "mesh_etl", "implementation": {"expression": text}}
    return set(parsed.columns) <= names and _rule(test, part, rule)


_CARRIERS: dict[str, Carrier] = {
    "not_null": _not_null,
    "unique": _unique,
    "accepted_values": _accepted,
    "relationships": _relationship,
    "dbt_utils.accepted_range": _range,
    "dbt_utils.expression_is_true": _expression,
    "dbt_utils.not_empty_string": _not_empty,
    "dbt_utils.not_null_proportion": _proportion,
    "dbt_utils.unique_combination_of_columns": _combination,
    "dbt_expectations.expect_column_values_to_be_between": _range,
    "dbt_expectations.expect_column_value_lengths_to_be_between": _length,
    "dbt_expectations.expect_column_value_lengths_to_equal": _length,
    "dbt_expectations.expect_table_row_count_to_be_between": _row_count,
    "dbt_expectations.expect_table_row_count_to_equal": _row_count,
}
