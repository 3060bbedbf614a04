"""`mesh-etl quarantine expire`: refused rows go when their time is over, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root
from mesh_etl.cli.quarantine.options import DryRun, Product

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.config import LoadedJob
    from mesh_etl.quarantine.expire import Expired

All = Annotated[bool, typer.Option("--all", help="All refused rows, whatever their age, with all copies on the disk.")]


def expire(
    product: Product,
    all_: All = False,
    dry_run: DryRun = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Remove the refused rows whose time is over.

    How long they are kept is said by the job, as in quarantine: {keep: 90d}."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.quarantine.expire import expire as expired

    project = Project.open(root, env)
    job = project.job(product)
    found = expired(job, worlds.open(project.env, project.root), all_, dry_run)
    if as_json:
        screen.document(found.to_json())
    else:
        _show(screen.Page(), job, found, all_, dry_run)


def _show(page: Page, job: LoadedJob, found: Expired, everything: bool, dry_run: bool) -> None:
    from mesh_etl.cli.wording import count, size

    if not found.rows and not everything:
        keep = job.job.quarantine.keep
        page.line(f"{found.product}  no refused row is older than {keep}" if keep else f"{found.product}  {_FOR_GOOD}")
    else:
        begin = "dry run: " if dry_run else f"version {found.version}: " if found.version else ""
        verb = "would leave" if dry_run else "left"
        page.line(f"{found.product}  {begin}{count(found.rows, 'refused row')} {verb} the quarantine", style="bold")
    if found.removed:
        page.line(f"  {'to remove' if dry_run else 'removed'}: {count(found.removed, 'file')}, {size(found.bytes)}")


_FOR_GOOD = "the job keeps refused rows for good: say quarantine: {keep: 90d} in it, or --all to remove them now"
