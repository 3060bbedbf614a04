"""`mesh-etl tag`: names for versions of a product's table."""

from __future__ import annotations

from typing import Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def tag(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    name: Annotated[str, typer.Argument(help="The name, such as close-2026; without one, all are listed.")] = "",
    version: Annotated[str, typer.Option("--version", help="A number, or another tag; default: the newest.")] = "",
    delete: Annotated[bool, typer.Option("--delete", help="Take the name away; the version stays.")] = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Name a version of a table, so that it stays.

    A version can be asked for by its tag wherever a number will do, and does not expire."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.upkeep import tag as upkeep

    if delete and version:
        raise typer.BadParameter("--delete and --version exclude each other")
    if (delete or version) and not name:
        raise typer.BadParameter("say the name that --delete or --version is about")
    project = Project.open(root, env)
    job = project.job(product)
    if not name:
        _list(job.product, upkeep.tags(job), as_json)
        return
    world = worlds.open(project.env, project.root)
    done = upkeep.untag(job, world, name) if delete else upkeep.tag(job, world, name, version)
    if as_json:
        screen.document(done.to_json())
        return
    told = f"'{name}' names version {done.version}" if done.version else f"'{name}' names no version any more"
    screen.Page().line(f"{job.product}  {told}" + ("" if done.commit else ", as before"))


def _list(product: str, tags: dict[str, int], as_json: bool) -> None:
    from mesh_etl.cli import screen

    if as_json:
        screen.document({"product": product, "tags": tags})
        return
    page = screen.Page()
    if not tags:
        page.line(f"{product} has no tag; make one: mesh-etl tag {product} <name>")
        return
    page.table(("tag", "version"), [(name, str(seq)) for name, seq in sorted(tags.items())], ("version",), tight=True)
