"""What a column promises by its own keys: required, unique, accepted values, lengths, patterns and ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.checks.accepted import Accepted
from mesh_etl.checks.base import Rule, literal
from mesh_etl.checks.dataset import DatasetRule, Unique
from mesh_etl.checks.found import About, Found, Skipped
from mesh_etl.checks.length import Length
from mesh_etl.checks.pattern import Pattern
from mesh_etl.checks.ranges import Range
from mesh_etl.checks.reading.spots import Spot, spots
from mesh_etl.checks.required import Required
from mesh_etl.checks.time import Time
from mesh_etl.contract.comparison import NONE
from mesh_etl.contract.options import RangeOptions, StringOptions
from mesh_etl.contract.table import TimeProperty
from mesh_etl.contract.types import Varchar

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract


def column_rules(contract: Contract) -> Iterator[Found]:
    """The rules that follow from the keys and options of every column."""
    for spot in spots(contract):
        about = About(contract.where(*spot.loc), spot.path)
        yield from (Found(rule, about) for rule in (_inner(spot) if spot.steps else _column(spot)))


def _inner(spot: Spot) -> Iterator[Skipped]:
    if spot.found.required or spot.found.quality or spot.found.logical_type_options:
        yield Skipped(f"{spot.path}.*", "rules inside nested columns are not executed by this version")


def _column(spot: Spot) -> Iterator[Rule | DatasetRule | Skipped]:
    name, column, options = spot.column, spot.found, spot.found.logical_type_options
    if column.required:
        yield Required(f"{name}.required", name, True)
    if column.unique:
        yield Unique(f"{name}.unique", True, (name,), NONE)
    if column.enum:
        yield Accepted(f"{name}.enum", name, True, tuple(literal(one.value, spot.type) for one in column.enum))
    longest = spot.type.length if isinstance(spot.type, Varchar) else None
    if isinstance(options, StringOptions):
        longest = min((one for one in (longest, options.max_length) if one is not None), default=None)
        if options.pattern:
            yield Pattern(f"{name}.pattern", name, True, options.pattern)
    shortest = options.min_length if isinstance(options, StringOptions) else None
    if shortest is not None or longest is not None:
        yield Length(f"{name}.length", name, True, shortest, longest)
    if isinstance(options, RangeOptions) and (options.lower or options.upper):
        ends = [end and (literal(end.value, spot.type), end.inclusive) for end in (options.lower, options.upper)]
        yield Range(f"{name}.range", name, True, ends[0], ends[1])
    if isinstance(column, TimeProperty):
        zoned = bool(column.logical_type_options and column.logical_type_options.timezone)
        yield Time(f"{name}.time", name, True, zoned)
    for option in ("format", "multiple_of", "min_items", "max_items", "unique_items", "min_properties"):
        if getattr(options, option, None) and not (option == "format" and column.logical_type in ("integer", "number")):
            yield Skipped(f"{name}.{option}", f"logicalTypeOptions.{option} is not executed by this version")
