"""Every module, class and function that others may use says what it is for.

A method that overrides a documented one, or answers to a documented protocol, may leave the word to it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.unit.house.source import modules, name_of, nodes, tree

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def classes() -> dict[str, list[ast.ClassDef]]:
    found: dict[str, list[ast.ClassDef]] = {}
    for path in modules():
        for node in nodes(path, ast.ClassDef):
            found.setdefault(node.name, []).append(node)
    return found


@cache
def bases(owner: ast.ClassDef) -> set[str]:
    return {ast.unparse(base).split("[")[0].split(".")[-1] for base in owner.bases}


@cache
def methods(owner: ast.ClassDef) -> dict[str, str | None]:
    return {node.name: ast.get_docstring(node) for node in owner.body if isinstance(node, ast.FunctionDef)}


@cache
def protocols() -> list[dict[str, str | None]]:
    return [methods(node) for nodes in classes().values() for node in nodes if "Protocol" in bases(node)]


def documents(owner: ast.ClassDef, method: str) -> bool:
    """Whether `owner`, a class above it, or a protocol that it has all methods of, describes `method`."""
    own = methods(owner)
    names = own.keys() | {ast.unparse(node.target) for node in owner.body if isinstance(node, ast.AnnAssign)}
    if own.get(method) or any(protocol.get(method) and protocol.keys() <= names for protocol in protocols()):
        return True
    above = [node for name in bases(owner) - {owner.name} for node in classes().get(name, [])]
    return any(documents(node, method) for node in above)


def silent(node: ast.Module | ast.ClassDef) -> Iterator[str]:
    for child in node.body:
        if not isinstance(child, Definition) or child.name.startswith("_"):
            continue
        overload = any(ast.unparse(decorator).endswith("overload") for decorator in child.decorator_list)
        inherited = isinstance(node, ast.ClassDef) and documents(node, child.name)
        if not ast.get_docstring(child) and not inherited and not overload:
            yield f"line {child.lineno}: {child.name}"
        if isinstance(child, ast.ClassDef):
            yield from silent(child)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_public_names_are_described(path: Path) -> None:
    assert ast.get_docstring(tree(path)) or not tree(path).body, "the module has no docstring"
    assert list(silent(tree(path))) == []
