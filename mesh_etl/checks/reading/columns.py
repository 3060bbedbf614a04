"""What columns and the parts inside them promise by their own keys: required, unique, accepted values and options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.checks.accepted import Accepted
from mesh_etl.checks.base import Rule, comparable, literal
from mesh_etl.checks.dataset import DatasetRule, Unique
from mesh_etl.checks.found import About, Found, Skipped
from mesh_etl.checks.inside import placed
from mesh_etl.checks.reading.options import option_rules
from mesh_etl.checks.reading.spots import Spot, spots
from mesh_etl.checks.required import Required
from mesh_etl.checks.time import Time
from mesh_etl.contract.comparison import NONE
from mesh_etl.contract.options import ObjectOptions
from mesh_etl.contract.table import ObjectProperty, TimeProperty

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract


def column_rules(contract: Contract) -> Iterator[Found]:
    """The rules that follow from the keys and options of every column and every part inside it."""
    owed = _owed(contract)
    for spot in spots(contract):
        about = About(contract.where(*spot.loc), spot.path)
        if spot.found.required or spot.path in owed:
            rule = placed(spot, Required(f"{spot.path}.required", spot.path, True))
            yield Found(rule, about if spot.found.required else About(owed[spot.path], spot.path))
        yield from (Found(rule, about) for rule in (*_keys(spot), *option_rules(spot)))


def _owed(contract: Contract) -> dict[str, str]:
    """The fields that `logicalTypeOptions.required` of an object names, each with the place where it does."""
    found = {}
    for spot in spots(contract):
        options = spot.found.logical_type_options
        if isinstance(spot.found, ObjectProperty) and isinstance(options, ObjectOptions):
            stored = {field.name: field.stored_name for field in spot.found.properties}
            for index, name in enumerate(options.required or ()):
                where = contract.where(*spot.loc, "logicalTypeOptions", "required", index)
                found[f"{spot.path}.{stored.get(name, name)}"] = where
    return found


def _keys(spot: Spot) -> Iterator[Rule | DatasetRule | Skipped]:
    name, column = spot.path, spot.found
    if column.unique:
        yield _unique(spot)
    if column.enum:
        yield _accepted(spot)
    if isinstance(column, TimeProperty):
        zoned = bool(column.logical_type_options and column.logical_type_options.timezone)
        yield placed(spot, Time(f"{name}.time", name, True, zoned))


def _unique(spot: Spot) -> DatasetRule | Skipped:
    name = f"{spot.path}.unique"
    if spot.steps:
        return Skipped(name, "uniqueness is a promise of whole columns; uniqueItems is one of the items of a list")
    return Unique(name, True, (spot.column,), NONE)


def _accepted(spot: Spot) -> Rule | Skipped:
    name = f"{spot.path}.enum"
    if not comparable(spot.type):
        return Skipped(name, f"accepted values are not compared with a {spot.type.ddl().partition('<')[0]}")
    values = tuple(literal(one.value, spot.type) for one in spot.found.enum or () if one.value is not None)
    return placed(spot, Accepted(name, spot.path, True, values))
