"""Engines: where the work of a job runs. An engine is a session and three ways to run a kernel in its workers."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from mesh_etl.errors import Fault, RunError, did_you_mean
from mesh_etl.run.engines.base import Engine
from mesh_etl.run.engines.failures import translated

__all__ = ["NAMES", "Engine", "open", "translated"]

NAMES = ("embedded", "spark", "connect", "glue")


def open(name: str = "embedded", **options: object) -> Engine:
    """The engine `name`, not started yet: a session comes up when the first piece of work asks for it.

    Options: `cores` (embedded), `master` and `conf` (spark), `remote` (connect).
    Raises `RunError` UNKNOWN_ENGINE, or ENGINE_OPTION for an option that the engine does not take.
    """
    if name not in NAMES:
        raise RunError(Fault("UNKNOWN_ENGINE", f"unknown engine '{name}'", "--engine", did_you_mean(name, NAMES)))
    engine = import_module(f"mesh_etl.run.engines.{name}").ENGINE
    known = engine.options
    for option in options:
        if option not in known:
            problem = f"engine '{name}' takes no option '{option}'"
            raise RunError(Fault("ENGINE_OPTION", problem, "--engine", did_you_mean(option, known)))
    return cast("Engine", engine(**options))
