"""Follows the location of a validation error through the model, to the path that the user wrote.

Pydantic puts the tags and branch names of unions into its locations. They are told apart from keys by walking the
model's core schema next to the location, so that a key which happens to be called like a tag is not lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from mesh_etl.config.document import Loc

Shape = dict[str, Any]


@dataclass(frozen=True)
class Walk:
    """The path that the user wrote and what the model says about it.

    `siblings` are the keys known next to the last step, `tags` the types known at the end, `branches` the place and
    the name of each untagged union on the way, and `in_key` says that the error is about a key, not its value.
    """

    path: Loc
    siblings: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    branches: tuple[tuple[Loc, str], ...] = ()
    in_key: bool = False


def walk(model: type[BaseModel], loc: Loc) -> Walk:
    """The walk along `loc` from the top of `model`."""
    refs: dict[str, Shape] = {}
    shape = _open(model.__pydantic_core_schema__, refs)  # type: ignore[arg-type]
    path: list[str | int] = []
    branches: list[tuple[Loc, str]] = []
    siblings: tuple[str, ...] = ()
    for step in loc:
        kind = shape.get("type")
        if step == "[key]":
            return Walk(tuple(path), siblings, (), tuple(branches), in_key=True)
        if kind == "tagged-union":
            shape = _open(shape["choices"].get(step, {}), refs)
        elif kind == "union":
            branches.append((tuple(path), str(step)))
            shape = _branch(shape, str(step), refs)
        else:
            siblings = _keys(shape)
            path.append(step)
            shape = _open(_child(shape, step), refs)
    return Walk(tuple(path), siblings, _tags(shape), tuple(branches))


def _open(shape: Shape, refs: dict[str, Shape]) -> Shape:
    """The first shape inside `shape` that adds a step to locations."""
    while True:
        kind = shape.get("type")
        if kind == "definitions":
            refs.update({one["ref"]: one for one in shape["definitions"]})
        if kind == "definition-ref":
            shape = refs[shape["schema_ref"]]
        elif kind == "json-or-python":
            shape = shape["python_schema"]
        elif kind == "lax-or-strict":
            shape = shape["lax_schema"]
        elif kind == "chain":
            shape = shape["steps"][0]
        elif "schema" in shape:
            shape = shape["schema"]
        else:
            return shape


def _child(shape: Shape, step: str | int) -> Shape:
    kind = shape.get("type")
    if kind in ("model-fields", "typed-dict"):
        for name, one in shape["fields"].items():
            if step in (one.get("validation_alias"), name):
                return dict(one["schema"])
    elif kind in ("list", "set", "frozenset"):
        return dict(shape.get("items_schema", {}))
    elif kind == "tuple" and isinstance(step, int):
        return dict(shape["items_schema"][min(step, len(shape["items_schema"]) - 1)])
    elif kind == "dict":
        return dict(shape.get("values_schema", {}))
    return {}


def _branch(shape: Shape, label: str, refs: dict[str, Shape]) -> Shape:
    choices = [one[0] if isinstance(one, tuple) else one for one in shape["choices"]]
    for choice in choices:
        if label == _label(choice, refs):
            return _open(choice, refs)
    for choice in choices:
        if label.removeprefix("constrained-").startswith(_label(choice, refs)):
            return _open(choice, refs)
    return {}


def _label(shape: Shape, refs: dict[str, Shape]) -> str:
    while shape["type"] in ("definition-ref", "default"):
        shape = refs[shape["schema_ref"]] if shape["type"] == "definition-ref" else shape["schema"]
    if shape["type"] == "model":
        return str(shape["cls"].__name__)
    if shape["type"] == "list":
        return f"list[{_label(shape['items_schema'], refs)}]" if "items_schema" in shape else "list"
    return str(shape["type"])


def _keys(shape: Shape) -> tuple[str, ...]:
    if shape.get("type") not in ("model-fields", "typed-dict"):
        return ()
    aliases = ((one.get("validation_alias"), name) for name, one in shape["fields"].items())
    return tuple(alias if isinstance(alias, str) else name for alias, name in aliases)


def _tags(shape: Shape) -> tuple[str, ...]:
    if shape.get("type") == "tagged-union":
        return tuple(str(tag) for tag in shape["choices"])
    if shape.get("type") in ("literal", "enum"):
        members = shape.get("expected") or [member.value for member in shape["members"]]
        return tuple(str(value) for value in members)
    return ()
