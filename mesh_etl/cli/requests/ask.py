"""`mesh-etl request`: ask for access to a product."""

from __future__ import annotations

from typing import Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def request(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    whom: Annotated[str, typer.Option("--for", metavar="WHO", help="Who is to get it, such as marketing.analyst.")],
    reason: Annotated[str, typer.Option("--reason", help="What it is needed for.")],
    role: Annotated[str, typer.Option("--role", help="The role of the product's contract.")] = "",
    columns: Annotated[str, typer.Option("--columns", metavar="A,B", help="These columns, without a role.")] = "",
    rows: Annotated[str, typer.Option("--rows", help="A condition on the rows, without a role.")] = "",
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="How many days it is to hold.")] = 90,
    for_good: Annotated[bool, typer.Option("--for-good", help="It is to hold until it is revoked.")] = False,
    grant_option: Annotated[bool, typer.Option("--grant-option", help="It may be given on.")] = False,
    by: Annotated[str, typer.Option("--by", help="Who asks, on a laptop, where it is somebody else.")] = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Ask for access to a product.

    A policy of the mesh may approve it at once; else the product's owners decide: mesh-etl approve."""
    from mesh_etl import worlds
    from mesh_etl.cli.requests.portrait import told
    from mesh_etl.config import Project
    from mesh_etl.govern.actor import actor
    from mesh_etl.govern.requests import Desk

    project = Project.open(root, env)
    world = worlds.open(project.env, project.root)
    desk = Desk(project)
    found, against = desk.ask(
        product,
        whom,
        reason,
        role=role,
        columns=tuple(name.strip() for name in columns.split(",") if name.strip()),
        rows=rows,
        days=None if for_good else days,
        grant_option=grant_option,
        by=actor(project.mesh, world, by or whom) if world.name == "local" else actor(project.mesh, world, by),
    )
    told(desk, world, found, as_json, against)
