"""What an Avro schema means: the contract's type, how its values are decoded, and how Arrow holds them exactly.

Values are decoded without logical types, since a decoder that makes Python's dates and decimals of them rounds: text as
bytes, maps as arrays of pairs so that no key is lost, enumerations as numbers. Arrow then looks at the same bytes as
dates, moments and text. Names of the file never reach the decoder.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context
from decimal import Decimal as Number
from typing import Any

import pyarrow as pa

from mesh_etl.contract.types import Array, DataType, Decimal, Field, Map, Simple, Struct

NODES = 10_000  # a schema that uses its named types again and again grows without end
_PRIMITIVES: dict[str, tuple[str, pa.DataType, pa.DataType]] = {
    "boolean": ("boolean", pa.bool_(), pa.bool_()),
    "int": ("int", pa.int32(), pa.int32()),
    "long": ("bigint", pa.int64(), pa.int64()),
    "float": ("float", pa.float32(), pa.float32()),
    "double": ("double", pa.float64(), pa.float64()),
    "bytes": ("binary", pa.binary(), pa.binary()),
    "string": ("string", pa.binary(), pa.string()),
}
_LOGICAL: dict[tuple[str, str], tuple[str, pa.DataType]] = {
    ("int", "date"): ("date", pa.date32()),
    ("int", "time-millis"): ("string", pa.time32("ms")),
    ("long", "time-micros"): ("string", pa.time64("us")),
    **{
        ("long", f"{prefix}timestamp-{word}"): (name, pa.timestamp(unit, tz=zone))
        for prefix, name, zone in (("", "timestamp", "UTC"), ("local-", "timestamp_ntz", None))
        for word, unit in (("millis", "ms"), ("micros", "us"), ("nanos", "ns"))
    },
}
_DIGITS = 76  # of Arrow's largest decimal
_WIDE = Context(prec=_DIGITS)
_TOO_LARGE = 10**_DIGITS - 1  # stands for numbers beyond that, which no contract's decimal holds either


@dataclass(frozen=True)
class Node:
    """One type of a schema.

    `type` is the contract's, or a name for messages where no contract has it. `plain` is what the decoder reads, in at
    least `least` bytes; `change` is applied to its values (None: they are as they should be), which Arrow takes as
    `raw` and then looks at as `seen`.
    """

    type: DataType | str
    plain: Any
    least: int
    raw: pa.DataType
    seen: pa.DataType
    change: Callable[[Any], Any] | None = None


def columns(text: bytes) -> list[tuple[str, Node]]:
    """The fields of the records that a schema describes, in order.

    Raises `ValueError` for what is no schema of records, for types that hold themselves, and for arrays of items that
    take no room, of which a few bytes could hold any number.
    """
    try:
        schema = json.loads(text)
    except RecursionError:
        raise ValueError("the schema is nested too deep") from None
    if not isinstance(schema, dict) or schema.get("type") not in ("record", "error"):
        raise ValueError("the file holds no records")
    return _Reading().fields(schema, "", ())


class _Reading:
    """Reads a schema from the top, with the named types met so far."""

    def __init__(self) -> None:
        self.named: dict[str, tuple[Any, str]] = {}
        self.count = 0

    def node(self, schema: Any, space: str, above: tuple[str, ...]) -> Node:
        self.count += 1
        if self.count > NODES or len(above) > 100:
            raise ValueError("the schema is too large")
        if isinstance(schema, list):
            return self._union(schema, space, above)
        if isinstance(schema, str):
            if schema in _PRIMITIVES or schema == "null":
                return _primitive(schema, {})
            return self._again(schema, space, above)
        if not isinstance(schema, dict) or "type" not in schema:
            raise ValueError("the schema has a part that is no type")
        kind = schema["type"]
        if kind in ("record", "error"):
            return self._record(schema, space, above)
        if kind == "enum":
            return self._enum(schema, space)
        if kind == "fixed":
            self._name(schema, space)
            return _fixed(schema, self.count)
        if kind == "array":
            item = self.node(schema.get("items"), space, (*above, ""))
            return _array(item)
        if kind == "map":
            return _map(self.node(schema.get("values"), space, (*above, "")), self.count)
        if isinstance(kind, str) and (kind in _PRIMITIVES or kind == "null"):
            return _primitive(kind, schema)
        return self.node(kind, space, (*above, ""))  # {"type": {"type": …}}

    def fields(self, schema: Mapping[str, Any], space: str, above: tuple[str, ...]) -> list[tuple[str, Node]]:
        full, inner = self._name(schema, space)
        found = []
        for field in schema.get("fields") or ():
            if not isinstance(field, dict) or not isinstance(field.get("name"), str):
                raise ValueError("the schema has a field without a name")
            found.append((field["name"], self.node(field.get("type"), inner, (*above, full))))
        return found

    def _name(self, schema: Mapping[str, Any], space: str) -> tuple[str, str]:
        name = schema.get("name")
        if not isinstance(name, str):
            raise ValueError("the schema has a type without a name")
        inner = name.rpartition(".")[0] if "." in name else schema.get("namespace", space)
        full = name if "." in name or not inner else f"{inner}.{name}"
        self.named[full] = (schema, space)
        return full, inner

    def _again(self, name: str, space: str, above: tuple[str, ...]) -> Node:
        full = name if "." in name or not space else f"{space}.{name}"
        full = full if full in self.named else name
        if full not in self.named:
            raise ValueError("the schema names a type that it does not define")
        if full in above:
            raise ValueError("the schema has a type that holds itself")
        schema, outer = self.named[full]
        return self.node(schema, outer, above)

    def _union(self, branches: list[Any], space: str, above: tuple[str, ...]) -> Node:
        nodes = [self.node(branch, space, (*above, "")) for branch in branches]
        plain = [node.plain for node in nodes]
        real = [node for node in nodes if node.type != "null"]
        if not nodes:
            raise ValueError("the schema has a union of nothing")
        if len(real) > 1:
            return Node("a union", plain, 1, pa.null(), pa.null())
        node = real[0] if real else nodes[0]
        return Node(node.type, plain, 1, node.raw, node.seen, _unless_null(node.change))

    def _record(self, schema: Mapping[str, Any], space: str, above: tuple[str, ...]) -> Node:
        number = self.count
        found = self.fields(schema, space, above)
        names = [name for name, _ in found]
        nodes = [node for _, node in found]
        plain = record(number, [node.plain for node in nodes])
        odd = [node.type for node in nodes if isinstance(node.type, str)]
        changes = {f"f{index}": node.change for index, node in enumerate(nodes) if node.change}
        type_ = Struct(tuple(Field(name, node.type) for name, node in found if isinstance(node.type, DataType)))
        return Node(
            f"a record with {odd[0]} inside" if odd else type_ if found else "a record without fields",
            plain,
            sum(node.least for node in nodes),
            pa.struct([(f"f{index}", node.raw) for index, node in enumerate(nodes)]),
            pa.struct([(name, node.seen) for name, node in zip(names, nodes, strict=True)]),
            (lambda cell: cell | {key: change(cell[key]) for key, change in changes.items()}) if changes else None,
        )

    def _enum(self, schema: Mapping[str, Any], space: str) -> Node:
        self._name(schema, space)
        symbols = schema.get("symbols")
        if not isinstance(symbols, list) or not all(isinstance(one, str) for one in symbols):
            raise ValueError("the schema has an enumeration without symbols")

        def symbol(number: int) -> str:
            if number < 0:
                raise IndexError("not a symbol")
            return str(symbols[number])

        return Node(Simple("string"), "int", 1, pa.string(), pa.string(), symbol)


def record(number: int, plain: list[Any]) -> dict[str, Any]:
    """The schema of a record of these, under names that are no other record's."""
    fields = [{"name": f"f{index}", "type": one} for index, one in enumerate(plain)]
    return {"type": "record", "name": f"r{number}", "fields": fields}


def _unless_null(change: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    return change and (lambda cell: None if cell is None else change(cell))


def _primitive(kind: str, schema: Mapping[str, Any]) -> Node:
    if kind == "null":
        return Node("null", "null", 0, pa.null(), pa.null())
    logical = schema.get("logicalType")
    if kind == "bytes" and logical == "decimal":
        return _decimal(schema, "bytes", 1)
    name, raw, seen = _PRIMITIVES[kind]
    if isinstance(logical, str) and (kind, logical) in _LOGICAL:
        name, seen = _LOGICAL[kind, logical]
    plain = "bytes" if kind == "string" else kind
    return Node(Simple(name), plain, 8 if kind == "double" else 4 if kind == "float" else 1, raw, seen)


def _fixed(schema: Mapping[str, Any], number: int) -> Node:
    size = schema.get("size")
    if not isinstance(size, int) or size < 0:
        raise ValueError("the schema has a fixed type without a size")
    plain = {"type": "fixed", "name": f"x{number}", "size": size}
    logical = schema.get("logicalType")
    if logical == "decimal":
        return _decimal(schema, plain, size)
    if logical == "uuid" and size == 16:
        return Node(Simple("string"), plain, size, pa.string(), pa.string(), lambda cell: str(uuid.UUID(bytes=cell)))
    return Node("a duration" if logical == "duration" else Simple("binary"), plain, size, pa.binary(), pa.binary())


def _decimal(schema: Mapping[str, Any], plain: Any, least: int) -> Node:
    precision, scale = schema.get("precision"), schema.get("scale", 0)
    if (
        not isinstance(precision, int)
        or not isinstance(scale, int)
        or not 0 <= scale <= precision <= 38
        or not precision
    ):
        return Node(f"decimal({precision},{scale})"[:40], plain, least, pa.binary(), pa.binary())

    def number(cell: bytes) -> Number:
        unscaled = int.from_bytes(cell, "big", signed=True) if len(cell) <= 64 else _TOO_LARGE
        if not -_TOO_LARGE <= unscaled <= _TOO_LARGE:
            unscaled = _TOO_LARGE
        return _WIDE.scaleb(Number(unscaled), -scale)

    kind = pa.decimal256(_DIGITS, scale)
    return Node(Decimal(precision, scale), plain, least, kind, kind, number)


def _array(item: Node) -> Node:
    if item.least == 0:
        raise ValueError("the schema has an array of items that take no room")
    type_ = Array(item.type) if isinstance(item.type, DataType) else f"an array of {item.type}"
    change = item.change
    return Node(
        type_,
        {"type": "array", "items": item.plain},
        1,
        pa.list_(item.raw),
        pa.list_(item.seen),
        change and (lambda cell: [change(one) for one in cell]),
    )


def _map(value: Node, number: int) -> Node:
    type_ = Map(Simple("string"), value.type) if isinstance(value.type, DataType) else f"a map of {value.type}"
    pair = pa.struct([pa.field("f0", pa.binary(), nullable=False), ("f1", value.raw)])
    change = value.change
    return Node(
        type_,
        {"type": "array", "items": record(number, ["bytes", value.plain])},  # as maps are encoded
        1,
        pa.list_(pair),
        pa.map_(pa.string(), value.seen),
        change and (lambda cell: [one | {"f1": change(one["f1"])} for one in cell]),
    )
