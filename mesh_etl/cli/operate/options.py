"""What the commands of operation share: which job is meant, in which account, and the flows that it is in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob
    from mesh_etl.operate.flow import DeployedFlow
    from mesh_etl.worlds import World

Job = Annotated[str, typer.Argument(metavar="PRODUCT", help="As domain.name, or the name of a job.")]
RunId = Annotated[
    str, typer.Option("--run", metavar="ID", help="The run, by its id or its beginning; default: the last one.")
]
Alone = Annotated[bool, typer.Option("--alone", help="The job without what follows it.")]


@dataclass(frozen=True)
class Operated:
    """A job and its account, entered as the role that operates it."""

    name: str
    env: str
    project: Project
    world: World
    estate: Estate
    job: GlueJob

    @property
    def options(self) -> str:
        """What the next command is to be told."""
        return f"{self.name} --env {self.env}"

    @property
    def product(self) -> str:
        """The product that the job makes, empty for a chore."""
        return self.job.product

    @property
    def glue(self) -> Any:
        """The client of Glue; each call gives the same one."""
        return self.client("glue")

    @property
    def logs(self) -> Any:
        """The client of CloudWatch Logs."""
        return self.client("logs")

    def client(self, service: str) -> Any:
        """The client of a service, whose calls are the deployer's."""
        return self.world.client(service, self.estate.deployer)

    def flows(self) -> tuple[DeployedFlow, ...]:
        """The flows that the product is in, one that begins with it first. Raises as `deployed_flows` does."""
        from mesh_etl.operate.flow import deployed_flows

        found = deployed_flows(self.project, self.estate, self.client)
        mine = [one for one in found if self.product in one.flow.products]
        return tuple(sorted(mine, key=lambda one: self.product not in one.flow.heads))

    def flow(self) -> DeployedFlow | None:
        """The flow that begins with the product, if one does."""
        return next((one for one in self.flows() if self.product in one.flow.heads), None)


def operated(root: Path, env: str, name: str) -> Operated:
    """The job that is meant, and its account. Raises as `job_of` and `World.client` do."""
    from mesh_etl import worlds
    from mesh_etl.config import Project
    from mesh_etl.operate.target import job_of

    project = Project.open(root, env)
    estate, job = job_of(project, name)
    return Operated(name, env, project, worlds.open(project.env, project.root), estate, job)
