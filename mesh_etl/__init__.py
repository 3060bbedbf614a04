"""mesh_etl: two files and one command make a governed, quality-checked data product.

    report = mesh_etl.run_product("sales.orders", env="local")

or, step by step, each value frozen and printable:

    job = load("sales.orders", env="local")             # ConfigError
    plan = build(job)                                   # PlanError: nothing has been written
    staged = execute(plan, engine, world.secret)        # RunError: nothing is visible
    report = publish(staged, world)                     # PublishError: visible entirely or not at all

Names are loaded when they are used, so that `import mesh_etl` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesh_etl.config import load
    from mesh_etl.errors import ConfigError, MeshError, PlanError, PublishError, RunError
    from mesh_etl.pipeline import run_product
    from mesh_etl.plan import Plan, build
    from mesh_etl.publish import Report, publish
    from mesh_etl.run import Staged, execute

__all__ = [
    "ConfigError",
    "MeshError",
    "Plan",
    "PlanError",
    "PublishError",
    "Report",
    "RunError",
    "Staged",
    "build",
    "execute",
    "load",
    "publish",
    "run_product",
]

_HOMES = {
    "ConfigError": "errors",
    "MeshError": "errors",
    "Plan": "plan",
    "PlanError": "errors",
    "PublishError": "errors",
    "Report": "publish",
    "RunError": "errors",
    "Staged": "run",
    "build": "plan",
    "execute": "run",
    "load": "config",
    "publish": "publish",
    "run_product": "pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mesh_etl' has no attribute '{name}'")
    return getattr(import_module(f"mesh_etl.{_HOMES[name]}"), name)
