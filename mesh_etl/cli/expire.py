"""`mesh-etl expire`: versions that nobody needs any more go, with their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root
from mesh_etl.cli.spans import age

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.upkeep.expire import Expired

OlderThan = Annotated[
    str,
    typer.Option(
        "--older-than", help="Versions that were replaced this long ago, as in 7d or 12h; default: as the job says."
    ),
]
KeepLast = Annotated[
    int | None, typer.Option("--keep-last", min=1, help="States of the table that stay; default: as the job says.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would go, and leave all as it is.")]


def expire(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    older_than: OlderThan = "",
    keep_last: KeepLast = None,
    dry_run: DryRun = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Remove old versions of a table, and their files.

    The newest stays, and every version with a tag. With a time of 0d, readers that are at an old version now fail."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.upkeep.expire import expire as expired

    project = Project.open(root, env)
    job = project.job(product)
    policy = job.job.maintenance.expire
    grace = age(older_than or policy.older_than)
    found = expired(job, worlds.open(project.env, project.root), grace, keep_last or policy.keep_last, dry_run)
    if as_json:
        screen.document(found.to_json())
    else:
        show(screen.Page(), found, dry_run)


def show(page: Page, found: Expired, dry_run: bool) -> None:
    """What went is told in a few lines."""
    from mesh_etl.cli.wording import count, size, spans

    if found.versions:
        verb = "would expire" if dry_run else f"expired by version {found.version}"
        versions = f"{count(len(found.versions), 'version')} ({spans(found.versions)})"
        page.line(f"{found.product}  {versions} {verb}", style="bold")
    else:
        page.line(f"{found.product}  no version is old enough to expire", style="bold")
    if found.files:
        page.line(f"  {'to remove' if dry_run else 'removed'}: {count(found.files, 'file')}, {size(found.bytes)}")
    if found.held:
        page.line(
            f"  kept: {count(found.held, 'file')} that the catalogue still shows: mesh-etl verify {found.product}"
        )
