"""Whose word the commands take: the configuration's or that of the accounts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mesh_etl.govern.evaluate.mesh_access import MeshAccess

Live = Annotated[bool, typer.Option("--live", help="What the accounts hold now, not what the configuration asks for.")]


def opened(root: Path, env: str, live: bool) -> MeshAccess:
    """The evaluator of the project at `root`, from its files or from its accounts."""
    from mesh_etl.config import Project
    from mesh_etl.govern.evaluate.mesh_access import MeshAccess

    project = Project.open(root, env)
    return MeshAccess.live(project) if live else MeshAccess.configured(project)
