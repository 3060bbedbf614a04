"""The project's own Python: its plug-ins, and the functions that jobs and policies name, with what these import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project


def own_modules(project: Project, products: tuple[str, ...]) -> dict[str, bytes]:
    """The files under the project's root that jobs for the products import, by their path; of a package, all of it.

    What is installed from elsewhere is not among them. Raises `ConfigError` MODULE_UNREADABLE for a file whose imports
    cannot be told.
    """
    jobs = [project.job(product).document.data for product in products or project.products()]
    policies = [policy.model_dump(mode="json", by_alias=True) for policy in project.mesh.policies]
    waiting = [*project.mesh.plugins, *(name for one in (*jobs, *policies) for name in _functions(one))]
    found: dict[str, bytes] = {}
    seen: set[str] = set()
    while waiting:
        top = waiting.pop().partition(".")[0]
        if top in seen:
            continue
        seen.add(top)
        for path in _files(project.root, top):
            name = path.relative_to(project.root).as_posix()
            found[name] = path.read_bytes()
            waiting += _imports(found[name], name) if path.suffix == ".py" else ()
    return found


def _functions(data: Any) -> Iterator[str]:
    """The modules that `function: module:name` names, wherever it stands."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "function" and isinstance(value, str) and ":" in value:
                yield value.partition(":")[0]
            yield from _functions(value)
    elif isinstance(data, list):
        for one in data:
            yield from _functions(one)


def _files(root: Path, top: str) -> list[Path]:
    package = root / top
    if (package / "__init__.py").is_file() or (package.is_dir() and any(package.glob("*.py"))):
        every = (path for path in package.rglob("*") if path.is_file())
        return sorted(one for one in every if "__pycache__" not in one.parts and not one.name.startswith("."))
    module = root / f"{top}.py"
    return [module] if module.is_file() else []


def _imports(source: bytes, name: str) -> list[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        fault = Fault("MODULE_UNREADABLE", "this is no Python that runs here", f"{name}:{line}:1", "mend it")
        raise ConfigError(fault) from error
    nodes = list(ast.walk(tree))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return plain + [
        node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level
    ]
