"""Plug-ins: modules named in mesh.yaml that register components of their own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from mesh_etl.config import placement
from mesh_etl.config.document import Document
from mesh_etl.config.yaml import read
from mesh_etl.errors import ConfigError, Fault

# What importing somebody's module can raise. One that exits would end a command as if all were well.
_FAILURES = (Exception, SystemExit)


def findable(root: Path) -> None:
    """Modules under the project's root can be imported, after installed ones of the same name."""
    if str(root) not in sys.path:
        sys.path.append(str(root))


def import_plugins(names: tuple[str, ...], root: Path, document: Document) -> None:
    """All plug-ins are imported; modules under the project's root are found too, after installed ones.

    Raises `ConfigError` with a fault for each that does not exist or fails while it is imported.
    """
    if names:
        findable(root)
    faults = [fault for index, name in enumerate(names) for fault in _imported(name, ("plugins", index), document)]
    if faults:
        raise ConfigError(*faults)


def import_around(path: Path) -> bool:
    """Whether a project is around the file; if so, its plug-ins are imported. Raises `ConfigError` as above."""
    try:
        root = placement.root_of(path.absolute().parent)
    except ConfigError:
        return False
    document = read(root / placement.MESH, placement.MESH.as_posix())
    stated = document.data.get("plugins", ()) if isinstance(document.data, dict) else ()
    names = tuple(str(name) for name in stated) if isinstance(stated, list) else ()
    import_plugins(names, root, document)
    return True


def _imported(name: str, loc: tuple[str | int, ...], document: Document) -> list[Fault]:
    where = document.where(loc)
    try:
        import_module(name)
    except _FAILURES as error:
        missing = isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}.")
        if missing:
            fix = "install it, put it under the project's folder, or remove the line"
            return [Fault("PLUGIN_MISSING", f"plugins: there is no module '{name}'", where, fix)]
        problem = f"plugins: '{name}' cannot be imported: it raises {type(error).__name__}"
        return [Fault("PLUGIN_FAILED", problem, where, f"run `python -c 'import {name}'` to see why")]
    return []


def plugin_function(name: str, root: Path, where: str) -> Callable[..., Any]:
    """The function that is named as `module:function`; modules under the project's root are found as plug-ins are.

    Raises `ConfigError`: PLUGIN_MISSING, PLUGIN_FAILED.
    """
    findable(root)
    module, _, attribute = name.partition(":")
    try:
        found = getattr(import_module(module), attribute, None)
    except _FAILURES as error:
        problem = f"'{module}' cannot be imported: it raises {type(error).__name__}"
        code = "PLUGIN_MISSING" if isinstance(error, ModuleNotFoundError) else "PLUGIN_FAILED"
        raise ConfigError(Fault(code, problem, where, f"run `python -c 'import {module}'` to see why")) from None
    if not callable(found):
        problem = f"'{module}' has no function '{attribute}'"
        raise ConfigError(Fault("PLUGIN_MISSING", problem, where, "check the name"))
    return found  # type: ignore[no-any-return]
