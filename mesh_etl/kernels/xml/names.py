"""Where the columns of a schema stand in an element: names with their namespaces, and paths of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mesh_etl.contract.types import Array, DataType, Map, Schema, Struct

Path = tuple[str, ...]
Tree = dict[str, Any]  # name → tree of what is read below, or None where a column takes all; "." is the text
Namespaces = Mapping[str, str] | Literal["ignore"]

XSI = "http://www.w3.org/2001/XMLSchema-instance "


@dataclass(frozen=True)
class RowTag:
    """The rows' tag as the parser reports it; `local_only` when namespaces are to be ignored.

    `only_rows` refuses other elements beside rows.
    """

    name: str
    local_only: bool = False
    only_rows: bool = True


@dataclass(frozen=True)
class Place:
    """The paths at which a column may stand: one that was declared, or a child and an attribute of its own name."""

    paths: tuple[Path, ...]


def expanded(name: str, namespaces: Namespaces) -> str:
    """The name as the parser reports it: `uri local`, or the local name alone. `@` before it is kept.

    Raises `KeyError` for a prefix that is not declared.
    """
    mark, bare = ("@", name[1:]) if name.startswith("@") else ("", name)
    prefix, colon, local = bare.rpartition(":")
    if not colon:
        return mark + local
    uri = "" if namespaces == "ignore" else namespaces[prefix]
    return f"{mark}{uri} {local}" if uri else mark + local


def places(schema: Schema, names: Mapping[str, str], namespaces: Namespaces) -> tuple[Place, ...]:
    """The place of each column, in the order of the schema."""
    found = []
    for column in schema:
        if column.name in names:
            path = tuple(expanded(step, namespaces) for step in names[column.name].split("/"))
            found.append(Place((path,)))
        else:
            found.append(Place(((column.name,), (f"@{column.name}",))))
    return tuple(found)


def read_of(schema: Schema, found: tuple[Place, ...]) -> Tree:
    """All that some column reads of an element."""
    tree: Tree = {}
    for column, place in zip(schema, found, strict=True):
        for path in place.paths:
            _grow(tree, path, column.type)
    return tree


def _grow(tree: Tree, path: Path, type_: DataType) -> None:
    name, rest = path[0], path[1:]
    if name == ".":
        tree["."] = None
    elif tree.get(name, tree) is None:
        return
    elif rest:
        _grow(tree.setdefault(name, {}), rest, type_)
    elif isinstance(type_.item if isinstance(type_, Array) else type_, (Struct, Map)):
        tree[name] = None
    else:
        tree.setdefault(name, {})["."] = None
