"""`mesh-etl rollback`: an earlier version of a product's table, brought back by a new one."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.upkeep.rollback import RolledBack


class Accept(StrEnum):
    """What a rollback does only when it is accepted."""

    contract = "contract"
    deleted_rows = "deleted-rows"
    refused_rows = "refused-rows"


def rollback(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    to: Annotated[str, typer.Option("--to", metavar="VERSION", help="The version's number, or its tag.")],
    accept: Annotated[list[Accept] | None, typer.Option("--accept", help="Go on although the error says this.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")] = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Bring an earlier version of a table back, as a new version.

    What was read since counts as not read: the next run of an incremental job reads it again."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.upkeep.rollback import rollback as rolled_back

    project = Project.open(root, env)
    world = worlds.open(project.env, project.root)
    found = rolled_back(project.job(product), world, to, [one.value for one in accept or ()], dry_run)
    if as_json:
        screen.document(found.to_json())
    else:
        _show(screen.Page(), found, dry_run)


def _show(page: Page, found: RolledBack, dry_run: bool) -> None:
    from mesh_etl.cli.wording import count

    if not found.undone:
        page.line(f"{found.product}  the table is what it was at version {found.to}; nothing was changed", style="bold")
        return
    done = "would be" if dry_run else f"version {found.version} is"
    page.line(f"{found.product}  {'the table ' if dry_run else ''}{done} what version {found.to} was", style="bold")
    undone = ", ".join(str(seq) for seq in found.undone[-10:])
    page.line(f"  undone: {count(len(found.undone), 'version')} ({'… ' if len(found.undone) > 10 else ''}{undone})")
    page.line(f"  rows: {found.rows_before:,} → {found.rows:,}, in {count(found.files, 'file')}")
    if found.refused:
        page.line(f"  quarantine: {count(found.refused, 'refused row')}")
    if found.inputs:
        page.line(f"  an incremental job reads {count(found.inputs, 'input')} again")
