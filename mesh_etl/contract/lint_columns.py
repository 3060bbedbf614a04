"""Promises about values that no value can keep, or that do not fit the column's type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mesh_etl.contract import types
from mesh_etl.contract.draft import Draft
from mesh_etl.contract.options import (
    ArrayOptions,
    DateOptions,
    NumericOptions,
    ObjectOptions,
    RangeOptions,
    StringOptions,
)
from mesh_etl.contract.regex import refusal
from mesh_etl.contract.table import Loc, ObjectProperty, Property
from mesh_etl.contract.values import family, fits, moment
from mesh_etl.errors import Fault, did_you_mean

OPTIONS = "logicalTypeOptions"


def column_faults(draft: Draft) -> Iterator[Fault]:
    """Impossible bounds, patterns that cannot be checked and accepted values of another type."""
    for below, found in draft.table.walk():
        loc = (*draft.top, *below)
        options = found.logical_type_options
        if isinstance(options, StringOptions):
            yield from _text(draft, found, options, loc)
        elif isinstance(options, RangeOptions):
            yield from _range(draft, found, options, loc)
        elif isinstance(options, ArrayOptions):
            ends = options.min_items, options.max_items
            yield from _ordered(draft, "minItems", "maxItems", *ends, (*loc, OPTIONS))
        elif isinstance(options, ObjectOptions):
            yield from _object(draft, found, options, loc)
        yield from _enum(draft, found, loc)


def _text(draft: Draft, found: Property, options: StringOptions, loc: Loc) -> Iterator[Fault]:
    here = (*loc, OPTIONS)
    yield from _ordered(draft, "minLength", "maxLength", options.min_length, options.max_length, here)
    width = _width(found)
    for key, length in (("minLength", options.min_length), ("maxLength", options.max_length)):
        if width is not None and length is not None and length > width:
            problem = f"{key} {length} goes beyond the physicalType, which has room for {width}"
            yield Fault("LENGTH_BEYOND_TYPE", problem, draft.where(*here, key), "change one of them")
    reason = refusal(options.pattern) if options.pattern is not None else None
    if reason:
        yield Fault("BAD_PATTERN", reason, draft.where(*here, "pattern"), "correct the pattern")


def _width(found: Property) -> int | None:
    try:
        physical = types.parse(found.physical_type or "")
    except ValueError:
        return None  # the dialect of another server
    return physical.length if isinstance(physical, types.Varchar) else None


def _range(draft: Draft, found: Property, options: RangeOptions, loc: Loc) -> Iterator[Fault]:
    here = (*loc, OPTIONS)
    for name in options.crowded():
        exclusive = f"exclusive{name.capitalize()}"
        problem = f"{name} and {exclusive} do not go together"
        yield Fault("BOUND_STATED_TWICE", problem, draft.where(*here, exclusive), "keep one of them")
    ends: list[Any] = []
    for name, bound in (("minimum", options.lower), ("maximum", options.upper)):
        value = bound.value if bound else None
        if bound and isinstance(options, DateOptions):
            value = _instant(found, bound.value)
            if value is None:
                key = _key(options, name)
                fix = f"write it as ISO 8601, such as {_EXAMPLES[found.logical_type or 'date']}"
                problem = f"{key} is not a {found.logical_type}"
                yield Fault("BOUND_NOT_OF_TYPE", problem, draft.where(*here, key), fix)
        ends.append(value)
    low, high = ends
    if low is None or high is None or options.lower is None or options.upper is None:
        return
    closed = options.lower.inclusive and options.upper.inclusive
    if type(low) is not type(high) and isinstance(options, DateOptions):
        return
    if low > high or (low == high and not closed):
        problem = "no value lies between minimum and maximum"
        yield Fault("IMPOSSIBLE_BOUNDS", problem, draft.where(*here, _key(options, "minimum")), "swap or widen them")
    elif (
        isinstance(options, NumericOptions)
        and options.multiple_of is not None
        and 0 < low <= high < options.multiple_of
    ):
        where = draft.where(*here, "multipleOf")
        yield Fault("IMPOSSIBLE_BOUNDS", "no multiple lies between minimum and maximum", where, "widen them")


_EXAMPLES = {"date": "2024-01-31", "timestamp": "2024-01-31T09:30:00Z", "time": "09:30:00"}


def _instant(found: Property, value: Any) -> Any:
    kind = found.logical_type or "date"
    # Versions 3.0 of the standard have `date` for timestamps as well.
    return moment(value, kind) or (moment(value, "timestamp") if kind == "date" else None)


def _key(options: RangeOptions, name: str) -> str:
    return name if getattr(options, name) is not None else f"exclusive{name.capitalize()}"


def _ordered(draft: Draft, low: str, high: str, least: Any, most: Any, loc: Loc) -> Iterator[Fault]:
    if least is not None and most is not None and least > most:
        problem = f"{low} {least} is greater than {high} {most}"
        yield Fault("IMPOSSIBLE_BOUNDS", problem, draft.where(*loc, low), "swap or widen them")


def _object(draft: Draft, found: Property, options: ObjectOptions, loc: Loc) -> Iterator[Fault]:
    here = (*loc, OPTIONS)
    ends = options.min_properties, options.max_properties
    yield from _ordered(draft, "minProperties", "maxProperties", *ends, here)
    names = {one.name for one in found.properties} if isinstance(found, ObjectProperty) else set()
    for index, name in enumerate(options.required or ()):
        if names and name not in names:
            where = draft.where(*here, "required", index)
            yield Fault("UNKNOWN_PROPERTY", f"the object has no property '{name}'", where, did_you_mean(name, names))


def _enum(draft: Draft, found: Property, loc: Loc) -> Iterator[Fault]:
    kind, seen = family(found), set()
    for index, one in enumerate(found.enum or ()):
        where = draft.where(*loc, "enum", index, "value")
        if kind is not None and not fits(one.value, kind):
            fix = "put it in quotes" if kind == "string" else "write it as the column's type"
            yield Fault("VALUE_NOT_OF_TYPE", f"the accepted value is not of type {kind}", where, fix)
        mark = (type(one.value), one.value)
        if mark in seen:
            yield Fault("DUPLICATE_VALUE", "the accepted value is listed already", where, "remove it")
        seen.add(mark)
