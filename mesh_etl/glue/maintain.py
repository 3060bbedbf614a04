"""`jobs/maintain.py`: all tables of a domain are kept in shape, as their jobs' policies say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl import worlds
from mesh_etl.glue import told
from mesh_etl.glue.each import each
from mesh_etl.glue.opened import products_of, project_of
from mesh_etl.run import engines
from mesh_etl.upkeep.maintain import maintain

if TYPE_CHECKING:
    from mesh_etl.errors import MeshError
    from mesh_etl.glue.arguments import Arguments


def work(given: Arguments) -> None:
    """Each product has a line; one that fails keeps no other from being done. Raises the errors of all as one.

    On the engine `embedded`, which is the default in Glue as well, upkeep starts no Spark.
    """
    project = project_of(given)
    world = worlds.open(project.env, project.root)
    with engines.open(given["engine"] or "embedded") as engine:

        def one(product: str) -> MeshError | None:
            found = maintain(project.job(product), engine, world)
            told.line("maintain", outcome="failed" if found.error else "done", **found.to_json())
            return found.error

        each("maintain", products_of(given, project), one)
