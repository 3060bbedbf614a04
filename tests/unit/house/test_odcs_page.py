"""docs/odcs.md names every key of the standard's models, no other, and its statuses are those of the planner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from mesh_etl.checks.found import Skipped
from mesh_etl.checks.planner import planned
from mesh_etl.config.yaml import parse
from mesh_etl.contract.load import understand
from mesh_etl.contract.odcs import DataContract
from mesh_etl.contract.options import Options
from mesh_etl.contract.parts import Part
from mesh_etl.contract.quality import METRICS, Rule
from mesh_etl.contract.servers import Server
from mesh_etl.contract.table import Property

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "odcs.md").read_text(encoding="utf-8")
STATUSES = {"enforced", "measured", "carried", "not executed"}
ROW = re.compile(r"^\| `([^`]+)`(?:, another engine)? \| ([a-z ]+) \| (.+) \|$", re.MULTILINE)


def models(start: Any, seen: set[Any]) -> Iterator[type[Part]]:
    if isinstance(start, type) and issubclass(start, Part) and start not in seen:
        seen.add(start)
        yield start
        for field in start.model_fields.values():
            yield from models(field.annotation, seen)
    for inner in get_args(start):
        yield from models(inner, seen)


def section(model: type[Part]) -> str:
    """Columns, servers, options and rules have many models each and one section of the page."""
    return next((base for base in (Property, Server, Options, Rule) if issubclass(model, base)), model).__name__


def of_models() -> set[tuple[str, str]]:
    return {
        (section(model), field.alias or name)
        for model in models(DataContract, set())
        for name, field in model.model_fields.items()
    }


def of_page() -> list[tuple[str, str, str]]:
    found = []
    for name, body in re.findall(r"^## (\w+): `.*?\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL):
        found += [(name, key, status) for key, status, _ in ROW.findall(body)]
    return found


def test_every_key_of_the_models_is_on_the_page() -> None:
    assert sorted(of_models() - {(name, key) for name, key, _ in of_page()}) == []


def test_the_page_names_no_key_that_does_not_exist_and_none_twice() -> None:
    keys = [(name, key) for name, key, _ in of_page()]
    assert sorted(set(keys) - of_models()) == []
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


def test_every_line_has_a_status() -> None:
    assert {status for _, status, _ in ROW.findall(PAGE)} == STATUSES
    assert PAGE.count("\n| `") == len(ROW.findall(PAGE))


LINTS = ("strict.py", "columns.py", "load.py")
HEAD = "apiVersion: v3.2.0\nkind: DataContract\nid: a\nversion: 1.0.0\nschema:\n  - name: t\n    properties:\n      - "
FACTS = {
    ("Property", "required"): "{name: a, logicalType: string, required: true}",
    ("Property", "unique"): "{name: a, logicalType: string, unique: true}",
    ("Property", "primaryKey"): "{name: a, logicalType: string, primaryKey: true}",
    ("Property", "enum"): "{name: a, logicalType: string, enum: [{value: x}]}",
    ("Options", "minLength"): "{name: a, logicalType: string, logicalTypeOptions: {minLength: 1}}",
    ("Options", "maxLength"): "{name: a, logicalType: string, logicalTypeOptions: {maxLength: 1}}",
    ("Options", "pattern"): "{name: a, logicalType: string, logicalTypeOptions: {pattern: x}}",
    ("Options", "format"): "{name: a, logicalType: string, logicalTypeOptions: {format: email}}",
    ("Options", "minimum"): "{name: a, logicalType: integer, logicalTypeOptions: {minimum: 1}}",
    ("Options", "maximum"): "{name: a, logicalType: integer, logicalTypeOptions: {maximum: 1}}",
    ("Options", "exclusiveMinimum"): "{name: a, logicalType: number, logicalTypeOptions: {exclusiveMinimum: 1}}",
    ("Options", "exclusiveMaximum"): "{name: a, logicalType: number, logicalTypeOptions: {exclusiveMaximum: 1}}",
    ("Options", "multipleOf"): "{name: a, logicalType: integer, logicalTypeOptions: {multipleOf: 2}}",
    ("Options", "minItems"):
        "{name: a, logicalType: array, items: {logicalType: date}, logicalTypeOptions: {minItems: 1}}",
    ("Options", "maxItems"):
        "{name: a, logicalType: array, items: {logicalType: date}, logicalTypeOptions: {maxItems: 1}}",
    ("Options", "uniqueItems"):
        "{name: a, logicalType: array, items: {logicalType: date}, logicalTypeOptions: {uniqueItems: true}}",
    ("Options", "minProperties"): "{name: a, logicalType: object, properties: [{name: b, logicalType: date}],"
        " logicalTypeOptions: {minProperties: 1}}",
    ("Options", "maxProperties"): "{name: a, logicalType: object, properties: [{name: b, logicalType: date}],"
        " logicalTypeOptions: {maxProperties: 1}}",
    ("Options", "required"): "{name: a, logicalType: object, properties: [{name: b, logicalType: date}],"
        " logicalTypeOptions: {required: [b]}}",
    ("Options", "dimensions"): "{name: a, logicalType: vector, logicalTypeOptions: {dimensions: 3}}",
    ("Options", "normalized"): "{name: a, logicalType: vector, logicalTypeOptions: {dimensions: 3, normalized: true}}",
    ("Property", "relationships"): "{name: a, logicalType: string, relationships: [{to: t.a}]}",
}  # fmt: skip


@pytest.mark.parametrize("key", FACTS, ids=".".join)
def test_what_the_page_calls_enforced_is_a_rule(key: tuple[str, str]) -> None:
    assert {(name, one): status for name, one, status in of_page()}[key] == "enforced"
    bare = planned(understand(parse(HEAD + "{name: z, logicalType: string}\n", "c"))).about
    about = planned(understand(parse(HEAD + FACTS[key] + "\n", "c")))
    assert about.about.keys() - bare.keys()
    assert about.skipped == ()


RULES = {
    **{f"type: library, metric: {metric}": "" for metric in METRICS},
    "type: sql": "{type: sql, query: 'select count(*) from {object}', mustBe: 0}",
    "type: text": "{type: text, description: x}",
    "type: custom, engine: mesh_etl": "{type: custom, engine: mesh_etl, implementation: {expression: a is not null}}",
    "type: custom, engine: dqdl": "{type: custom, engine: dqdl, implementation: 'IsComplete \"a\"'}",
    "type: custom": "{type: custom, engine: soda, implementation: x}",
    "type: library, metric: rowCount": "{metric: rowCount, mustBeGreaterThan: 0}",
    "type: library, metric: duplicateValues": "{metric: duplicateValues, arguments: {properties: [a]}, mustBe: 0}",
}
OF_COLUMNS = {
    "type: library, metric: nullValues": "{metric: nullValues, mustBe: 0}",
    "type: library, metric: missingValues": "{metric: missingValues, arguments: {missingValues: [x]}, mustBe: 0}",
    "type: library, metric: invalidValues": "{metric: invalidValues, arguments: {validValues: [x]}, mustBe: 0}",
}


def test_the_page_names_every_rule_type() -> None:
    stated = PAGE.partition("## Rule types")[2].partition("## Versions")[0]
    assert {key for key, _, _ in ROW.findall(stated)} == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_type_is_executed_where_the_page_says_so(rule: str) -> None:
    [status] = [status for key, status, _ in ROW.findall(PAGE) if key == rule]
    inside = f", quality: [{OF_COLUMNS[rule]}]" if rule in OF_COLUMNS else ""
    below = "" if rule in OF_COLUMNS else f"    quality: [{RULES[rule]}]\n"
    text = HEAD + "{name: a, logicalType: string" + inside + "}\n" + below
    checks = planned(understand(parse(text, "c")))
    assert checks.about
    assert all(isinstance(one, Skipped) for one in checks.skipped)
    assert bool(checks.skipped) == (status == "not executed")


def test_the_page_names_every_code_of_the_lint() -> None:
    files = [*(ROOT / "mesh_etl/contract").glob("lint*.py"), *(ROOT / "mesh_etl/contract" / f for f in LINTS)]
    codes = {code for path in files for code in re.findall(r'(?:Fault|_fault)\(\s*"([A-Z_]+)"', path.read_text())}
    planner = [path for path in (ROOT / "mesh_etl/checks").rglob("*.py") if path.parent.name in ("reading", "dqdl")]
    codes |= {code for path in planner for code in re.findall(r'ault\((?:one, )?"([A-Z_]+)"', path.read_text())}
    codes |= {"PRIMARY_KEY_POSITION", "PARTITION_KEY_POSITION", "DUPLICATE_NAME", "DUPLICATE_ID"}  # given as arguments
    stated = PAGE.partition("## What the lint finds")[2].partition("\n## ")[0]
    assert set(re.findall(r"`([A-Z_]+)`", stated)) == codes
