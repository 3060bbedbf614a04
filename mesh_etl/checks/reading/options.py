"""`logicalTypeOptions` of a column or a part inside one, and the length that its type states."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from mesh_etl.checks.base import Rule, ValueRule, literal
from mesh_etl.checks.distinct import DistinctItems
from mesh_etl.checks.formats import CARRIED, FORMATS, PATTERNS, Format
from mesh_etl.checks.found import Skipped
from mesh_etl.checks.inside import Inside, placed
from mesh_etl.checks.length import Length
from mesh_etl.checks.multiple import Multiple
from mesh_etl.checks.pattern import Pattern
from mesh_etl.checks.ranges import Range
from mesh_etl.checks.reading.spots import ITEM, Spot
from mesh_etl.checks.size import Dimensions, Size, UnitLength
from mesh_etl.checks.time import TimeRange
from mesh_etl.contract.options import (
    ArrayOptions,
    Bound,
    IntegerOptions,
    NumericOptions,
    ObjectOptions,
    RangeOptions,
    StringOptions,
    VectorOptions,
)
from mesh_etl.contract.table import TimeProperty
from mesh_etl.contract.types import Array, DataType, Map, Simple, Struct, Varchar
from mesh_etl.errors import did_you_mean

_BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_ROUNDING = {"float32": 1e-3, "float64": 1e-3, "float16": 1e-2, "bfloat16": 1e-2}


def option_rules(spot: Spot) -> Iterator[Rule | Skipped]:
    """The rules that follow from the options and the type."""
    for rule in _rules(spot):
        yield placed(spot, rule) if isinstance(rule, ValueRule) else rule


def _rules(spot: Spot) -> Iterator[Rule | Skipped]:
    options = spot.found.logical_type_options
    yield from _length(spot)
    if isinstance(options, StringOptions):
        yield from _text(spot, options)
    if isinstance(options, RangeOptions):
        yield from _range(spot, options)
    if isinstance(options, NumericOptions) and options.multiple_of is not None:
        yield Multiple(f"{spot.path}.multipleOf", spot.path, True, Decimal(str(options.multiple_of)))
    if isinstance(options, IntegerOptions) and options.format:
        yield from _width(spot, options.format)
    if isinstance(options, ArrayOptions):
        yield from _items(spot, options)
    if isinstance(options, ObjectOptions) and (options.min_properties or options.max_properties is not None):
        yield Size(f"{spot.path}.size", spot.path, True, options.min_properties, options.max_properties)
    if isinstance(options, VectorOptions):
        yield from _vector(spot, options)


def _length(spot: Spot) -> Iterator[ValueRule]:
    options = spot.found.logical_type_options
    shortest = longest = None
    if isinstance(options, StringOptions):
        shortest, longest = options.min_length, options.max_length
    if isinstance(spot.type, Varchar):
        longest = min(longest, spot.type.length) if longest is not None else spot.type.length
    if shortest is not None or longest is not None:
        yield Length(f"{spot.path}.length", spot.path, True, shortest, longest)


def _text(spot: Spot, options: StringOptions) -> Iterator[ValueRule | Skipped]:
    if options.pattern:
        yield Pattern(f"{spot.path}.pattern", spot.path, True, options.pattern)
    name, wanted = f"{spot.path}.format", options.format
    if wanted is None or wanted in CARRIED:
        return
    if wanted not in PATTERNS:
        yield Skipped(name, f"'{wanted}' is no format that can be tested; {did_you_mean(wanted, FORMATS)}")
    elif spot.type == Simple("binary"):
        yield Skipped(name, "the column holds bytes, and formats are for text")
    else:
        yield Format(name, spot.path, True, wanted)


def _range(spot: Spot, options: RangeOptions) -> Iterator[ValueRule | Skipped]:
    lower, upper = options.lower, options.upper
    if lower is None and upper is None:
        return
    name = f"{spot.path}.range"
    if isinstance(spot.found, TimeProperty):
        zoned = bool(spot.found.logical_type_options and spot.found.logical_type_options.timezone)
        yield TimeRange(name, spot.path, True, _clock(lower, zoned), _clock(upper, zoned), zoned)
        return
    try:
        yield Range(name, spot.path, True, _end(lower, spot.type), _end(upper, spot.type))
    except ValueError:  # versions 3.0 of the standard have bounds of `date` that tell a time
        yield Skipped(name, f"a bound is no value of the type {spot.type.ddl()}")


def _end(bound: Bound | None, kind: DataType) -> tuple[Any, bool] | None:
    return (literal(bound.value, kind), bound.inclusive) if bound else None


def _clock(bound: Bound | None, zoned: bool) -> tuple[str, bool] | None:
    """The end of a range of times as a column would hold it; a contract may write 09:00."""
    if bound is None:
        return None
    clock = datetime.time.fromisoformat(str(bound.value))
    return (clock if zoned else clock.replace(tzinfo=None)).isoformat(), bound.inclusive


def _width(spot: Spot, form: str) -> Iterator[ValueRule]:
    """The range of `u8` or `i32`, unless the type of the column has it anyway."""
    signed, bits = form[0] == "i", int(form[1:])
    if signed and isinstance(spot.type, Simple) and _BITS.get(spot.type.name, 0) <= bits:
        return
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    yield Range(f"{spot.path}.format", spot.path, True, (low, True), (high, True))


def _items(spot: Spot, options: ArrayOptions) -> Iterator[ValueRule | Skipped]:
    if options.min_items or options.max_items is not None:
        yield Size(f"{spot.path}.size", spot.path, True, options.min_items, options.max_items)
    if options.unique_items and isinstance(spot.type, Array):
        if _flat(spot.type.item):
            yield DistinctItems(f"{spot.path}.uniqueItems", spot.path, True)
        else:
            yield Skipped(f"{spot.path}.uniqueItems", "lists and maps inside the items are not compared")


def _flat(kind: DataType) -> bool:
    if isinstance(kind, Struct):
        return all(_flat(field.type) for field in kind.fields)
    return not isinstance(kind, Array | Map)


def _vector(spot: Spot, options: VectorOptions) -> Iterator[Rule | Skipped]:
    yield Dimensions(f"{spot.path}.dimensions", spot.path, True, options.dimensions)
    if options.element_type == "uint8":
        test = Range(f"{spot.path}.elementType", f"{spot.path}{ITEM}", True, (0, True), (255, True))
        yield Inside(test.id, test.column, True, test, spot.column, (*spot.steps, ITEM))
    if options.normalized and options.element_type in _ROUNDING:
        yield UnitLength(f"{spot.path}.normalized", spot.path, True, _ROUNDING[options.element_type])
    elif options.normalized:
        yield Skipped(f"{spot.path}.normalized", f"vectors of {options.element_type} are not measured")
