"""`dbt`: the table as a model of a dbt project, with its contract enforced, constraints and data tests.

The form is that of dbt 1.10 (https://docs.getdbt.com/reference/model-properties). Ranges and combined keys need the
package dbt_utils, patterns and lengths dbt_expectations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mesh_etl.contract.options import NumericOptions, StringOptions
from mesh_etl.contract.quality import CustomRule, LibraryRule
from mesh_etl.contract.summary import spelled
from mesh_etl.contract.types import Array, Map, Struct
from mesh_etl.exchange import block_yaml
from mesh_etl.exchange.exported import Exporting
from mesh_etl.exchange.relations import Relation, relations
from mesh_etl.exchange.rules import Stated, stated
from mesh_etl.exchange.tree import Node

Test = str | dict[str, Any]
_JINJA = re.compile(r"\{[{%#]")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


def dbt(exporting: Exporting) -> str:
    """A properties file of version 2 with one model."""
    table = exporting.contract.table
    known = list(relations(exporting.contract))
    exporting.say("schema", 0, "physicalName" if table.physical_name else "name")
    model: dict[str, Any] = {"name": table.stored_name}
    if about := exporting.say("schema", 0, "description") or exporting.say("description", "purpose"):
        model["description"] = literal(about)
    meta = {"contract_id": exporting.say("id"), "contract_version": exporting.say("version")}
    model["config"] = {"contract": {"enforced": True}, "meta": meta | _custom(exporting, ("schema", 0))}
    if tags := exporting.say("schema", 0, "tags"):
        model["config"]["tags"] = tags
    if constraints := [*_keys(exporting), *_foreign(exporting, known)]:
        model["constraints"] = constraints
    if tests := list(_table_tests(exporting)):
        model["data_tests"] = tests
    model["columns"] = [_column(node, known) for node in exporting.columns]
    return block_yaml.text({"version": 2, "models": [model]})


def literal(text: str) -> str:
    """The text as dbt shows it: what Jinja would carry out is written as text."""
    return _JINJA.sub(lambda found: "{{ '" + found[0] + "' }}", text)


def _column(node: Node, known: list[Relation]) -> dict[str, Any]:
    column: dict[str, Any] = {"name": node.say_name(), "data_type": spelled(node.type)}
    _say_type(node)
    if about := node.say("description"):
        column["description"] = literal(about)
    config = _config(node)
    if config:
        column["config"] = config
    if node.say("required"):
        column["constraints"] = [{"type": "not_null"}]
    if tests := [*_tests(node), *_references(node, known)]:
        column["data_tests"] = tests
    return column


def _say_type(node: Node) -> None:
    node.say_stored_type("format", "timezone")
    parts: tuple[Node, ...] = ()
    if isinstance(node.type, Struct):
        parts = node.fields
    elif isinstance(node.type, Array):
        parts = (node.item,)
    elif isinstance(node.type, Map):
        parts = node.key_and_value
    for one in parts:
        if isinstance(node.type, Struct):
            one.say_name()
        _say_type(one)


def _config(node: Node) -> dict[str, Any]:
    meta = {"classification": one} if (one := node.say("classification")) else {}
    assert node.loc is not None
    meta |= _meta(node.facts, node.found, node.loc)
    tags = node.say("tags")
    return {**({"meta": meta} if meta else {}), **({"tags": tags} if tags else {})}


def _custom(exporting: Exporting, loc: tuple[str | int, ...]) -> dict[str, Any]:
    return _meta(exporting.facts, exporting.contract.table, loc)


def _meta(facts: Any, found: Any, loc: tuple[str | int, ...]) -> dict[str, Any]:
    meta = {}
    for index, one in enumerate(found.custom_properties):
        facts.say(*loc, "customProperties", index, "property")
        meta[one.property] = facts.say(*loc, "customProperties", index, "value")
    return meta


def _tests(node: Node) -> Iterator[Test]:
    if node.say("unique"):
        yield "unique"
    if node.found.enum:
        values = [node.say("enum", index, "value") for index in range(len(node.found.enum))]
        yield _test("accepted_values", _accepted(values))
    options = node.options
    if isinstance(options, NumericOptions):
        yield from _range(node, options)
    if isinstance(options, StringOptions):
        if pattern := node.say("logicalTypeOptions", "pattern"):
            yield _test("dbt_expectations.expect_column_values_to_match_regex", {"regex": literal(pattern)})
        ends = {"min_value": node.say("logicalTypeOptions", "minLength"),
                "max_value": node.say("logicalTypeOptions", "maxLength")}  # fmt: skip
        if stated_ends := {key: one for key, one in ends.items() if one is not None}:
            yield _test("dbt_expectations.expect_column_value_lengths_to_be_between", stated_ends)
    for one in stated(node.facts, node.found.quality, node.loc):
        yield from _quality(one)


def _accepted(values: Any) -> dict[str, Any]:
    texts = all(isinstance(one, str) for one in values)
    written = [literal(one) if texts else one for one in values]
    return {"values": written} if texts else {"values": written, "quote": False}


def _range(node: Node, options: NumericOptions) -> Iterator[Test]:
    """Both ends in one test where they are alike, since it says of both at once whether they are included."""
    low, high = options.lower, options.upper
    for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        node.say("logicalTypeOptions", key)
    for inclusive in (True, False):
        ends = {"min_value": low.value} if low and low.inclusive is inclusive else {}
        ends |= {"max_value": high.value} if high and high.inclusive is inclusive else {}
        if ends:
            yield _test("dbt_utils.accepted_range", ends if inclusive else {**ends, "inclusive": False})


def _quality(one: Stated) -> Iterator[Test]:
    rule = one.rule
    if not isinstance(rule, LibraryRule) or not one.never:
        one.lose("the tests of dbt forbid; they do not measure against a number")
        return
    valid, pattern = rule.argument("validValues"), rule.argument("pattern")
    if rule.measure == "nullValues":
        one.say()
        yield _test("not_null", {}, one)
    elif rule.measure == "duplicateValues" and not rule.argument("properties"):
        one.say()
        yield _test("unique", {}, one)
    elif rule.measure == "invalidValues" and (valid or pattern):
        one.say()
        if valid:
            yield _test("accepted_values", _accepted(valid), one)
        if pattern:
            yield _test("dbt_expectations.expect_column_values_to_match_regex", {"regex": literal(pattern)}, one)
    else:
        one.lose("dbt and its two packages have no such test")


def _table_tests(exporting: Exporting) -> Iterator[Test]:
    for one in stated(exporting.facts, exporting.contract.table.quality, ("schema", 0)):
        rule = one.rule
        if isinstance(rule, LibraryRule) and rule.measure == "duplicateValues" and one.never:
            one.say()
            among = {"combination_of_columns": list(rule.argument("properties") or ())}
            yield _test("dbt_utils.unique_combination_of_columns", among, one)
        elif isinstance(rule, LibraryRule) and rule.measure == "rowCount" and (ends := _count(rule)):
            one.say()
            yield _test("dbt_expectations.expect_table_row_count_to_be_between", ends, one)
        elif isinstance(rule, CustomRule) and rule.engine == "mesh_etl" and isinstance(rule.implementation, dict):
            one.say()
            yield _test(
                "dbt_utils.expression_is_true", {"expression": literal(str(rule.implementation["expression"]))}, one
            )
        else:
            one.lose("dbt and its two packages have no such test")


def _count(rule: LibraryRule) -> dict[str, Any]:
    comparison = rule.comparison
    match comparison.operator:
        case "must_be":
            return {"min_value": comparison.operand, "max_value": comparison.operand}
        case "must_be_greater_than":
            return {"min_value": comparison.operand + 1}
        case "must_be_greater_or_equal_to":
            return {"min_value": comparison.operand}
        case "must_be_less_than":
            return {"max_value": comparison.operand - 1}
        case "must_be_less_or_equal_to":
            return {"max_value": comparison.operand}
        case "must_be_between":
            low, high = comparison.operand
            inner = 0 if comparison.closed else 1  # the test is with its ends
            return {"min_value": low + inner, "max_value": high - inner}
    return {}


def _keys(exporting: Exporting) -> Iterator[dict[str, Any]]:
    if key := exporting.contract.primary_key:
        for node in exporting.columns:
            if node.found.primary_key:
                node.say("primaryKey")
                node.say("primaryKeyPosition")
        yield {"type": "primary_key", "columns": list(key)}


def _foreign(exporting: Exporting, known: list[Relation]) -> Iterator[dict[str, Any]]:
    for one in known:
        if len(one.columns) > 1 and _WORD.fullmatch(one.table):
            for key in ("type", "from", "to"):
                exporting.say(*one.loc, key)
            to = {"to": f"ref('{one.table}')", "to_columns": list(one.keys)}
            yield {"type": "foreign_key", "columns": list(one.columns), **to}


def _references(node: Node, known: list[Relation]) -> Iterator[Test]:
    for one in known:
        if one.columns == (node.name,) and _WORD.fullmatch(one.table):
            for key in ("type", "from", "to"):
                node.facts.say(*one.loc, key)
            yield _test("relationships", {"to": f"ref('{one.table}')", "field": one.keys[0]})


def _test(name: str, arguments: dict[str, Any], one: Stated | None = None) -> Test:
    stated_more: dict[str, Any] = {"arguments": arguments} if arguments else {}
    if one is not None:
        if isinstance(one.rule.name, str) and re.fullmatch(r"\w+", one.rule.name):
            stated_more = {"name": one.name(), **stated_more}
        if one.mild:
            one.facts.say(*one.loc, "severity")
            stated_more["config"] = {"severity": "warn"}
        elif (one.rule.severity or "").lower() == "error":
            one.facts.say(*one.loc, "severity")
            stated_more["config"] = {"severity": "error"}
    return {name: stated_more} if stated_more else name
