"""Every key that a user can write is read by the code that it is said to steer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from mesh_etl.config import Env, Mesh, job_model
from mesh_etl.config.view import View
from tests.unit.house.source import modules, nodes


def models(start: Any, seen: set[Any]) -> Iterator[type[BaseModel]]:
    """All models that a file of this kind is read into, by the types of their fields."""
    if isinstance(start, type) and issubclass(start, BaseModel):
        if start in seen:
            return
        seen.add(start)
        yield start
        for field in start.model_fields.values():
            yield from models(field.annotation, seen)
    for inner in get_args(start):
        yield from models(inner, seen)


@cache
def attributes() -> frozenset[str]:
    """The names of all attributes that the package reads."""
    return frozenset(node.attr for path in modules() for node in nodes(path, ast.Attribute))


def keys() -> list[tuple[str, str]]:
    found = {
        (model.__name__, name)
        for kind in (job_model(), View, Mesh, Env)
        for model in models(kind, set())
        for name in model.model_fields
        if name != "type"  # the tag of a union: pydantic reads it
    }
    return sorted(found)


@pytest.mark.parametrize(("model", "name"), keys())
def test_key_is_read(model: str, name: str) -> None:
    assert name in attributes(), f"no code reads {model}.{name}"


def test_the_walk_finds_the_components() -> None:
    found = {model for model, _ in keys()}
    assert {"Csv", "Table", "Dedupe", "Target", "Domain", "AwsWorld", "Checks"} <= found
