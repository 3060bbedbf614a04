"""What modules have by a name in capitals, such as a fix that several places say."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


@cache
def constants(package: Path, path: Path) -> dict[str, ast.expr]:
    """The module's constants by their names, and those of each module of the package that it takes some from."""
    found: dict[str, ast.expr] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name.isupper():
                found[name] = value
            case ast.ImportFrom(module=str(module), level=0, names=names) if any(one.name.isupper() for one in names):
                found = {**_of_module(package, module), **found}
    return found


def _of_module(package: Path, module: str) -> dict[str, ast.expr]:
    place = package.parent / module.replace(".", "/")
    files = [one for one in (place.with_suffix(".py"), place / "__init__.py") if one.is_file()]
    return constants(package, files[0]) if files else {}
