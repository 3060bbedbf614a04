"""`mesh-etl orphans`: files go that runs have left which died."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root
from mesh_etl.cli.spans import age

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.upkeep.orphans import Orphans

OlderThan = Annotated[
    str,
    typer.Option(
        "--older-than", help="Of runs that wrote nothing for this long, as in 1d or 12h; default: as the job says."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would go, and leave all as it is.")]


def orphans(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    older_than: OlderThan = "",
    dry_run: DryRun = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Remove files that were left by runs which died.

    No commit names them. A run that is only slow can no longer commit once its files are taken; it begins anew."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.upkeep.orphans import orphans as found_orphans

    project = Project.open(root, env)
    job = project.job(product)
    limit = age(older_than or job.job.maintenance.orphans.older_than)
    found = found_orphans(job, worlds.open(project.env, project.root), limit, dry_run)
    if as_json:
        screen.document(found.to_json())
    else:
        show(screen.Page(), found, dry_run)


def show(page: Page, found: Orphans, dry_run: bool) -> None:
    """What went is told in a few lines."""
    from mesh_etl.cli.wording import count, listed, size

    if found.files:
        verb = "would go" if dry_run else "removed"
        page.line(f"{found.product}  {count(found.files, 'orphan')} {verb}, {size(found.bytes)}", style="bold")
    else:
        page.line(f"{found.product}  no file is an orphan", style="bold")
    if found.uploads:
        page.line(f"  uploads that were never completed: {found.uploads:,}")
    if found.fenced:
        verb = "would be barred" if dry_run else f"barred by version {found.version}"
        page.line(f"  {count(len(found.fenced), 'run')} that never committed {verb}")
    if found.held:
        page.line(f"  kept: {count(found.held, 'file')} that the catalogue shows: mesh-etl verify {found.product}")
    if found.foreign:
        page.line(f"  left alone, since this library did not write them: {listed(found.foreign, 5)}")
