"""What the commands of operation share: which job is meant, in which account."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Estate, GlueJob

Job = Annotated[str, typer.Argument(metavar="PRODUCT", help="As domain.name, or the name of a job.")]
RunId = Annotated[str, typer.Option("--run", metavar="ID", help="The run, by its id; default: the last one.")]


@dataclass(frozen=True)
class Operated:
    """A job and the clients of its account, as the role that operates it; `options` are those of the next command."""

    name: str
    env: str
    estate: Estate
    job: GlueJob
    glue: Any
    logs: Any

    @property
    def options(self) -> str:
        """What the next command is to be told."""
        return f"{self.name} --env {self.env}"


def operated(root: Path, env: str, name: str) -> Operated:
    """The job that is meant, and its account. Raises as `job_of` and `World.client` do."""
    from mesh_etl import worlds
    from mesh_etl.config import Project
    from mesh_etl.operate.target import job_of

    project = Project.open(root, env)
    estate, job = job_of(project, name)
    world = worlds.open(project.env, project.root)
    return Operated(
        name, env, estate, job, world.client("glue", estate.deployer), world.client("logs", estate.deployer)
    )
