"""The columns of a contract and the parts inside them, as translators walk them: the type, and what is stated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.config.document import Loc
from mesh_etl.contract.table import ArrayProperty, MapProperty, ObjectProperty, Property, UntypedProperty
from mesh_etl.contract.types import Array, DataType, Map, Struct
from mesh_etl.exchange.facts import Facts

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract

_NOTHING = UntypedProperty(name="")


@dataclass(frozen=True)
class Node:
    """A column, a field, an item, a key or a value.

    `loc` is where the contract describes it; a part that only the physicalType around it tells has none, and nothing
    stated. `around` are the places of the parts that it is in.
    """

    name: str
    type: DataType
    found: Property
    loc: Loc | None
    facts: Facts
    around: tuple[Loc, ...] = ()

    def say(self, *keys: str | int) -> Any:
        """The value of a key of this part as the contract writes it, which is said by that."""
        return None if self.loc is None else self.facts.say(*self.loc, *keys)

    def lose(self, why: str, *keys: str | int) -> None:
        """What stands under the key is not said, or not exactly; a type is also told by those around it."""
        if self.loc is not None:
            self.facts.lose(why, *self.loc, *keys)
        if self.loc is None or keys == ("physicalType",):
            for outer in self.around:
                self.facts.lose(why, *outer, "physicalType")

    def say_name(self) -> str:
        """The name in storage, which is said."""
        self.say("physicalName" if self.found.physical_name else "name")
        return self.name

    def say_type(self, *exactly: str) -> None:
        """The type is said: the keys that tell it, and those options named that are a part of it."""
        self.say("logicalType")
        self.say("physicalType")
        for one in exactly:
            if one != "format" or self.found.logical_type in ("integer", "number"):  # else it is about text
                self.say("logicalTypeOptions", one)

    def say_stored_type(self, *exactly: str) -> None:
        """As `say_type`, by the type in storage: that of times is text, that of vectors is a list."""
        self.say_type(*exactly)
        if self.found.logical_type in ("time", "vector"):
            self.lose("it is written by its type in storage", "logicalType")

    @property
    def options(self) -> Any:
        """The options of the logical type, or None."""
        return self.found.logical_type_options

    @property
    def needed(self) -> bool:
        """Whether a value must be there."""
        return self.found.required or self.found.primary_key

    @property
    def fields(self) -> tuple[Node, ...]:
        """The fields of a struct, in order."""
        assert isinstance(self.type, Struct)
        if isinstance(self.found, ObjectProperty) and self.found.properties:
            pairs = zip(self.type.fields, enumerate(self.found.properties), strict=True)
            return tuple(self._part(f.name, f.type, one, "properties", index) for f, (index, one) in pairs)
        return tuple(self._untold(one.name, one.type) for one in self.type.fields)

    @property
    def item(self) -> Node:
        """The items of a list."""
        assert isinstance(self.type, Array)
        if isinstance(self.found, ArrayProperty) and self.found.items is not None:
            return self._part("item", self.type.item, self.found.items, "items")
        return self._untold("item", self.type.item)

    @property
    def key_and_value(self) -> tuple[Node, Node]:
        """The keys and the values of a map."""
        assert isinstance(self.type, Map)
        if isinstance(self.found, MapProperty):
            key = self._part("key", self.type.key, self.found.map.key, "map", "key")
            return key, self._part("value", self.type.value, self.found.map.value, "map", "value")
        return self._untold("key", self.type.key), self._untold("value", self.type.value)

    def _part(self, name: str, kind: DataType, found: Property, *steps: str | int) -> Node:
        assert self.loc is not None, "what is described stands somewhere"
        return Node(name, kind, found, (*self.loc, *steps), self.facts, (*self.around, self.loc))

    def _untold(self, name: str, kind: DataType) -> Node:
        around = self.around if self.loc is None else (*self.around, self.loc)
        return Node(name, kind, _NOTHING, None, self.facts, around)


def columns(contract: Contract, facts: Facts) -> tuple[Node, ...]:
    """The stored columns in order."""
    types = {field.name: field.type for field in contract.schema}
    return tuple(
        Node(column.stored_name, types[column.stored_name], column, ("schema", 0, "properties", index), facts)
        for index, column in enumerate(contract.table.properties)
        if column.stored_name in types and column.semantic_type != "measure"
    )
