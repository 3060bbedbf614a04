"""`mesh-etl govern verify`: whether the accounts of the mesh hold what the configuration says."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from mesh_etl.cli.govern.options import Dangerous, Domain, Product, scope_of, whoever
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

DRIFT = 5  # as of a catalogue that is behind
Repair = Annotated[bool, typer.Option("--repair", help="Make it hold again; what others have made stays.")]


def verify(
    repair: Repair = False,
    domain: Domain = "",
    product: Product = "",
    allow_dangerous: Dangerous = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Compare the accounts with the configuration.

    On this machine the entries of products are compared with their ledgers too; on AWS the audit of each domain
    does that. The exit code is 5 where they differ, and 0 where all holds or was repaired. What others have made
    beside it is told as a warning."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.cli.govern import portrait
    from mesh_etl.config import Project
    from mesh_etl.govern import apply as applying
    from mesh_etl.govern.settled import settled
    from mesh_etl.publish.entries import behind, first_entry, rolled

    project = Project.open(root, env)
    world, scope = worlds.open(project.env, project.root), scope_of(project, domain, product)
    found = settled(project, world, scope).changes
    if repair and found:
        applying.apply(
            project,
            world,
            whoever(project, world),
            scope,
            dangerous=allow_dangerous,
            inputs=partial(first_entry, project, world),
        )
    entries = (rolled if repair else behind)(project, world, scope)
    portrayed = portrait.Portrait(project.mesh, found)
    if as_json:
        document = portrayed.document()
        screen.document({**document, "entries": entries, "repaired": repair and bool(found or entries)})
    else:
        screen.errors(portrayed.foreign(), "warning")
        portrayed.show(screen.Page(env), "repaired" if repair else "drifted", entries)
    if (found or entries) and not repair:
        raise typer.Exit(DRIFT)
