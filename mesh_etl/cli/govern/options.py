"""Options of several commands of `mesh-etl govern`, and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.govern.planned import Scope
    from mesh_etl.worlds import World

Domain = Annotated[str, typer.Option("--domain", help="What belongs to one domain alone.")]
Product = Annotated[str, typer.Option("--product", help="What belongs to one product alone, as domain.name.")]
Dangerous = Annotated[
    bool,
    typer.Option(
        "--allow-dangerous", help="Make changes as well that show more personal data, or take something away."
    ),
]


def scope_of(project: Project, domain: str, product: str) -> Scope:
    """The scope that the options name. Raises `ConfigError` for a domain or product that there is not."""
    from mesh_etl.errors import ConfigError, Fault, did_you_mean
    from mesh_etl.govern.planned import Scope

    if domain and product:
        raise typer.BadParameter("name a domain or a product")
    if domain and domain not in project.mesh.domains:
        fix = did_you_mean(domain, project.mesh.domains)
        raise ConfigError(Fault("UNKNOWN_DOMAIN", f"there is no domain '{domain}'", "--domain", fix))
    if product and product not in (known := (*project.products(), *project.views())):
        raise ConfigError(
            Fault("UNKNOWN_PRODUCT", f"there is no product '{product}'", "--product", did_you_mean(product, known))
        )
    return Scope(domain, product)


def whoever(project: Project, world: World) -> str:
    """Who is at work, for the record: on a laptop its user, on AWS the identity that has signed in."""
    import getpass

    from mesh_etl.govern.actor import actor

    return getpass.getuser() if world.name == "local" else actor(project.mesh, world)
