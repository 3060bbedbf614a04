"""`mesh-etl validate`: whether the configuration means something, all faults at once."""

from __future__ import annotations

from typing import Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

Products = Annotated[list[str] | None, typer.Argument(metavar="PRODUCT", help="As domain.name; default: all.")]


def validate(
    products: Products = None, root: Root = HERE, env: Env = "local", as_json: Json = False, no_color: NoColor = False
) -> None:
    """Check jobs and contracts; list every fault."""
    from mesh_etl.cli import jobs, screen
    from mesh_etl.cli.wording import count
    from mesh_etl.config import Project
    from mesh_etl.errors import ConfigError
    from mesh_etl.order import in_order, unknown_needs

    project = Project.open(root, env)
    found = jobs.read(project, products or project.products())
    faults = [fault for error in found.broken.values() for fault in error.faults]
    faults += unknown_needs(found.valid.values(), project.products())
    if faults:
        raise ConfigError(*dict.fromkeys(faults))  # a contract that two jobs share is told once
    order = [job.product for job in in_order(found.valid.values())]
    files = {job.contract_path for job in found.valid.values()}
    if as_json:
        screen.document({"valid": True, "products": order, "jobs": len(order), "contracts": len(files)})
        return
    page = screen.Page()
    page.line(f"{count(len(order), 'job')}, {count(len(files), 'contract')}: valid")
    if not order:
        page.line("There is no product yet; begin with: mesh-etl init domain.product --from sample.csv")
