"""`jsonschema`: a JSON Schema of one row, from draft-07 to 2020-12."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mesh_etl.config.document import Loc
from mesh_etl.contract.types import Simple
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.exchange import json_document
from mesh_etl.exchange.drafting import (
    Asked,
    Imported,
    Part,
    drafted,
    put_option,
    put_pattern,
    put_values,
    stored_names,
    typed,
    untyped,
)
from mesh_etl.exchange.exports.jsonschema import WIDTHS
from mesh_etl.exchange.facts import Facts

_SIMPLE = {"string": "string", "integer": "bigint", "number": "double", "boolean": "boolean"}
_FORMATS = {"date": "date", "date-time": "timestamp"}
_NUMERIC = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_TEXTS = (("title", "businessName"), ("description", "description"))
_DEEPEST = 40


def jsonschema(path: Path, asked: Asked) -> Imported:
    """The draft of a contract for rows that the schema allows. Raises `ConfigError` JSON_SCHEMA."""
    document = json_document.read(path, str(path))
    facts = Facts(document)
    reading = _Reading(facts)
    schema, loc = reading.resolved(document.data, ())
    if not isinstance(schema, dict) or not isinstance(schema.get("properties"), dict) or not schema["properties"]:
        problem = "the schema does not describe an object with properties"
        raise ConfigError(Fault("JSON_SCHEMA", problem, document.where(loc), "give the schema of one row"))
    for key in ("$schema", "$id"):
        facts.say(key)
    name = facts.say(*loc, "title") or path.name.partition(".")[0]
    table: Part = {**stored_names([str(name)])[0], "physicalType": "table"}
    if isinstance(schema.get("description"), str):
        table["description"] = facts.say(*loc, "description")
    facts.say(*loc, "type")
    table["properties"] = reading.properties(schema, loc, 0)
    return drafted(facts, path.name, table, asked, f"draft.{table.get('physicalName', table['name'])}")


class _Reading:
    """Reads a schema from the top; what is defined apart is read wherever it is used."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._open: list[Loc] = []  # what is defined apart and being read, to notice what holds itself

    def resolved(self, schema: Any, loc: Loc) -> tuple[Any, Loc]:
        """The schema that a `$ref` within the file leads to, and where it stands; the schema itself without one."""
        for _ in range(_DEEPEST):
            if not isinstance(schema, dict) or not isinstance(schema.get("$ref"), str):
                return schema, loc
            target = schema["$ref"]
            steps = [one.replace("~1", "/").replace("~0", "~") for one in target.removeprefix("#").split("/")[1:]]
            found = self.facts.get(*steps)
            if not target.startswith("#") or found is None:
                return schema, loc
            self.facts.say(*loc, "$ref")
            schema, loc = found, tuple(steps)
        return schema, loc

    def properties(self, schema: dict[str, Any], loc: Loc, depth: int) -> list[Part]:
        """The properties of an object."""
        stated = schema["properties"]
        if schema.get("additionalProperties") is False:
            self.facts.say(*loc, "additionalProperties")  # what a contract does not list is not there
        needed = self.facts.say(*loc, "required") if isinstance(schema.get("required"), list) else ()
        names = stored_names(list(stated))
        found = []
        for name, (key, one) in zip(names, stated.items(), strict=True):
            part, optional = self.part(one, (*loc, "properties", key), depth + 1)
            for word, target in _TEXTS:
                for where in ((*loc, "properties", key), *self._behind(one, (*loc, "properties", key))):
                    if target not in part and isinstance(self.facts.get(*where, word), str):
                        part[target] = self.facts.say(*where, word)
            if key in needed and optional:
                self.facts.lose("a column that may be null may be left out as well", *loc, "required")
            found.append({**name, **part, **({"required": True} if key in needed and not optional else {})})
        return found

    def _behind(self, schema: Any, loc: Loc) -> tuple[Loc, ...]:
        _, behind = self.resolved(schema, loc)
        return (behind,) if behind != loc else ()

    def part(self, schema: Any, loc: Loc, depth: int) -> tuple[Part, bool]:
        """The keys for what the schema describes, and whether null is allowed."""
        if depth > _DEEPEST:
            return untyped(self.facts, loc, "the schema holds itself, or is nested too deep"), True
        if isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            return self._referred(schema, loc, depth)
        if not isinstance(schema, dict):
            return untyped(self.facts, loc, "the type is not told in this file"), True
        for word in ("oneOf", "anyOf", "allOf"):
            if isinstance(schema.get(word), list) and "type" not in schema:
                return self._choice(schema[word], (*loc, word), depth)
        kinds = schema.get("type")
        listed = kinds if isinstance(kinds, list) else [kinds]
        real = [one for one in listed if one != "null"]
        self.facts.say(*loc, "type")
        optional = len(real) < len(listed) or None in _list(schema, "enum")
        if real == [None]:
            real = [_implied(schema)]
        if len(real) != 1 or real[0] is None:
            return untyped(self.facts, (*loc, "type"), "several types, or none, are no column's type"), optional
        part = self._typed(str(real[0]), schema, loc, depth)
        self._values(part, schema, loc)
        return part, optional

    def _referred(self, schema: dict[str, Any], loc: Loc, depth: int) -> tuple[Part, bool]:
        found, where = self.resolved(schema, loc)
        if where == loc:
            return untyped(self.facts, loc, "the type is not told in this file"), True
        if where in self._open or not where:
            return untyped(self.facts, (*loc, "$ref"), "the schema holds itself"), True
        self._open.append(where)
        part = self.part(found, where, depth + 1)
        self._open.pop()
        return part

    def _choice(self, branches: list[Any], loc: Loc, depth: int) -> tuple[Part, bool]:
        real = [i for i, one in enumerate(branches) if not (isinstance(one, dict) and one.get("type") == "null")]
        for index in set(range(len(branches))) - set(real):
            self.facts.say(*loc, index, "type")
        if len(real) != 1:
            return untyped(self.facts, loc, "a choice between several schemas is no column's type"), True
        part, optional = self.part(branches[real[0]], (*loc, real[0]), depth + 1)
        return part, optional or len(branches) > 1

    def _typed(self, kind: str, schema: dict[str, Any], loc: Loc, depth: int) -> Part:
        if kind in ("integer", "number"):
            return self._number(kind, schema, loc)
        if kind == "string":
            return self._text(schema, loc)
        if kind == "boolean":
            return typed(Simple("boolean"))
        if kind == "array":
            return self._array(schema, loc, depth)
        if kind == "object":
            return self._object(schema, loc, depth)
        return untyped(self.facts, (*loc, "type"), "it is no type of JSON")

    def _number(self, kind: str, schema: dict[str, Any], loc: Loc) -> Part:
        width = next((n for n, bits in WIDTHS.items() if _spans(schema, bits)), None) if kind == "integer" else None
        if width is None and kind == "integer" and schema.get("format") == "int32":
            self.facts.say(*loc, "format")
            width = "int"
        if kind == "integer" and schema.get("format") == "int64":
            self.facts.say(*loc, "format")
        part = typed(Simple(width or _SIMPLE[kind]))
        for key in _NUMERIC:
            value = self.facts.get(*loc, key)
            if isinstance(value, int | float) and not isinstance(value, bool):
                self.facts.say(*loc, key)
                if not (width and _spans(schema, WIDTHS[width])):
                    put_option(part, key, value)
        return _one_end(part)

    def _text(self, schema: dict[str, Any], loc: Loc) -> Part:
        form = str(schema.get("format"))
        if form in _FORMATS:
            self.facts.say(*loc, "format")
            return typed(Simple(_FORMATS[form]))
        if form == "time":
            self.facts.say(*loc, "format")
            return {"logicalType": "time"}
        if schema.get("contentEncoding") == "base64":
            self.facts.say(*loc, "contentEncoding")
            return typed(Simple("binary"))
        part = typed(Simple("string"))
        for key in ("minLength", "maxLength"):
            if type(schema.get(key)) is int and schema[key] >= 0:
                put_option(part, key, self.facts.say(*loc, key))
        if "pattern" in schema:
            put_pattern(part, schema["pattern"], self.facts, *loc, "pattern")
        if isinstance(schema.get("format"), str):
            put_option(part, "format", self.facts.say(*loc, "format"))
        return part

    def _array(self, schema: dict[str, Any], loc: Loc, depth: int) -> Part:
        if not isinstance(schema.get("items"), dict):
            return untyped(self.facts, (*loc, "type"), "the list does not tell the type of all its items")
        item, optional = self.part(schema["items"], (*loc, "items"), depth + 1)
        part: Part = {"logicalType": "array", "items": item if optional else {**item, "required": True}}
        for key in ("minItems", "maxItems"):
            if type(schema.get(key)) is int and schema[key] >= 0:
                put_option(part, key, self.facts.say(*loc, key))
        if self.facts.say(*loc, "uniqueItems") is True:
            put_option(part, "uniqueItems", True)
        return part

    def _object(self, schema: dict[str, Any], loc: Loc, depth: int) -> Part:
        if schema.get("properties") and isinstance(schema["properties"], dict):
            return {"logicalType": "object", "properties": self.properties(schema, loc, depth)}
        if isinstance(schema.get("additionalProperties"), dict):
            value, optional = self.part(schema["additionalProperties"], (*loc, "additionalProperties"), depth + 1)
            key = {"logicalType": "string", "required": True}
            if isinstance(schema.get("propertyNames"), dict):
                key = {**self._text(schema["propertyNames"], (*loc, "propertyNames")), "required": True}
            return {
                "logicalType": "map",
                "map": {"key": key, "value": value if optional else {**value, "required": True}},
            }
        return untyped(self.facts, (*loc, "type"), "the object does not tell what is in it")

    def _values(self, part: Part, schema: dict[str, Any], loc: Loc) -> None:
        if isinstance(schema.get("enum"), list):
            put_values(part, schema["enum"], self.facts, *loc, "enum")
        for index, one in enumerate(_list(schema, "allOf")):
            if isinstance(one, dict) and isinstance(one.get("enum"), list) and "enum" not in part:
                put_values(part, one["enum"], self.facts, *loc, "allOf", index, "enum")
            if isinstance(one, dict) and "pattern" in one and "pattern" not in part.get("logicalTypeOptions", {}):
                put_pattern(part, one["pattern"], self.facts, *loc, "allOf", index, "pattern")
        if "const" in schema:
            put_values(part, [schema["const"]], self.facts, *loc, "const")
        if schema.get("deprecated") is True and self.facts.say(*loc, "deprecated"):
            part["deprecated"] = True
        if isinstance(schema.get("examples"), list) and "enum" not in part:
            part["examples"] = self.facts.say(*loc, "examples")
        self.facts.lose("a contract has no defaults", *loc, "default")


def _implied(schema: dict[str, Any]) -> str | None:
    """The type of a schema that states none but can only mean one."""
    if "properties" in schema:
        return "object"
    if "items" in schema:
        return "array"
    values = _list(schema, "enum") or ([schema["const"]] if "const" in schema else [])
    texts = bool(values) and all(isinstance(one, str) for one in values if one is not None)
    return "string" if texts else None


def _list(schema: dict[str, Any], key: str) -> list[Any]:
    return schema[key] if isinstance(schema.get(key), list) else []


def _spans(schema: dict[str, Any], bits: int) -> bool:
    half = 2 ** (bits - 1)
    return (schema.get("minimum"), schema.get("maximum")) == (-half, half - 1)


def _one_end(part: Part) -> Part:
    """Where both a bound and an excluded bound are stated, the tighter one says all."""
    options = part.get("logicalTypeOptions", {})
    for end, other, tighter in (("minimum", "exclusiveMinimum", max), ("maximum", "exclusiveMaximum", min)):
        if end in options and other in options:
            chosen = tighter(options[end], options[other])
            options.pop(end if options[other] == chosen else other)
    return part
