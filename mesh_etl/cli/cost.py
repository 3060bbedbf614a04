"""`mesh-etl cost`: what a product costs on AWS Glue, before it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.cost.prices import PriceTable
    from mesh_etl.worlds import World


def cost(
    product: Annotated[str, typer.Argument(help="As domain.name, or a domain with all its jobs.")],
    gb: Annotated[float | None, typer.Option("--gb", min=0.001, help="How many gigabytes a run reads.")] = None,
    runs: Annotated[float | None, typer.Option("--runs", min=0.01, help="How many runs there are in a month.")] = None,
    region: Annotated[str, typer.Option("--region", help="Prices of this region; default: that of the job.")] = "",
    prices: Annotated[
        Path | None,
        typer.Option("--prices", help="A file with prices of your own; default: that of mesh.yaml, else list prices."),
    ] = None,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Estimate what runs and storage of a product cost on AWS.

    By past runs, the size of what it reads, and a table of prices; nothing is touched."""
    from mesh_etl import worlds
    from mesh_etl.cli import priced, screen
    from mesh_etl.config import Project
    from mesh_etl.cost.estimate import estimated
    from mesh_etl.cost.known import known
    from mesh_etl.cost.prices import PriceTable

    project = Project.open(root, env)
    table = PriceTable.of_project(project, prices)
    world = worlds.open(project.env, project.root)
    if product in project.mesh.domains:
        if gb is not None or runs is not None:
            raise typer.BadParameter("--gb and --runs are about one product: name it")
        _of_domain(project, product, world, table, region, env, as_json)
        return
    job = project.job(product)
    seen, warnings = known(job, world, required=gb is None)
    found = estimated(job, seen, table, gb, runs, region)
    screen.errors(warnings, "warning")
    if as_json:
        screen.document(priced.facts(found))
    else:
        priced.show(screen.Page(env), found)


def _of_domain(
    project: Project, domain: str, world: World, table: PriceTable, region: str, env: str, as_json: bool
) -> None:
    from mesh_etl.cli import screen
    from mesh_etl.cli.priced_domain import domain_facts, show_domain
    from mesh_etl.cost.domain import domain_cost

    found = domain_cost(project, domain, world, table, region)
    if as_json:
        screen.document(domain_facts(domain, found))
        return
    screen.errors(dict.fromkeys(found.unknown), "warning")
    show_domain(screen.Page(env), domain, found)
