"""From an element to the cells of its columns. Codes: DUPLICATE_KEY, TYPE_FORMAT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mesh_etl.contract.types import Array, DataType, Map, Struct
from mesh_etl.kernels.xml.names import Place, Tree

BLANK = " \t\r\n"


@dataclass(slots=True)
class Node:
    """An element with children or attributes; one that has text alone is a string.

    `fields` holds the children by name and the attributes by `@` and name, each with all that are called so.
    """

    fields: dict[str, list[Any]] = field(default_factory=dict)
    text: str = ""
    nil: bool = False
    deep: bool = False  # whether one of the fields is a node itself

    def add(self, name: str, value: Any) -> None:
        """The child or attribute is among the fields."""
        found = self.fields.get(name)
        if found is None:
            self.fields[name] = [value]
        else:
            found.append(value)
        if type(value) is Node:
            self.deep = True


class Misfit(Exception):
    """The element is none of the type; `code` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Cells:
    """How elements become cells: the texts that mean NULL."""

    nulls: frozenset[str]

    def column(self, rows: Sequence[Node], place: Place, type_: DataType) -> tuple[list[Any], dict[int, str]]:
        """What the rows have for a column of this type: text, list or dict, None where there is nothing.

        With the code of each row where it is none of the type.
        """
        cells: list[Any] = []
        bad: dict[int, str] = {}
        text = not isinstance(type_, (Array, Struct, Map))
        for row, node in enumerate(rows):
            try:
                values = _found(node, place)
                if values is None:
                    cells.append(None)
                elif text and len(values) == 1 and type(values[0]) is str:  # the usual case
                    cells.append(None if values[0] in self.nulls else values[0])
                else:
                    cells.append(self._of(values, type_))
            except Misfit as misfit:
                cells.append(None)
                bad[row] = misfit.code
        return cells, bad

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
            return self._fields(value, type_)
        if isinstance(value, Node):
            if any(not name.startswith("@") for name in value.fields):
                raise Misfit("TYPE_FORMAT")
            value = value.text
        return None if value in self.nulls else value

    def _fields(self, value: Any, type_: Struct | Map) -> dict[str, Any] | None:
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
            found[bare] = None if kind is None else self._of(values, kind)
        return found


def _found(row: Node, place: Place) -> list[Any] | None:
    values: list[Any] | None = None
    for path in place.paths:
        found = row.fields.get(path[0]) if len(path) == 1 and path[0] != "." else _at(row, path)
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
        values: list[Any] | None = here.fields.get(name) if isinstance(here, Node) else None
        if depth == len(path) - 1:
            inside = depth > 0 and not (isinstance(here, Node) and here.nil)
            return [] if values is None and inside else values
        if values is None:
            return None
        if len(values) != 1:
            raise Misfit("DUPLICATE_KEY")
        here = values[0]
    return None


def unread_rows(rows: Sequence[Node], tree: Tree) -> list[int]:
    """The rows that have something which no column reads."""
    plain = frozenset(name for name, below in tree.items() if below is not None and "." in below)
    return [
        number
        for number, row in enumerate(rows)
        if (row.deep or row.text or not plain.issuperset(row.fields)) and unread(row, tree)
    ]


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
        if below is not None and any(unread(one, below) for one in values):
            return True
    return False
