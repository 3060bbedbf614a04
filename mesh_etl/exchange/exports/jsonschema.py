"""`jsonschema`: what one row must look like as JSON, in JSON Schema 2020-12."""

from __future__ import annotations

import json
from typing import Any

from mesh_etl.contract.options import (
    ArrayOptions,
    IntegerOptions,
    NumericOptions,
    ObjectOptions,
    RangeOptions,
    StringOptions,
)
from mesh_etl.contract.quality import LibraryRule
from mesh_etl.contract.types import Array, DataType, Decimal, Map, Simple, Struct, Varchar
from mesh_etl.exchange.exported import Exporting
from mesh_etl.exchange.rules import stated
from mesh_etl.exchange.tree import Node

WIDTHS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"}, "boolean": {"type": "boolean"},
    "float": {"type": "number"}, "double": {"type": "number"},
    "date": {"type": "string", "format": "date"}, "timestamp": {"type": "string", "format": "date-time"},
    "timestamp_ntz": {"type": "string"}, "binary": {"type": "string", "contentEncoding": "base64"},
}  # fmt: skip
# The formats that the specification names; the standard's own are the same words.
_FORMATS = {
    "date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri",
    "uri-reference", "iri", "iri-reference", "uuid", "uri-template", "json-pointer", "relative-json-pointer", "regex",
}  # fmt: skip


def jsonschema(exporting: Exporting) -> str:
    """The schema of a row as JSON: an optional column may be null, and may be left out."""
    schema: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    table = exporting.contract.table
    schema["title"] = exporting.say("schema", 0, "physicalName" if table.physical_name else "name")
    if about := exporting.say("schema", 0, "description") or exporting.say("description", "purpose"):
        schema["description"] = about
    schema |= _object(exporting.columns)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _object(fields: tuple[Node, ...]) -> dict[str, Any]:
    written = {one.say_name(): _schema(one) for one in fields}
    required = [one.name for one in fields if _needed(one)]
    return {"type": "object", "properties": written, **({"required": required} if required else {})}


def _needed(node: Node) -> bool:
    node.say("required")
    missing = [one for one in stated(node.facts, node.found.quality, node.loc) if _is(one.rule, "nullValues")]
    for one in missing:
        if one.never and not one.mild:
            one.say()
    return node.needed or any(one.never and not one.mild for one in missing)


def _is(rule: Any, measure: str) -> bool:
    return isinstance(rule, LibraryRule) and rule.measure == measure


def _schema(node: Node) -> dict[str, Any]:
    node.say_type("format", "timezone")
    if node.found.logical_type == "vector":
        node.lose("a vector is a list of numbers", "logicalType")
    schema = _notes(node) | _type(node) | _options(node)
    if node.found.enum:
        for index in range(len(node.found.enum)):
            node.say("enum", index, "value")
        schema["enum"] = [one.value for one in node.found.enum]
    _rules(node, schema)
    return schema if _needed(node) else _nullable(schema)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    schema = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema


def _notes(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, word in (("businessName", "title"), ("description", "description"), ("deprecated", "deprecated")):
        if value := node.say(key):
            found[word] = value
    if node.found.classification:
        node.lose("examples of a classified column are not given away", "examples")
    elif examples := node.say("examples"):
        found["examples"] = examples
    return found


def _type(node: Node) -> dict[str, Any]:
    match node.type:
        case Struct():
            return _object(node.fields)
        case Array():
            return {"type": "array", "items": _schema(node.item)}
        case Map():
            key, value = node.key_and_value
            if key.type != Simple("string"):
                key.lose("the keys of a JSON object are text", "logicalType")
                key.lose("the keys of a JSON object are text", "physicalType")
            key.say("required")
            names = {one: two for one, two in _schema(key).items() if one != "type"} if _plain(key.type) else {}
            written = {"propertyNames": names} if names else {}
            return {"type": "object", "additionalProperties": _schema(value), **written}
        case Decimal(precision, scale):
            node.lose("JSON Schema has no digits of a decimal", "physicalType")
            limit = 10 ** (precision - scale)
            return {"type": "number" if scale else "integer", "exclusiveMinimum": -limit, "exclusiveMaximum": limit}
        case Varchar(length):
            return {"type": "string", "maxLength": length}
        case Simple(name):
            return _simple(node, name)
    raise TypeError(f"{type(node.type).__name__} is not a column type")


def _plain(kind: DataType) -> bool:
    return isinstance(kind, Varchar) or kind == Simple("string")


def _simple(node: Node, name: str) -> dict[str, Any]:
    if name in WIDTHS:
        options = node.options
        if name != "bigint" and isinstance(options, IntegerOptions) and (options.lower or options.upper):
            why = "its bounds stand where the width would"
            node.lose(why, "physicalType")
            node.lose(why, "logicalTypeOptions", "format")
        half = 2 ** (WIDTHS[name] - 1)
        return {"type": "integer", "minimum": -half, "maximum": half - 1}
    if name == "float":
        node.lose("JSON Schema has one kind of fraction", "physicalType")
        node.lose("JSON Schema has one kind of fraction", "logicalTypeOptions", "format")
    if name == "timestamp_ntz":
        why = "the format date-time has an offset, so a local time is text without a format"
        node.lose(why, "logicalType")
        node.lose(why, "physicalType")
        node.lose(why, "logicalTypeOptions", "timezone")
    if name in ("date", "timestamp", "timestamp_ntz"):
        node.lose("JSON has its own format for dates and moments", "logicalTypeOptions", "format")
    if node.found.logical_type == "time":
        return {"type": "string", "format": "time"}
    return dict(_TYPES[name])


def _options(node: Node) -> dict[str, Any]:
    options, found = node.options, {}
    keys: tuple[str, ...] = ()
    if isinstance(options, StringOptions):
        keys = ("minLength", "maxLength", "pattern")
        if options.format in _FORMATS:
            found["format"] = node.say("logicalTypeOptions", "format")
        else:
            node.lose("JSON Schema has no such format", "logicalTypeOptions", "format")
    elif isinstance(options, NumericOptions):
        found |= _range(node, options)
        keys = ("multipleOf",)
    elif isinstance(options, RangeOptions):
        for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            node.lose("JSON Schema has no range of dates", "logicalTypeOptions", key)
    elif isinstance(options, ArrayOptions):
        keys = ("minItems", "maxItems", "uniqueItems")
    elif isinstance(options, ObjectOptions):
        keys = ("minProperties", "maxProperties")
    return found | {key: value for key in keys if (value := node.say("logicalTypeOptions", key)) is not None}


def _range(node: Node, options: NumericOptions) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for end, bound, word in (("minimum", options.lower, "Minimum"), ("maximum", options.upper, "Maximum")):
        node.say("logicalTypeOptions", end)
        node.say("logicalTypeOptions", f"exclusive{word}")
        if bound is not None:
            found[end if bound.inclusive else f"exclusive{word}"] = bound.value
    if isinstance(options, IntegerOptions) and options.format in ("u8", "u16", "u32", "u64", "u128"):
        found.setdefault("minimum", 0)
    return found


def _rules(node: Node, schema: dict[str, Any]) -> None:
    for one in stated(node.facts, node.found.quality, node.loc):
        if not _is(one.rule, "invalidValues") or not one.never or one.mild:
            continue
        assert isinstance(one.rule, LibraryRule)
        also: dict[str, Any] = {}
        if valid := one.rule.argument("validValues"):
            also["enum"] = [*valid, *(() if _needed(node) else (None,))]
        if pattern := one.rule.argument("pattern"):
            also["pattern"] = pattern
        schema.setdefault("allOf", []).append(also)
        one.say()
