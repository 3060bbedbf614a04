"""The project's own Python: its plug-ins, and the functions that jobs and policies name, with what these import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mesh_etl
from mesh_etl.deploy.package.imports import imports

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.config.document import Loc


def entries(project: Project, products: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The modules that the configuration of jobs for these products names, each with its place; for none, of all."""
    for index, name in enumerate(project.mesh.plugins):
        yield name, project.where_mesh("plugins", index)
    for index, policy in enumerate(project.mesh.policies):
        for name, loc in _functions(policy.model_dump(mode="json", by_alias=True)):
            yield name, project.where_mesh("policies", index, *loc)
    for product in products or project.products():
        job = project.job(product)
        for name, loc in _functions(job.document.data):
            yield name, job.where(*loc)


def own_modules(project: Project, products: tuple[str, ...]) -> dict[str, bytes]:
    """The files under the project's root that jobs for the products import, by their path; of a package, all of it.

    What is installed from elsewhere is not among them. Raises `ConfigError` MODULE_UNREADABLE for a file whose imports
    cannot be told.
    """
    waiting = [name for name, _ in entries(project, products)]
    found: dict[str, bytes] = {}
    seen: set[str] = set()
    while waiting:
        module = waiting.pop()
        top = module.partition(".")[0]
        if top in seen or not is_own(project.root, module):
            continue
        seen.add(top)
        for path in _files(project.root, top):
            name = path.relative_to(project.root).as_posix()
            found[name] = path.read_bytes()
            if path.suffix == ".py":
                waiting += (one.module for one in imports(found[name], name))
    return found


def is_own(root: Path, module: str) -> bool:
    """Whether the module is the project's, by its whole name; the library is not, in a checkout of itself.

    A package is one by Python in its own folder. One that has packages alone is one by the module that is asked for: a
    folder may be called as what is installed, and have some Python far below.
    """
    package = root / module.partition(".")[0]
    if package == Path(mesh_etl.__file__).parent:
        return False
    return any(package.glob("*.py")) or any(run_by(root, module))


def run_by(root: Path, module: str) -> Iterator[Path]:
    """The project's files that run when the module is imported: the packages that it is in, and its own file."""
    path = root
    for part in module.split("."):
        path = path / part
        yield from (one for one in (path / "__init__.py", path.with_name(f"{part}.py")) if one.is_file())


def _functions(data: Any, loc: Loc = ()) -> Iterator[tuple[str, Loc]]:
    """The modules that `function: module:name` names, wherever it stands."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "function" and isinstance(value, str) and ":" in value:
                yield value.partition(":")[0], (*loc, key)
            yield from _functions(value, (*loc, key))
    elif isinstance(data, list):
        for index, one in enumerate(data):
            yield from _functions(one, (*loc, index))


def _files(root: Path, top: str) -> list[Path]:
    """The module that stands alone; the package, whole; both where both are there, of which Python takes one."""
    module, package = root / f"{top}.py", root / top
    alone = [module] if module.is_file() else []
    if alone and not any(package.glob("*.py")):
        return alone
    every = (path for path in package.rglob("*") if path.is_file())
    return alone + sorted(one for one in every if "__pycache__" not in one.parts and not one.name.startswith("."))
