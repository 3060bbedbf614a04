"""The package's source files as the house tests read them: each is read and parsed once."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


@cache
def modules() -> tuple[Path, ...]:
    return tuple(sorted((ROOT / "mesh_etl").rglob("*.py")))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path))


def nodes(path: Path, kind: type[ast.AST]) -> list[Any]:
    """The nodes of exactly this kind in a file, in the order of `ast.walk`."""
    return _nodes(path)[kind]


@cache
def _nodes(path: Path) -> defaultdict[type[ast.AST], list[ast.AST]]:
    found: defaultdict[type[ast.AST], list[ast.AST]] = defaultdict(list)
    for node in ast.walk(tree(path)):
        found[type(node)].append(node)
    return found
