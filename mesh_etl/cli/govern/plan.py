"""`mesh-etl govern plan`: what would change in the accounts of the mesh."""

from __future__ import annotations

from mesh_etl.cli.govern.options import Domain, Product, scope_of
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def plan(
    domain: Domain = "",
    product: Product = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Say what govern apply would change, step by step."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.cli.govern import portrait
    from mesh_etl.cli.views import personal
    from mesh_etl.config import Project
    from mesh_etl.govern.planned import planned

    project = Project.open(root, env)
    found = planned(project, worlds.open(project.env, project.root), scope_of(project, domain, product))
    products = (*project.products(), *project.views())
    warnings = [*found.warnings, *personal(project, [one for one in products if _asked(one, domain, product)])]
    portrayed = portrait.Portrait(project.mesh, found.changes)
    if as_json:
        screen.document({**portrayed.document(), "warnings": portrait.plain(warnings)})
        return
    screen.errors(warnings, "warning")
    portrayed.show(screen.Page(env), "to make")


def _asked(product: str, domain: str, only: str) -> bool:
    from mesh_etl.config.product_name import domain_of

    return product == only if only else domain in ("", domain_of(product))
