"""From a plan to staged files: read, transform, check, write, audit. Nothing of it is visible yet.

Names are loaded when they are used: workers of an engine import `run.engines` alone, and often.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesh_etl.run.execution import execute
    from mesh_etl.run.rehearsal import rehearse
    from mesh_etl.run.staged import Staged

__all__ = ["Staged", "execute", "rehearse"]

_HOMES = {"Staged": "staged", "execute": "execution", "rehearse": "rehearsal"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mesh_etl.run' has no attribute '{name}'")
    return getattr(import_module(f"mesh_etl.run.{_HOMES[name]}"), name)
