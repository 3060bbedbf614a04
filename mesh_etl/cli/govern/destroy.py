"""`mesh-etl govern destroy`: nothing of the mesh is left in its accounts."""

from __future__ import annotations

from typing import Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def destroy(
    confirm: Annotated[str, typer.Option("--confirm", metavar="MESH", help="The mesh's name: then it is done.")] = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Show, or remove, what the mesh has made in its accounts.

    Only with --confirm anything is removed. Data, requests and what others have made stay, and the settings that
    close the accounts. It may be cut off anywhere and run again; mesh-etl govern apply makes all of it anew."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.cli.govern import portrait
    from mesh_etl.cli.govern.options import whoever
    from mesh_etl.config import Project
    from mesh_etl.errors import Fault, PlanError
    from mesh_etl.govern import removal
    from mesh_etl.govern.difference import Changes

    project = Project.open(root, env)
    world, name = worlds.open(project.env, project.root), project.mesh.name
    if confirm not in ("", name):
        fix = f"say --confirm {name}, or choose the other project by --root or --env"
        raise PlanError(Fault("GOVERN_UNCONFIRMED", f"the mesh is called '{name}'", "--confirm", fix))
    if confirm:
        done = removal.destroy(project, world, whoever(project, world))
        changes = Changes(done.made, done.left.foreign)
    else:
        changes = removal.removal(project, world).changes
    portrayed = portrait.Portrait(project.mesh, changes)
    if as_json:
        screen.document({**portrayed.document(), "destroyed": bool(confirm)})
    else:
        portrayed.show_removal(screen.Page(), bool(confirm))
