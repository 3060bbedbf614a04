"""mesh_etl: two files and one command make a governed, quality-checked data product.

    report = mesh_etl.run_product("sales.orders", env="local")

or, step by step, each value frozen and printable:

    from mesh_etl.plan import build
    from mesh_etl.run import execute
    from mesh_etl.publish import publish

    job = mesh_etl.load("sales.orders", env="local")    # ConfigError
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
    from mesh_etl.pipeline import run_job, run_product
    from mesh_etl.upkeep.maintain import maintain_product

__all__ = [
    "ConfigError",
    "MeshError",
    "PlanError",
    "PublishError",
    "RunError",
    "load",
    "maintain_product",
    "run_job",
    "run_product",
]

_HOMES = {
    "load": "config",
    "maintain_product": "upkeep.maintain",
    "run_job": "pipeline",
    "run_product": "pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'mesh_etl' has no attribute '{name}'")
    return getattr(import_module(f"mesh_etl.{_HOMES.get(name, 'errors')}"), name)


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext mesh_etl` brings `%mesh`, `%%mesh_job` and `%%contract` to a notebook."""
    import_module("mesh_etl.notebook.magics").load(shell)
