"""`mesh-etl verify`: whether ledger, files and catalogue of a table say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.upkeep.verify import Verified

Repair = Annotated[bool, typer.Option("--repair", help="Make the catalogue say what the ledger says.")]
Checksums = Annotated[bool, typer.Option("--checksums", help="Read every byte, and hold it against its checksum.")]


def verify(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    repair: Repair = False,
    checksums: Checksums = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Compare ledger, files and catalogue of a table.

    The exit code is 4 where the ledger or a file is damaged, 5 where only the catalogue is behind, and 0 where all is
    well or was repaired."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.upkeep.verify import verify as verified

    project = Project.open(root, env)
    job = project.job(product)
    found = verified(job, worlds.open(project.env, project.root), repair, checksums)
    if as_json:
        screen.document(found.to_json())
    else:
        screen.errors((*found.damage, *found.behind))
        screen.errors(found.warnings, "warning")
        show(screen.Page(), found)
    if found.exit_code:
        raise typer.Exit(found.exit_code)


def show(page: Page, found: Verified) -> None:
    """What was looked at, and what came of it, in a few lines."""
    from mesh_etl.cli.wording import count, size

    if found.version is None and not found.damage:
        page.line(f"{found.product}  has no version yet; make one: mesh-etl run {found.product}", style="bold")
        return
    wrong = len(found.damage) + len(found.behind)
    verdict = count(wrong, "fault") if wrong else "all is well"
    page.line(f"{found.product}  version {found.version}: {verdict}", style="bold")
    if found.files:
        summed = f", {found.summed:,} by checksum" if found.summed else ""
        versions = count(found.versions, "version")
        page.line(f"  {count(found.files, 'file')} of {versions} that can be read, {size(found.bytes)}{summed}")
    if found.unsummed:
        page.line(f"  without a checksum, since an older version of this library wrote them: {found.unsummed:,}")
    if found.repaired:
        page.line(f"  repaired: {', '.join(found.repaired)}")
