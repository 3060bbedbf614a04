"""`avro`: the row as a record schema of Avro 1.12, which its own readers and those of Spark understand."""

from __future__ import annotations

import json
import re
from typing import Any

from mesh_etl.contract.types import Array, DataType, Decimal, Map, Simple, Struct, Varchar
from mesh_etl.crawl.naming import snake
from mesh_etl.exchange.exported import Exporting
from mesh_etl.exchange.tree import Node

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TYPES: dict[str, Any] = {
    "string": "string", "boolean": "boolean", "int": "int", "bigint": "long", "float": "float", "double": "double",
    "binary": "bytes", "tinyint": "int", "smallint": "int",
    "date": {"type": "int", "logicalType": "date"},
    "timestamp": {"type": "long", "logicalType": "timestamp-micros"},
    "timestamp_ntz": {"type": "long", "logicalType": "local-timestamp-micros"},
}  # fmt: skip


def avro(exporting: Exporting) -> str:
    """The record schema as JSON: optional columns are unions with null, whose default is null."""
    table, writing = exporting.contract.table, _Writing()
    name = writing.free(table.stored_name)
    if name == table.stored_name:
        exporting.say("schema", 0, "physicalName" if table.physical_name else "name")
    record: dict[str, Any] = {"type": "record", "name": name}
    if all(_NAME.fullmatch(part) for part in (exporting.contract.odcs.domain or "").split(".")):
        record["namespace"] = exporting.say("domain")
    if about := exporting.say("schema", 0, "description") or exporting.say("description", "purpose"):
        record["doc"] = about
    record["fields"] = [writing.field(one, name) for one in exporting.columns]
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


class _Writing:
    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, wanted: str) -> str:
        """A name that no other type of the schema has."""
        name = wanted if _NAME.fullmatch(wanted) else snake(wanted) or "row"
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name

    def field(self, node: Node, above: str) -> dict[str, Any]:
        field: dict[str, Any] = {"name": node.say_name(), "type": self.optional(node, f"{above}_{node.name}")}
        if about := node.say("description"):
            field["doc"] = about
        if not node.needed:
            field["default"] = None
        return field

    def optional(self, node: Node, above: str) -> Any:
        node.say("required")
        kind = self.kind(node, above)
        return kind if node.needed else ["null", kind]

    def kind(self, node: Node, above: str) -> Any:
        node.say_stored_type("timezone", "format")
        match node.type:
            case Struct():
                name = self.free(above)
                return {"type": "record", "name": name, "fields": [self.field(one, name) for one in node.fields]}
            case Array():
                return {"type": "array", "items": self.optional(node.item, f"{above}_item")}
            case Map():
                return self._map(node, above)
            case Decimal(precision, scale):
                return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}
        return self._enum(node, above) or _simple(node, node.type)

    def _map(self, node: Node, above: str) -> Any:
        key, value = node.key_and_value
        if isinstance(key.type, Varchar) or key.type == Simple("string"):
            _simple(key, key.type)
            key.say_type()
            key.say("required")
            return {"type": "map", "values": self.optional(value, f"{above}_value")}
        node.lose("a map of other keys than text is written as a list of pairs", "logicalType")
        pair = {"type": "record", "name": self.free(f"{above}_pair")}
        return {"type": "array", "items": {**pair, "fields": [self.field(key, above), self.field(value, above)]}}

    def _enum(self, node: Node, above: str) -> Any:
        values = [one.value for one in node.found.enum or ()]
        if node.type != Simple("string") or not values:
            return None
        if not all(isinstance(one, str) and _NAME.fullmatch(one) for one in values):
            node.lose("the symbols of an Avro enumeration are names", "enum")
            return None
        for index in range(len(values)):
            node.say("enum", index, "value")
        return {"type": "enum", "name": self.free(above), "symbols": values}


def _simple(node: Node, kind: DataType) -> Any:
    if isinstance(kind, Varchar):
        node.lose("text has no length in Avro", "physicalType")
        return "string"
    assert isinstance(kind, Simple)
    if kind.name in ("tinyint", "smallint"):
        why = "the smallest whole number of Avro has 32 bits"
        node.lose(why, "physicalType")
        node.lose(why, "logicalTypeOptions", "format")
    if (text := getattr(node.options, "format", None)) and kind.name == "string":
        if text == "uuid":
            node.say("logicalTypeOptions", "format")
            return {"type": "string", "logicalType": "uuid"}
        node.lose("Avro knows no format of text but uuid", "logicalTypeOptions", "format")
    elif kind.name in ("date", "timestamp", "timestamp_ntz"):
        node.lose("Avro writes moments as numbers", "logicalTypeOptions", "format")
    return _TYPES[kind.name]
