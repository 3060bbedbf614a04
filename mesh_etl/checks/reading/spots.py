"""Where rules can stand: the stored columns, and the fields, items, keys and values inside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.contract.table import ArrayProperty, Loc, MapProperty, ObjectProperty, Property, UntypedProperty
from mesh_etl.contract.types import Array, DataType, Map, Struct

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract

Step = str  # a field's name, or one of ITEM, KEY and VALUE
ITEM, KEY, VALUE = "[]", "{key}", "{value}"
UNDESCRIBED = UntypedProperty()


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
    """Every stored column with all parts inside it; outer ones come first.

    A part that only a `physicalType` states is described by nothing, and its `loc` is that of what is around it.
    """
    types = {field.name: field.type for field in contract.schema}
    for index, column in enumerate(contract.table.properties):
        if column.stored_name in types:
            loc = ("schema", 0, "properties", index)
            yield from _inside(Spot(column.stored_name, (), column, types[column.stored_name], loc))


def _inside(spot: Spot) -> Iterator[Spot]:
    yield spot
    found, kind = spot.found, spot.type
    if isinstance(kind, Struct):
        described = dict(_fields(found))
        for field in kind.fields:
            inner, loc = described.get(field.name, (UNDESCRIBED, ()))
            yield from _inside(_part(spot, field.name, inner, field.type, loc))
    elif isinstance(kind, Array):
        items = found.items if isinstance(found, ArrayProperty) else None
        yield from _inside(_part(spot, ITEM, items or UNDESCRIBED, kind.item, ("items",) if items else ()))
    elif isinstance(kind, Map):
        ends = found.map if isinstance(found, MapProperty) else None
        key, value = (ends.key, ends.value) if ends else (UNDESCRIBED, UNDESCRIBED)
        yield from _inside(_part(spot, KEY, key, kind.key, ("map", "key") if ends else ()))
        yield from _inside(_part(spot, VALUE, value, kind.value, ("map", "value") if ends else ()))


def _fields(found: Property) -> Iterator[tuple[str, tuple[Property, Loc]]]:
    for index, inner in enumerate(found.properties if isinstance(found, ObjectProperty) else ()):
        yield inner.stored_name, (inner, ("properties", index))


def _part(spot: Spot, step: Step, found: Property, kind: DataType, below: Loc) -> Spot:
    return Spot(spot.column, (*spot.steps, step), found, kind, (*spot.loc, *below))
