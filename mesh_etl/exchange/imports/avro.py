"""`avro`: a record schema (.avsc), with unions with null, logical types and named types."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mesh_etl.config.document import Loc
from mesh_etl.contract.types import DataType, Decimal, Simple
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.exchange import json_document
from mesh_etl.exchange.drafting import Asked, Imported, Part, drafted, put_option, stored_names, typed, untyped
from mesh_etl.exchange.facts import Facts

_PRIMITIVES = {"boolean": "boolean", "int": "int", "long": "bigint", "float": "float", "double": "double",
               "bytes": "binary", "string": "string"}  # fmt: skip
_MOMENTS = {("int", "date"): "date", **{
    ("long", f"{prefix}timestamp-{unit}"): name
    for prefix, name in (("", "timestamp"), ("local-", "timestamp_ntz")) for unit in ("millis", "micros", "nanos")
}}  # fmt: skip
_TIMES = {("int", "time-millis"), ("long", "time-micros")}


def avro(path: Path, asked: Asked) -> Imported:
    """The draft of a contract for the records that the schema describes. Raises `ConfigError` AVRO_SCHEMA."""
    document = json_document.read(path, str(path))
    schema, facts = document.data, Facts(document)
    if not isinstance(schema, dict) or schema.get("type") not in ("record", "error") or not schema.get("fields"):
        problem = "the schema does not describe a record with fields"
        raise ConfigError(Fault("AVRO_SCHEMA", problem, document.where(()), "give the schema of one record"))
    reading = _Reading(facts)
    facts.say("type")
    name, space = reading.name(schema, (), "")
    table: Part = {**stored_names([name.rpartition(".")[2]])[0], "physicalType": "table"}
    if isinstance(schema.get("doc"), str):
        table["description"] = facts.say("doc")
    table["properties"] = reading.fields(schema, (), space, (name,))
    return drafted(facts, path.name, table, asked, f"{space or 'draft'}.{table.get('physicalName', table['name'])}")


class _Reading:
    """Reads a schema from the top, with the named types met so far."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.named: dict[str, tuple[Mapping[str, Any], Loc, str]] = {}

    def name(self, schema: Mapping[str, Any], loc: Loc, space: str) -> tuple[str, str]:
        """The full name of a type, now known, and the namespace inside it."""
        name = self.facts.say(*loc, "name")
        if not isinstance(name, str):
            raise self._wrong("a type has no name", loc)
        inner = name.rpartition(".")[0] if "." in name else self.facts.say(*loc, "namespace") or space
        full = name if "." in name or not inner else f"{inner}.{name}"
        self.named[full] = (schema, loc, space)
        return full, inner

    def fields(self, schema: Mapping[str, Any], loc: Loc, space: str, above: tuple[str, ...]) -> list[Part]:
        """The properties for the fields of a record."""
        stated = schema.get("fields")
        if not isinstance(stated, list) or not all(isinstance(one, dict) and "type" in one for one in stated):
            raise self._wrong("a record has no fields, or a field no type", loc)
        names = stored_names([str(self.facts.say(*loc, "fields", i, "name") or "") for i in range(len(stated))])
        found = []
        for index, one in enumerate(stated):
            here = (*loc, "fields", index)
            part, optional = self.type(one["type"], (*here, "type"), space, above)
            property_ = {**names[index], **part, **({} if optional else {"required": True})}
            if isinstance(one.get("doc"), str):
                property_["description"] = self.facts.say(*here, "doc")
            if isinstance(one.get("aliases"), list):
                property_["synonyms"] = [{"synonym": str(alias)} for alias in self.facts.say(*here, "aliases")]
            self.facts.lose("a contract has no defaults", *here, "default")
            found.append(property_)
        return found

    def type(self, schema: Any, loc: Loc, space: str, above: tuple[str, ...]) -> tuple[Part, bool]:
        """The keys that state the type, and whether null is one of its values."""
        if len(above) > 40:
            raise self._wrong("the schema is nested too deep", loc)
        if isinstance(schema, list):
            return self._union(schema, loc, space, above)
        if isinstance(schema, str):
            self.facts.say(*loc)
            if schema in _PRIMITIVES:
                return typed(Simple(_PRIMITIVES[schema])), False
            return self._again(schema, loc, space, above), False
        if not isinstance(schema, dict) or "type" not in schema:
            raise self._wrong("a part of the schema is no type", loc)
        if isinstance(schema["type"], dict | list):
            return self.type(schema["type"], (*loc, "type"), space, above)
        return self._complex(schema, loc, space, above), False

    def _complex(self, schema: Mapping[str, Any], loc: Loc, space: str, above: tuple[str, ...]) -> Part:
        kind = self.facts.say(*loc, "type")
        match kind:
            case "record" | "error":
                full, inner = self.name(schema, loc, space)
                self.facts.lose("the description of a type has no place", *loc, "doc")
                return {"logicalType": "object", "properties": self.fields(schema, loc, inner, (*above, full))}
            case "enum":
                self.name(schema, loc, space)
                symbols = self.facts.say(*loc, "symbols")
                if not isinstance(symbols, list) or not symbols:
                    raise self._wrong("an enumeration has no symbols", loc)
                return {"logicalType": "string", "enum": [{"value": one} for one in symbols]}
            case "array":
                item, optional = self.type(schema.get("items"), (*loc, "items"), space, (*above, ""))
                return {"logicalType": "array", "items": _needed(item, optional)}
            case "map":
                value, optional = self.type(schema.get("values"), (*loc, "values"), space, (*above, ""))
                key = {"logicalType": "string", "required": True}
                return {"logicalType": "map", "map": {"key": key, "value": _needed(value, optional)}}
            case "fixed":
                self.name(schema, loc, space)
                if schema.get("logicalType") not in ("decimal", "uuid"):
                    self.facts.lose("bytes have no length in a contract", *loc, "size")
        return self._logical(schema, loc, str(kind), space, above)

    def _logical(self, schema: Mapping[str, Any], loc: Loc, kind: str, space: str, above: tuple[str, ...]) -> Part:
        logical = str(schema.get("logicalType"))
        if logical == "decimal" and kind in ("bytes", "fixed") and (exact := _decimal(schema)):
            for key in ("logicalType", "precision", "scale", "size"):
                self.facts.say(*loc, key)
            return typed(exact)
        if logical == "uuid" and kind in ("string", "fixed"):
            self.facts.say(*loc, "logicalType")
            self.facts.say(*loc, "size")
            part = typed(Simple("string"))
            put_option(part, "format", "uuid")
            return part
        if (kind, logical) in _TIMES:
            self.facts.say(*loc, "logicalType")
            return {"logicalType": "time"}
        if (kind, logical) in _MOMENTS:
            self.facts.say(*loc, "logicalType")
            if logical.endswith("nanos"):
                self.facts.lose("a contract's moments have microseconds", *loc, "logicalType")
            return typed(Simple(_MOMENTS[kind, logical]))
        if kind == "fixed":
            return typed(Simple("binary"))
        return typed(Simple(_PRIMITIVES[kind])) if kind in _PRIMITIVES else self._again(kind, loc, space, above)

    def _again(self, name: str, loc: Loc, space: str, above: tuple[str, ...]) -> Part:
        """A type that was defined before."""
        full = name if "." in name or f"{space}.{name}" not in self.named else f"{space}.{name}"
        if full in above:
            return untyped(self.facts, loc, "the type holds itself")
        if full not in self.named:
            return untyped(self.facts, loc, "the schema does not define the type")
        schema, where, outer = self.named[full]
        return self._complex(schema, where, outer, (*above, ""))

    def _union(self, branches: list[Any], loc: Loc, space: str, above: tuple[str, ...]) -> tuple[Part, bool]:
        plain = all(isinstance(one, str) for one in branches)
        for index, one in enumerate(branches):
            if one == "null":
                self.facts.say(*loc, index)
        real = [(index, one) for index, one in enumerate(branches) if one != "null"]
        if len(real) != 1:
            return untyped(self.facts, loc, "a union of several types is no column's type"), "null" in branches
        index, one = real[0]
        if plain:
            self.facts.say(*loc)
        part, optional = self.type(one, (*loc, index), space, above)
        return part, optional or len(branches) > 1

    def _wrong(self, problem: str, loc: Loc) -> ConfigError:
        return ConfigError(Fault("AVRO_SCHEMA", problem, self.facts.document.where(loc), "see the Avro specification"))


def _needed(part: Part, optional: bool) -> Part:
    return part if optional else {**part, "required": True}


def _decimal(schema: Mapping[str, Any]) -> DataType | None:
    precision, scale = schema.get("precision"), schema.get("scale", 0)
    if type(precision) is not int or type(scale) is not int or not 0 <= scale <= precision <= 38:
        return None
    return Decimal(precision, scale) if precision else None
