"""Where the columns of a schema stand in nested objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mesh_etl.contract.types import Schema
from mesh_etl.kernels.values.typed import Typed

Path = tuple[str, ...]
Tree = dict[str, Any]  # key → tree of the keys below, or None where a column takes all that is there


def steps(path: str) -> Path:
    r"""The keys of a path such as `data.items`; a dot that belongs to a key is written `\.`."""
    return tuple(one.replace("\\.", ".") for one in re.split(r"(?<!\\)\.", path)) if path else ()


@dataclass(frozen=True)
class Keys:
    """The path of each column, in the order of the schema, and all keys that some column reads."""

    paths: tuple[Path, ...]
    tree: Tree

    @staticmethod
    def of(schema: Schema, names: Mapping[str, str]) -> Keys:
        """A column stands under its own name, or at the path that `names` has for it."""
        paths = tuple(steps(names[one.name]) if one.name in names else (one.name,) for one in schema)
        tree: Tree = {}
        for path in paths:
            _grow(tree, path)
        return Keys(paths, tree)

    def cells(self, objects: Sequence[dict[str, Any]]) -> Iterator[tuple[list[Any], dict[int, str]]]:
        """For each column what the objects have, None where a key lacks, and a code where its path leads elsewhere."""
        for path in self.paths:
            if len(path) == 1:
                key = path[0]
                yield [one.get(key) for one in objects], {}
            else:
                yield _followed(objects, path)

    def unknown(self, objects: Sequence[dict[str, Any]]) -> list[int]:
        """The objects that have keys which no column reads."""
        return _unknown(self.tree, list(enumerate(objects)))


def with_codes(found: Typed, bad: dict[int, str]) -> Typed:
    """The column with the codes that its cells had before they were typed."""
    return Typed(found.values, {**found.bad, **bad}) if bad else found


def _followed(objects: Sequence[dict[str, Any]], path: Path) -> tuple[list[Any], dict[int, str]]:
    found: list[Any] = list(objects)
    bad: dict[int, str] = {}
    for key in path:
        for row, one in enumerate(found):
            if isinstance(one, dict):
                found[row] = one.get(key)
            elif one is not None:
                found[row] = None
                bad[row] = "TYPE_FORMAT"
    return found, bad


def _grow(tree: Tree, path: Path) -> None:
    key, rest = path[0], path[1:]
    if not rest or tree.get(key, tree) is None:
        tree[key] = None
    else:
        _grow(tree.setdefault(key, {}), rest)


def _unknown(tree: Tree, objects: list[tuple[int, dict[str, Any]]]) -> list[int]:
    known = frozenset(tree)
    found = {row for row, one in objects if not known.issuperset(one)}
    for key, below in tree.items():
        if below is not None:
            inner = [(row, one[key]) for row, one in objects if isinstance(one.get(key), dict)]
            found.update(_unknown(below, inner))
    return sorted(found)
