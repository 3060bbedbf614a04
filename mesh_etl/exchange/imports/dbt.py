"""`dbt`: a model of a properties file (schema.yml), with its contract, constraints and data tests.

The tests are those of dbt itself, dbt_utils and dbt_expectations that say what a rule of a contract says.
"""

from __future__ import annotations

import re
from pathlib import Path

from mesh_etl.config.document import Loc
from mesh_etl.config.yaml import read
from mesh_etl.contract import types
from mesh_etl.contract.types import DataType, Decimal, Simple
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.exchange.drafting import NOTE, Asked, Imported, Part, drafted, stored_names, typed
from mesh_etl.exchange.facts import Facts
from mesh_etl.exchange.imports.dbt_shape import check_shape
from mesh_etl.exchange.imports.dbt_tests import Test, carried, plain

# Types of the warehouses that dbt runs on, beyond those that Spark shares with them.
_TYPES = {
    "int64": "bigint", "int8": "bigint", "int4": "int", "int2": "smallint", "float64": "double", "float8": "double",
    "float4": "float", "number": "decimal", "bignumeric": "decimal", "character varying": "varchar",
    "varchar": "varchar",
    "timestamp_tz": "timestamp", "timestamp with time zone": "timestamp",
    "timestamp without time zone": "timestamp_ntz", "datetime": "timestamp_ntz",
    "bytes": "binary", "bytea": "binary", "varbinary": "binary",
}  # fmt: skip
_SIZED = re.compile(r"([a-z0-9_ ]+?)\s*(\([0-9, ]+\))?")


def dbt(path: Path, asked: Asked, model: str = "") -> Imported:
    """The draft of a contract for one model of the file. Raises `ConfigError`: NO_MODEL, UNKNOWN_MODEL, NO_COLUMNS."""
    document = read(path, str(path))
    facts = Facts(document)
    index = _chosen(facts, model)
    loc: Loc = ("models", index)
    facts.say("version")
    for other in range(len(document.data["models"])):
        if other != index:
            facts.say("models", other)  # of another model: not what was asked for
    name = str(facts.say(*loc, "name"))
    table: Part = {**stored_names([name])[0], "physicalType": "table", **_notes(facts, loc)}
    facts.say(*loc, "config", "contract", "enforced")  # a contract is always enforced
    columns, version = _columns(facts, loc)
    names = stored_names([str(facts.say(*one, "name") or "") for one in columns])
    properties = [{**part, **_column(facts, one, columns)} for part, one in zip(names, columns, strict=True)]
    if not properties:
        raise ConfigError(
            Fault("NO_COLUMNS", "the model lists no columns", document.where(loc), "describe its columns")
        )
    table["properties"] = properties
    by_name = {str(facts.get(*one, "name")): part for part, one in zip(properties, columns, strict=True)}
    _constraints(facts, loc, by_name, table)
    for test in _tests(facts, loc):
        carried(test, table, facts)
    more = {"version": version} if version else {}
    stated = {one["property"]: one["value"] for one in table.get("customProperties", ())}
    if {"contract_id", "contract_version"} <= stated.keys():  # what this library's own export writes
        more["version"] = str(stated["contract_version"])
        left = [one for one in table["customProperties"] if one["property"] not in ("contract_id", "contract_version")]
        table.pop("customProperties")
        table |= {"customProperties": left} if left else {}
    return drafted(facts, path.name, table, asked, str(stated.get("contract_id") or f"draft.{name}"), more)


def _chosen(facts: Facts, model: str) -> int:
    document = facts.document
    check_shape(document)
    names = [str(one["name"]) for one in document.data["models"]]
    if model and model not in names:
        fix = did_you_mean(model, names)
        raise ConfigError(Fault("UNKNOWN_MODEL", f"the file has no model '{model}'", "--table", fix))
    if not model and len(names) > 1:
        fix = f"choose one with --table: {', '.join(names[:20])}"
        raise ConfigError(
            Fault("SEVERAL_MODELS", f"the file has {len(names)} models", document.where(("models",)), fix)
        )
    return names.index(model) if model else 0


def _columns(facts: Facts, loc: Loc) -> tuple[list[Loc], str]:
    """Where the columns of the newest version stand, and that version as a contract writes it."""
    listed = [(*loc, "columns", i) for i in range(len(facts.get(*loc, "columns") or ()))]
    versions = facts.get(*loc, "versions")
    if not isinstance(versions, list) or not versions:
        return listed, ""
    latest = facts.say(*loc, "latest_version")
    numbers = [one.get("v") for one in versions]
    index = numbers.index(latest) if latest in numbers else len(numbers) - 1
    here = (*loc, "versions", index)
    facts.say(*here, "v")
    for other in set(range(len(versions))) - {index}:
        facts.lose("a contract has one version", *loc, "versions", other)
    own = [(*here, "columns", i) for i in range(len(facts.get(*here, "columns") or ()))]
    included = next((one for one in own if facts.get(*one, "include") is not None), None)
    named = [one for one in own if one != included]
    if own and included is None:
        return named, f"{numbers[index]}.0.0"
    excluded = set(facts.say(*included, "exclude") or ()) if included else set()
    wanted = facts.say(*included, "include") if included else "all"
    replaced = {facts.get(*one, "name") for one in named}
    kept = [one for one in listed if facts.get(*one, "name") not in excluded | replaced]
    kept = [one for one in kept if wanted in ("all", "*") or facts.get(*one, "name") in wanted]
    for one in listed:
        if one not in kept:
            facts.say(*one)
    return [*kept, *named], f"{numbers[index]}.0.0"


def _column(facts: Facts, loc: Loc, columns: list[Loc]) -> Part:
    part = {**_type(facts, loc), **_notes(facts, loc)}
    for index, one in enumerate(facts.get(*loc, "constraints") or ()):
        here = (*loc, "constraints", index)
        if one.get("type") == "not_null":
            facts.say(*here, "type")
            part["required"] = True
        elif one.get("type") == "unique":
            facts.say(*here, "type")
            part["unique"] = True
        elif one.get("type") == "primary_key":
            facts.say(*here, "type")
            part |= {"primaryKey": True, "required": True}
        elif one.get("type") == "foreign_key" and (target := _referred(one)):
            facts.say(*here)
            part.setdefault("relationships", []).append({"to": _reference(target[0], target[1][0])})
    for test in _tests(facts, loc):
        carried(test, part, facts)
    return part


def _type(facts: Facts, loc: Loc) -> Part:
    stated = facts.get(*loc, "data_type")
    kind = parsed(stated) if isinstance(stated, str) else None
    if kind is not None:
        facts.say(*loc, "data_type")
        return typed(kind)
    if stated is None:
        return {NOTE: ["decide the type: the file does not tell it"], "logicalType": "string"}
    facts.lose("no contract has this type", *loc, "data_type")
    return {NOTE: ["decide the type: the file has one that no contract has"], "logicalType": "string"}


def parsed(text: str) -> DataType | None:
    """The type that a warehouse spells so, or None for one that a contract does not have."""
    try:
        return types.parse(text)
    except ValueError:
        sized = _SIZED.fullmatch(text.strip().lower())
    name = _TYPES.get(sized[1]) if sized else None
    if sized is None or name is None:
        return None
    if name == "decimal" and not sized[2]:
        return Decimal(38, 0 if sized[1] == "number" else 9)
    try:
        return types.parse(name + (sized[2] or "" if name in ("decimal", "varchar") else ""))
    except ValueError:
        return Simple("string") if name == "varchar" else None


def _notes(facts: Facts, loc: Loc) -> Part:
    part: Part = {}
    if isinstance(about := facts.get(*loc, "description"), str) and "{{ doc(" not in about:
        facts.say(*loc, "description")
        part["description"] = plain(about)
    for place in ((*loc, "config"), loc):
        tags, meta = facts.get(*place, "tags"), facts.get(*place, "meta")
        if isinstance(tags, str | list):
            facts.say(*place, "tags")
            part["tags"] = [tags] if isinstance(tags, str) else [str(one) for one in tags]
        for key, value in (meta or {}).items():
            facts.say(*place, "meta", key)
            if key == "classification" and isinstance(value, str) and "columns" in loc:
                part["classification"] = value
            else:
                part.setdefault("customProperties", []).append({"property": key, "value": value})
    return part


def _tests(facts: Facts, loc: Loc) -> list[Test]:
    found = []
    for key in ("data_tests", "tests"):
        stated = facts.get(*loc, key)
        for index, one in enumerate(stated if isinstance(stated, list) else ()):
            where = (*loc, key, index) if any(isinstance(other, dict) for other in stated) else (*loc, key)
            found.append(Test.read(one, where))
    return found


def _constraints(facts: Facts, loc: Loc, columns: dict[str, Part], table: Part) -> None:
    for index, one in enumerate(facts.get(*loc, "constraints") or ()):
        here, among = (*loc, "constraints", index), one.get("columns") or []
        known = [columns[name] for name in among if name in columns]
        if one.get("type") == "primary_key" and known and len(known) == len(among):
            facts.say(*here)
            for position, part in enumerate(known, 1):
                part |= {"primaryKey": True, "primaryKeyPosition": position, "required": True}
        elif one.get("type") == "not_null" and known:
            facts.say(*here)
            for part in known:
                part["required"] = True
        elif one.get("type") == "unique" and known:
            facts.say(*here)
            rule = {"metric": "duplicateValues", "arguments": {"properties": list(among)}, "mustBe": 0}
            table.setdefault("quality", []).append(rule)
        elif one.get("type") == "foreign_key" and (target := _referred(one)) and len(target[1]) == len(known):
            facts.say(*here)
            to = [_reference(target[0], name) for name in target[1]]
            if len(to) > 1:
                start = [f"{table['name']}.{name}" for name in among]
                table.setdefault("relationships", []).append({"from": start, "to": to})
            elif {"to": to[0]} not in known[0].setdefault("relationships", []):
                known[0]["relationships"].append({"to": to[0]})
        elif one.get("type") == "check" and isinstance(one.get("expression"), str):
            named = {"name": one["name"]} if "name" in one else {}
            carried(Test("dbt_utils.expression_is_true", {"expression": one["expression"]}, named, here), table, facts)


def _referred(one: Part) -> tuple[str, list[str]] | None:
    """The model and the columns that a foreign key names: `to: ref('x')`, or `expression: x (a, b)`."""
    if isinstance(one.get("to"), str) and isinstance(one.get("to_columns"), list):
        found = re.search(r"'([^']+)'\s*\)$", one["to"]) or re.fullmatch(r"(?:.*\.)?(\w+)", one["to"])
        return (found[1], [str(name) for name in one["to_columns"]]) if found else None
    found = re.fullmatch(r"\s*(?:[\w\"`]+\.)*[\"`]?(\w+)[\"`]?\s*\(([^)]*)\)\s*", str(one.get("expression", "")))
    return (found[1], [name.strip(' "`') for name in found[2].split(",")]) if found else None


def _reference(model: str, column: str) -> str:
    return f"{model}.yaml#/schema/{model}/properties/{column}"
