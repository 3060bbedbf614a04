"""From the columns of a contract to the types of the table that it promises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mesh_etl.contract import types
from mesh_etl.contract.table import (
    ArrayProperty,
    IntegerProperty,
    Loc,
    MapProperty,
    NumberProperty,
    ObjectProperty,
    Property,
    Table,
    TimestampProperty,
    VectorProperty,
)
from mesh_etl.contract.types import Array, DataType, Decimal, Map, Simple, Struct, Varchar
from mesh_etl.errors import Fault

COLUMN_NAME = re.compile(r"[a-z_][a-z0-9_]*")
RESERVED = "_mesh"

_INTEGERS: dict[str, DataType] = {
    "i8": Simple("tinyint"), "i16": Simple("smallint"), "i32": Simple("int"), "i64": Simple("bigint"),
    "u8": Simple("smallint"), "u16": Simple("int"), "u32": Simple("bigint"), "u64": Decimal(20, 0),
    "i128": Decimal(38, 0), "u128": Decimal(38, 0),
}  # fmt: skip
_VECTORS: dict[str, DataType] = {
    "float16": Array(Simple("float")), "bfloat16": Array(Simple("float")), "float32": Array(Simple("float")),
    "float64": Array(Simple("double")), "int8": Array(Simple("tinyint")), "uint8": Array(Simple("smallint")),
    "binary": Simple("binary"),
}  # fmt: skip
_PLAIN = {"string": "string", "boolean": "boolean", "date": "date", "time": "string"}
_FAMILIES = {
    "string": {"string", "varchar", "binary"},
    "integer": {"tinyint", "smallint", "int", "bigint"},
    "number": {"tinyint", "smallint", "int", "bigint", "float", "double", "decimal"},
    "boolean": {"boolean"},
    "date": {"date"},
    "timestamp": {"timestamp", "timestamp_ntz"},
    "time": {"string", "varchar"},
    "object": {"struct"},
    "array": {"array"},
    "map": {"map"},
    "vector": {"array", "binary"},
}


@dataclass
class Columns:
    """The fields of a table as far as they could be read, and what was wrong with the others.

    `where` turns a path below the table into a place; `dates_hold_time` is for versions 3.0 of the standard, whose
    `date` stands for timestamps as well.
    """

    where: Callable[[Loc], str]
    dates_hold_time: bool = False
    faults: list[Fault] = field(default_factory=list)

    def read(self, table: Table) -> types.Schema:
        """The stored columns in order: measures are computed by whoever reads, so they are none."""
        stored: list[tuple[int, Property]] = [
            (i, column) for i, column in enumerate(table.properties) if column.semantic_type != "measure"
        ]
        return tuple(self._fields(stored, ("properties",)))

    def _fields(self, found: list[tuple[int, Property]], loc: Loc) -> Iterator[types.Field]:
        for index, column in found:
            here = (*loc, index)
            self._check_name(column, here)
            kind = self.type_of(column, here)
            if kind is not None:
                yield types.Field(column.stored_name, kind)

    def _check_name(self, column: Property, loc: Loc) -> None:
        name, key = column.stored_name, "physicalName" if column.physical_name else "name"
        if not COLUMN_NAME.fullmatch(name):
            fix = "use lower-case letters, digits and '_', or add such a physicalName"
            self._fault("COLUMN_NAME", f"'{name}' cannot be the name of a column", (*loc, key), fix)
        elif name.startswith(RESERVED):
            self._fault("COLUMN_NAME", f"names that start with '{RESERVED}' are reserved", (*loc, key), "rename it")

    def type_of(self, found: Property, loc: Loc) -> DataType | None:
        """The type of one property, or None after noting why it has none."""
        try:
            physical = types.parse(found.physical_type) if found.physical_type else None
        except ValueError as error:
            if found.logical_type is None:
                fix = "spell it as Spark does, such as decimal(12,2), or add a logicalType"
                self._fault("UNKNOWN_TYPE", str(error), (*loc, "physicalType"), fix)
                return None
            physical = None  # the dialect of another server; the logicalType says what it is here
        if physical is None:
            return self._logical(found, loc)
        if found.logical_type is None:
            return physical
        return physical if self._agree(found, physical, loc) else None

    def _logical(self, found: Property, loc: Loc) -> DataType | None:
        if isinstance(found, IntegerProperty):
            options = found.logical_type_options
            return _INTEGERS[options.format if options and options.format else "i64"]
        if isinstance(found, NumberProperty):
            options_ = found.logical_type_options
            return Simple("float" if options_ and options_.format == "f32" else "double")
        if isinstance(found, TimestampProperty):
            instant = found.logical_type_options
            return Simple("timestamp_ntz" if instant and instant.timezone is False else "timestamp")
        if isinstance(found, VectorProperty):
            return _VECTORS[found.logical_type_options.element_type]
        if isinstance(found, ObjectProperty):
            return self._struct(found, loc)
        if isinstance(found, ArrayProperty):
            if found.items is None:
                return self._untold(loc, "items")
            item = self.type_of(found.items, (*loc, "items"))
            return Array(item) if item else None
        if isinstance(found, MapProperty):
            key = self.type_of(found.map.key, (*loc, "map", "key"))
            value = self.type_of(found.map.value, (*loc, "map", "value"))
            return Map(key, value) if key and value else None
        if found.logical_type in _PLAIN:
            return Simple(_PLAIN[found.logical_type])
        return self._untold(loc, "logicalType")

    def _struct(self, found: ObjectProperty, loc: Loc) -> DataType | None:
        if not found.properties:
            return self._untold(loc, "properties")
        fields = tuple(self._fields(list(enumerate(found.properties)), (*loc, "properties")))
        return Struct(fields) if len(fields) == len(found.properties) else None

    def _untold(self, loc: Loc, key: str) -> DataType | None:
        fix = f"add {key}, or a physicalType that Spark reads"
        self._fault("NO_TYPE", f"the type is not told: there is no {key}", loc, fix)
        return None

    def _agree(self, found: Property, physical: DataType, loc: Loc) -> bool:
        """Whether the logicalType, at every depth that the contract tells, allows the physicalType."""
        if found.logical_type is None:
            return self._same(found, physical, loc)
        if not self._allows(found.logical_type, physical):
            problem = f"logicalType '{found.logical_type}' and physicalType '{physical.glue()}' contradict each other"
            self._fault("TYPE_CONTRADICTION", problem, (*loc, "physicalType"), "change one of them, or drop one")
            return False
        if isinstance(found, ArrayProperty) and isinstance(physical, Array) and found.items:
            return self._inner(found.items, physical.item, (*loc, "items"))
        if isinstance(found, MapProperty) and isinstance(physical, Map):
            key = self._inner(found.map.key, physical.key, (*loc, "map", "key"))
            return self._inner(found.map.value, physical.value, (*loc, "map", "value")) and key
        if isinstance(found, ObjectProperty) and isinstance(physical, Struct) and found.properties:
            return self._same_fields(found, physical, loc)
        return True

    def _allows(self, logical: str, physical: DataType) -> bool:
        family = _FAMILIES[logical]
        if logical == "date" and self.dates_hold_time:
            family = family | _FAMILIES["timestamp"]
        if logical == "integer" and isinstance(physical, Decimal):
            return physical.scale == 0
        return _kind(physical) in family

    def _inner(self, found: Property, physical: DataType, loc: Loc) -> bool:
        return self._same(found, physical, loc) if found.physical_type else self._agree(found, physical, loc)

    def _same(self, found: Property, physical: DataType, loc: Loc) -> bool:
        stated = self.type_of(found, loc)
        if stated is not None and stated != physical:
            problem = f"the type is '{stated.glue()}' here and '{physical.glue()}' in the physicalType around it"
            self._fault("TYPE_CONTRADICTION", problem, loc, "change one of them, or drop one")
        return stated == physical

    def _same_fields(self, found: ObjectProperty, physical: Struct, loc: Loc) -> bool:
        names = [one.stored_name for one in found.properties]
        if names != [one.name for one in physical.fields]:
            problem = "the properties and the struct in the physicalType name different fields"
            self._fault("TYPE_CONTRADICTION", problem, (*loc, "physicalType"), "name the same fields in the same order")
            return False
        pairs = zip(found.properties, physical.fields, strict=True)
        return all([self._inner(one, two.type, (*loc, "properties", i)) for i, (one, two) in enumerate(pairs)])

    def _fault(self, code: str, problem: str, loc: Loc, fix: str) -> None:
        self.faults.append(Fault(code, problem, self.where(loc), fix))


def _kind(found: DataType) -> str:
    if isinstance(found, Simple):
        return found.name
    if isinstance(found, Decimal | Varchar | Array | Map | Struct):
        return type(found).__name__.lower()
    raise TypeError(f"{type(found).__name__} is not a column type")
