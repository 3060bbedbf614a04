"""Every component that a user can write in YAML is shown by a valid example and tested by cases."""

from __future__ import annotations

import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from mesh_etl.registry import Registry

ROOT = Path(__file__).parents[3]
FENCE = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
PARAGRAPH = re.compile(r"\n\s*?\n")
HOMES = {"source": "sources", "transform": "transforms", "mode": "modes", "check": "checks.custom"}


def components() -> list[Any]:
    found = []
    for kind, home in HOMES.items():
        importlib.import_module(f"mesh_etl.{home}")  # registers what it holds
        registry = getattr(importlib.import_module(f"mesh_etl.{home}.base"), kind)
        assert isinstance(registry, Registry)
        found += [
            pytest.param(kind, component, id=f"{kind}-{name}") for name in registry for component in [registry[name]]
        ]
    return found


def mappings(node: object) -> Iterator[dict[str, Any]]:
    """All mappings in a YAML document; `mode: replace` and the arguments of a check count as written out."""
    if isinstance(node, dict):
        yield node
        if isinstance(node.get("check"), str):
            arguments = {key: value for key, value in node.items() if key != "check" and not key.startswith("must")}
            yield {"type": node["check"], **arguments}
        if isinstance(node.get("mode"), str):
            yield {"type": node["mode"]}
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from mappings(child)


@cache
def pages() -> list[dict[str, Any]]:
    """What the documentation and the demo's jobs show."""
    files = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    texts = [block for file in files if file.exists() for block in FENCE.findall(file.read_text(encoding="utf-8"))]
    texts += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "configs").glob("*/*/job.yaml"))]
    return [one for text in texts for one in mappings(YAML(typ="safe").load(text))]


def docstring(component: Any) -> Iterator[dict[str, Any]]:
    """What the component's own description shows: those of its paragraphs that are YAML."""
    for block in PARAGRAPH.split(inspect.getdoc(component) or ""):
        try:
            yield from mappings(YAML(typ="safe").load(textwrap.dedent(block)))
        except YAMLError:
            continue  # prose


def fits(component: Any, example: dict[str, Any]) -> bool:
    try:
        component.model_validate(example)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(("kind", "component"), components())
def test_has_a_valid_example(kind: str, component: Any) -> None:
    name = component.model_fields["type"].default
    written = [one for one in (*docstring(component), *pages()) if one.get("type") == name]
    assert written, f"show {kind} '{name}' in YAML: as a paragraph of its docstring, or in a yaml block under docs/"
    assert any(fits(component, example) for example in written), f"no example of {kind} '{name}' is valid"


@pytest.mark.parametrize(("kind", "component"), components())
def test_has_cases(kind: str, component: Any) -> None:
    name = component.model_fields["type"].default
    places = [ROOT / "tests/cases" / f"{name}.yaml", ROOT / "tests/cases" / f"{kind}s" / f"{name}.yaml"]
    assert any(place.exists() for place in places), f"write tests/cases/{kind}s/{name}.yaml"


@pytest.mark.parametrize(("kind", "component"), components())
def test_has_a_file_of_its_own(kind: str, component: Any) -> None:
    name = component.model_fields["type"].default
    assert component.__module__ == f"mesh_etl.{HOMES[kind]}.{name}", "a component is found by path alone"


@pytest.mark.parametrize(("kind", "component"), components())
def test_describes_every_key(kind: str, component: Any) -> None:
    silent = [key for key, field in component.model_fields.items() if key != "type" and not field.description]
    assert silent == [], f"{kind}: these keys have no description"
