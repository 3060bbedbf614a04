"""From an element to the cells of its columns. Codes: DUPLICATE_KEY, TYPE_FORMAT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import NoneType
from typing import Any

from mesh_etl.contract.types import Array, DataType, Map, Struct
from mesh_etl.kernels.xml.names import Place, Tree

BLANK = " \t\r\n"


@dataclass(slots=True)
class Node:
    """An element with children or attributes; one that has text alone is a string.

    `fields` holds the children by name and the attributes by `@` and name: the one that is called so, or a list of all.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    nil: bool = False
    deep: bool = False  # whether one of the fields is a node itself

    def add(self, name: str, value: Any) -> None:
        """The child or attribute is among the fields."""
        found = self.fields.get(name)
        if found is None:
            self.fields[name] = value
        elif type(found) is list:
            found.append(value)
        else:
            self.fields[name] = [found, value]
        if type(value) is Node:
            self.deep = True


class Misfit(Exception):
    """The element is none of the type; `code` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Cells:
    """The cells of rows; `nulls` are the texts that mean NULL."""

    rows: Sequence[Node]
    nulls: frozenset[str]

    @cached_property
    def _fields(self) -> list[dict[str, Any]]:
        return [row.fields for row in self.rows]

    @cached_property
    def _names(self) -> set[str]:
        return set().union(*self._fields)

    def column(self, place: Place, type_: DataType) -> tuple[list[Any], dict[int, str]]:
        """What the rows have for a column of this type: text, list or dict, None where there is nothing.

        With the code of each row where it is none of the type.
        """
        if not isinstance(type_, (Array, Struct, Map)):
            texts = self._texts(place)
            if texts is not None:
                return [None if one in self.nulls else one for one in texts] if self.nulls else texts, {}
        cells: list[Any] = []
        bad: dict[int, str] = {}
        for row, node in enumerate(self.rows):
            try:
                values = _found(node, place)
                cells.append(None if values is None else self._of(values, type_))
            except Misfit as misfit:
                cells.append(None)
                bad[row] = misfit.code
        return cells, bad

    def unread(self, tree: Tree) -> list[int]:
        """The rows that have something which no column reads."""
        plain = {name for name, below in tree.items() if below is not None and "." in below}
        known = plain.issuperset(self._names)
        return [
            number
            for number, row in enumerate(self.rows)
            if (row.deep or row.text or not (known or plain.issuperset(row.fields))) and unread(row, tree)
        ]

    def _texts(self, place: Place) -> list[str | None] | None:
        """The texts at the place if each row has one or nothing there, as is usual."""
        if any(len(path) != 1 or path[0] == "." for path in place.paths):
            return None
        names = [path[0] for path in place.paths if path[0] in self._names]
        if len(names) > 1:  # a child in some rows and an attribute in others, or both in one
            return None
        name = names[0] if names else ""
        texts = [fields.get(name) for fields in self._fields]
        return texts if set(map(type, texts)) <= {str, NoneType} else None

    def _of(self, values: list[Any], type_: DataType) -> Any:
        if not values and not isinstance(type_, Array):
            return None
        if isinstance(type_, Array):
            return [self._of([one], type_.item) for one in values]
        if len(values) != 1:
            raise Misfit("DUPLICATE_KEY")
        value = values[0]
        if isinstance(value, Node) and value.nil:
            if value.text or any(not name.startswith("@") for name in value.fields):
                raise Misfit("TYPE_FORMAT")
            return None
        if isinstance(type_, (Struct, Map)):
            return self._inside(value, type_)
        if isinstance(value, Node):
            if any(not name.startswith("@") for name in value.fields):
                raise Misfit("TYPE_FORMAT")
            value = value.text
        return None if value in self.nulls else value

    def _inside(self, value: Any, type_: Struct | Map) -> dict[str, Any] | None:
        if isinstance(value, str):
            if value.strip(BLANK):
                raise Misfit("TYPE_FORMAT")
            return None if value in self.nulls else {}
        if value.text.strip(BLANK):
            raise Misfit("TYPE_FORMAT")
        kinds = {one.name: one.type for one in type_.fields} if isinstance(type_, Struct) else {}
        found: dict[str, Any] = {}
        for name, values in value.fields.items():
            bare = name.removeprefix("@")
            if bare in found:
                raise Misfit("DUPLICATE_KEY")
            kind = type_.value if isinstance(type_, Map) else kinds.get(bare)
            found[bare] = None if kind is None else self._of(_all(values), kind)
        return found


def _all(values: Any) -> list[Any]:
    """The values of a field of a node."""
    return values if type(values) is list else [values]


def _found(row: Node, place: Place) -> list[Any] | None:
    values: list[Any] | None = None
    for path in place.paths:
        found = _at(row, path)
        if found is not None:
            if values is not None:
                raise Misfit("DUPLICATE_KEY")  # a child and an attribute of that name
            values = found
    return values


def _at(row: Node, path: tuple[str, ...]) -> list[Any] | None:
    """What stands at the path: None when there is nothing, an empty list when its parent is there without it."""
    here: Any = row
    for depth, name in enumerate(path):
        if name == ".":
            return [here.text if isinstance(here, Node) else here]
        found = here.fields.get(name) if isinstance(here, Node) else None
        values = None if found is None else _all(found)
        if depth == len(path) - 1:
            inside = depth > 0 and not (isinstance(here, Node) and here.nil)
            return [] if values is None and inside else values
        if values is None:
            return None
        if len(values) != 1:
            raise Misfit("DUPLICATE_KEY")
        here = values[0]
    return None


def unread(value: Any, tree: Tree) -> bool:
    """Whether the element has something that no column reads."""
    if isinstance(value, str):
        return "." not in tree and bool(value.strip(BLANK))
    if "." not in tree and value.text.strip(BLANK):
        return True
    for name, values in value.fields.items():
        below = tree.get(name, False)
        if below is False:
            return True
        if below is not None and any(unread(one, below) for one in _all(values)):
            return True
    return False
