"""`mesh-etl maintain`: what a product's policy asks for to keep its table in shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, EngineName, Env, Json, NoColor, Remote, Root, engine_options

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.config import Project
    from mesh_etl.upkeep.maintain import Maintained, Piece

Products = Annotated[list[str] | None, typer.Argument(metavar="PRODUCT", help="As domain.name.")]
All = Annotated[bool, typer.Option("--all", help="All products.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and leave all as it is.")]
Lifecycle = Annotated[
    bool, typer.Option("--lifecycle", help="Print the lifecycle rules of S3 that fit the products; do nothing else.")
]


def maintain(
    products: Products = None,
    all_: All = False,
    dry_run: DryRun = False,
    lifecycle: Lifecycle = False,
    engine: EngineName = "embedded",
    remote: Remote = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Keep tables in shape, as the jobs' maintenance policies say.

    Each piece is done by itself: one that fails keeps no other from being done. It is safe beside running jobs."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.run import engines
    from mesh_etl.upkeep.maintain import maintain as maintained

    if bool(products) == all_:
        raise typer.BadParameter("name one or more products, or say --all")
    project = Project.open(root, env)
    chosen = tuple(products or project.products())
    if lifecycle:
        screen.document(_lifecycle(project, chosen))
        return
    world = worlds.open(project.env, project.root)
    page, found = screen.Page(), []
    with engines.open(engine, **engine_options(remote)) as opened:
        for product in chosen:
            one = maintained(project.job(product), opened, world, dry_run)
            found.append(one)
            if not as_json:
                _show(page, one, dry_run)
    if as_json:
        screen.document({"products": [one.to_json() for one in found]})
    code = next((one.exit_code for one in found if one.exit_code), 0)
    if code:
        raise typer.Exit(code)


def _lifecycle(project: Project, products: tuple[str, ...]) -> dict[str, Any]:
    from mesh_etl.cli.jobs import contract_of
    from mesh_etl.upkeep.lifecycle import lifecycle

    jobs = [project.job(product) for product in products]
    return lifecycle((job, contract_of(job)) for job in jobs)


def _show(page: Page, found: Maintained, dry_run: bool) -> None:
    from mesh_etl.cli import screen

    page.line(f"{found.product}{'  dry run' if dry_run else ''}", style="bold")
    for piece in found.pieces:
        page.field(piece.name, _told(piece, dry_run))
        screen.errors(piece.faults)


def _told(piece: Piece, dry_run: bool) -> str:
    from mesh_etl.cli.wording import count, size

    if piece.outcome != "done":
        return {"failed": "failed", "never": "not done, as the job's maintenance says"}[piece.outcome]
    facts = piece.facts
    if piece.name == "compact":
        found = facts["rewritten"]
        files = f"{sum(one['files_before'] for one in found):,} → {sum(one['files_after'] for one in found):,} files"
        return f"{facts['outcome']}: {files} in {count(len(found), 'partition')}" if found else facts["outcome"]
    if piece.name == "verify":
        files = f"{count(facts['checked']['files'], 'file')} of {count(facts['checked']['versions'], 'version')}"
        wrong = len(facts["damage"]) + len(facts["behind"])
        repaired = f"; repaired: {', '.join(facts['repaired'])}" if facts["repaired"] else ""
        return f"{files}: {count(wrong, 'fault') if wrong else 'all is well'}{repaired}"
    removed = facts["removed"]
    if not removed["files"]:
        return "nothing to do"
    return f"{count(removed['files'], 'file')} {'to remove' if dry_run else 'removed'}, {size(removed['bytes'])}"
