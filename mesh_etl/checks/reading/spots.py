"""Where rules can stand: the stored columns, and the fields, items, keys and values inside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.contract.table import ArrayProperty, Loc, MapProperty, ObjectProperty, Property
from mesh_etl.contract.types import Array, DataType, Map, Struct

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract

Step = str  # a field's name, or one of ITEM, KEY and VALUE
ITEM, KEY, VALUE = "[]", "{key}", "{value}"


@dataclass(frozen=True)
class Spot:
    """A column, or a part of one: the stored column, the steps from it, and how the contract describes the part.

    `loc` leads to the part from the top of the contract's file.
    """

    column: str
    steps: tuple[Step, ...]
    found: Property
    type: DataType
    loc: Loc

    @property
    def path(self) -> str:
        """The part as messages and verdicts name it: `order_id`, `address.city`, `lines[].price`, `labels{value}`."""
        return self.column + "".join(step if step in (ITEM, KEY, VALUE) else f".{step}" for step in self.steps)


def spots(contract: Contract) -> Iterator[Spot]:
    """Every stored column with all parts inside it that the contract describes; outer ones come first."""
    types = {field.name: field.type for field in contract.schema}
    for index, column in enumerate(contract.table.properties):
        if column.stored_name in types:
            loc = ("schema", 0, "properties", index)
            yield from _inside(Spot(column.stored_name, (), column, types[column.stored_name], loc))


def _inside(spot: Spot) -> Iterator[Spot]:
    yield spot
    found, kind = spot.found, spot.type
    if isinstance(found, ObjectProperty) and isinstance(kind, Struct):
        types = {field.name: field.type for field in kind.fields}
        for index, inner in enumerate(found.properties):
            if inner.stored_name in types:
                name = inner.stored_name
                yield from _inside(_part(spot, name, inner, types[name], ("properties", index)))
    elif isinstance(found, ArrayProperty) and isinstance(kind, Array) and found.items is not None:
        yield from _inside(_part(spot, ITEM, found.items, kind.item, ("items",)))
    elif isinstance(found, MapProperty) and isinstance(kind, Map):
        yield from _inside(_part(spot, KEY, found.map.key, kind.key, ("map", "key")))
        yield from _inside(_part(spot, VALUE, found.map.value, kind.value, ("map", "value")))


def _part(spot: Spot, step: Step, found: Property, kind: DataType, below: Loc) -> Spot:
    return Spot(spot.column, (*spot.steps, step), found, kind, (*spot.loc, *below))
