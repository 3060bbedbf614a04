"""`mesh-etl find`: which product has what somebody looks for, and how to get at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.discovery import Catalogue

_MOST_COMPARED = 4


def find(
    words: Annotated[list[str] | None, typer.Argument(help="What is looked for; without words, every product.")] = None,
    domain: Annotated[str, typer.Option("--domain", help="Products of this domain alone.")] = "",
    tag: Annotated[str, typer.Option("--tag", help="Products with this tag or classification alone.")] = "",
    compare: Annotated[bool, typer.Option("--compare", help="The best side by side, to choose one.")] = False,
    as_: Annotated[
        str, typer.Option("--as", metavar="WHO", help="Say what they may read already, such as marketing.analyst.")
    ] = "",
    live: Annotated[
        bool, typer.Option("--live", help="Look in the central catalogue, not in the project's contracts.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many products are shown.")] = 10,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Find products by names, columns, texts, tags and terms."""
    from mesh_etl.cli import found as shown
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.discovery import catalogue
    from mesh_etl.discovery import find as search
    from mesh_etl.errors import ConfigError, Fault, did_you_mean

    project = Project.open(root, env)
    if domain and domain not in project.mesh.domains:
        fix = did_you_mean(domain, project.mesh.domains)
        raise ConfigError(Fault("UNKNOWN_DOMAIN", f"there is no domain '{domain}'", "--domain", fix))
    known = _live(project, as_) if live else catalogue(project)
    domains = {name: one.description for name, one in project.mesh.domains.items()}
    hits, whole = search(known.products, words or (), domains, domain, tag)
    limit = min(limit, _MOST_COMPARED) if compare else limit
    facts = shown.facts(project, hits[:limit], as_, bool(live))
    if as_json:
        told = {"found": len(hits), "all_words": whole, "unreadable": list(known.broken)}
        screen.document({"words": words or [], **told, "products": [one.data() for one in facts]})
        return
    page = screen.Page()
    if not hits:
        page.line("No product has any of these words; mesh-etl find without words lists all.")
    elif not whole:
        page.line("No product has all of these words; these have some:")
    if compare:
        shown.compare(page, facts)
    else:
        for one in facts:
            shown.show(page, one)
    if len(hits) > len(facts):
        page.line(f"{len(hits) - len(facts):,} more; --limit shows more of them.", style="dim")
    if known.broken:
        page.line(f"not looked at, for their faults: {', '.join(known.broken)}; see mesh-etl validate", style="dim")


def _live(project: Project, who: str) -> Catalogue:
    """What the central catalogue shows to them, or to the role that governs it."""
    from mesh_etl import worlds
    from mesh_etl.discovery import Catalogue, live
    from mesh_etl.errors import ConfigError, Fault
    from mesh_etl.govern.names import central_account, central_database
    from mesh_etl.govern.principals import principal
    from mesh_etl.govern.state.groups import account_of

    mesh = project.mesh
    if mesh.governance is None:
        fix = "leave out --live, or state governance in mesh.yaml"
        raise ConfigError(Fault("NO_GOVERNANCE", "the mesh has no central catalogue", "--live", fix))
    identity = project.identity(mesh.governance.account)
    if who:
        arn = principal(mesh, who, "--as")
        account = next((name for name, one in mesh.accounts.items() if one.id == account_of(arn)), "")
        if "role/" not in arn or not account:
            fix = "name one of a team of the mesh, such as marketing.analyst"
            raise ConfigError(Fault("NOT_A_ROLE", f"'{who}' is no role of an account of the mesh", "--as", fix))
        identity = project.identity(account, arn.rpartition("role/")[2])

    glue = worlds.open(project.env, project.root).client("glue", identity)
    databases = [central_database(mesh, name) for name in mesh.domains]
    return Catalogue(live(glue, central_account(mesh).id, databases))
