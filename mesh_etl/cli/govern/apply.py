"""`mesh-etl govern apply`: the accounts of the mesh become what the configuration says."""

from __future__ import annotations

from functools import partial

from mesh_etl.cli.govern.options import Dangerous, Domain, Product, scope_of, whoever
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def apply(
    domain: Domain = "",
    product: Product = "",
    allow_dangerous: Dangerous = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Make the changes that govern plan shows.

    It then reads back whether they hold. It may be cut off anywhere and run again. Where nothing is to change,
    nothing is written."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.cli.govern import portrait
    from mesh_etl.config import Project
    from mesh_etl.govern import apply as applying
    from mesh_etl.govern.difference import Changes
    from mesh_etl.publish.entries import first_entry

    project = Project.open(root, env)
    world = worlds.open(project.env, project.root)
    done = applying.apply(
        project,
        world,
        whoever(project, world),
        scope_of(project, domain, product),
        dangerous=allow_dangerous,
        inputs=partial(first_entry, project, world),
    )
    portrayed = portrait.Portrait(project.mesh, Changes(done.made, done.left.foreign, done.left.waiting))
    if as_json:
        screen.document({**portrayed.document(), "warnings": portrait.plain(done.warnings)})
        return
    screen.errors(done.warnings, "warning")
    portrayed.show(screen.Page(env), "made")
